"""Lines of ``layers/core``."""

from tests.contract.catalogue.line import lines

LINES = [
    *lines("Dense", (2, 3), {"units": 4}, {"units": 4, "use_bias": False, "activation": "relu"}),
    *lines("Dense", (2, 5, 3), {"units": 4}, unknown=(None, None, 3)),
]
