"""Lines of ``layers/normalization``."""

import numpy as np

from tests.contract.catalogue.line import Line, lines

MASK = np.array([[True, True, False], [True, False, False]])
LINES = [
    *lines(
        "BatchNormalization", (2, 3, 4), {}, {"momentum": 0.5, "epsilon": 0.1}, training=True, unknown=(None, None, 4)
    ),
    *lines("BatchNormalization", (3, 4), {"scale": False}, {"center": False}, training=True),
    *lines("BatchNormalization", (2, 3, 2, 2), {"axis": 1}, training=True, unknown=(None, 3, None, None)),
    *lines("BatchNormalization", (2, 3, 4), {}, call={"mask": MASK}, training=True),
    *lines("BatchNormalization", (2, 3, 4), {"axis": 1}, call={"mask": MASK}, training=True),
    *lines(
        *("BatchNormalization", (4, 3)),
        {"renorm": True},
        {"renorm": True, "renorm_clipping": {"rmax": 1.2, "rmin": 0.5, "dmax": 0.3}, "renorm_momentum": 0.5},
        training=True,
    ),
    *lines("BatchNormalization", (2, 3), {"trainable": False}, training=True),
    *lines("LayerNormalization", (2, 3, 4), {}, {"scale": False}, {"center": False}, unknown=(None, None, 4)),
    *lines("LayerNormalization", (2, 3, 4), {"axis": (2, 1)}, {"axis": [1], "epsilon": 0.1}),
    *lines("RMSNormalization", (2, 3, 4), {}, {"epsilon": 0.1}, unknown=(None, None, 4)),
    *lines("RMSNormalization", (2, 3, 4), {"axis": (1, 2)}),
    *lines("UnitNormalization", (2, 3, 4), {}, {"axis": 1}, {"axis": (1, 2)}, unknown=(None, None, None)),
    *lines(
        *("GroupNormalization", (2, 3, 4)),
        *({"groups": 2}, {"groups": 4, "scale": False}, {"groups": -1}, {"groups": 1, "center": False, "epsilon": 0.1}),
        unknown=(None, None, 4),
    ),
    Line("GroupNormalization", (2, 4, 3, 2), {"groups": 2, "axis": 1}, unknown=(None, 4, None, None)),
]
