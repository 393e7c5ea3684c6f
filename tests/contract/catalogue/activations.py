"""Lines of ``layers/activations``."""

import numpy as np

from tests.contract.catalogue.line import Line, lines

SOME = np.array([[True, True, False], [False, False, False]])
LINES = [
    *lines(
        *("ReLU", (2, 6)),
        *({}, {"max_value": 0.5}, {"negative_slope": 0.1, "threshold": 0.3}, {"max_value": 1.0, "threshold": 0.5}),
        unknown=(None, None),
    ),
    *lines("LeakyReLU", (2, 6), {}, {"negative_slope": 0.1}),
    *lines("PReLU", (2, 3, 4), {}, {"shared_axes": [1]}, {"shared_axes": 2}),
    Line("PReLU", (2, 3, 4), {"shared_axes": [1]}, unknown=(None, None, 4)),
    *lines("ELU", (2, 6), {}, {"alpha": 0.5}),
    *lines("Softmax", (2, 3, 2), {}, {"axis": 1}, {"axis": (1, 2)}, unknown=(None, None, None)),
    Line("Softmax", (2, 3), {}, call={"mask": SOME}),
]
