"""Lines of ``layers/pooling``."""

import numpy as np

from tests.contract.catalogue.line import lines

FIRST = {"data_format": "channels_first"}
MASK = np.array([[True, False, True, True, False], [False, True, False, False, False]])
KINDS = ("Max", "Average")
LINES = [
    *(
        line
        for kind in KINDS
        for line in (
            *lines(
                *(f"{kind}Pooling1D", (2, 7, 2)),
                {"pool_size": 2},
                {"pool_size": 3, "strides": 2, "padding": "same"},
                {"pool_size": (2,), "strides": [1], **FIRST},
                unknown=(None, None, None),
            ),
            *lines(
                *(f"{kind}Pooling2D", (2, 5, 6, 4)),
                {"pool_size": 2},
                {"pool_size": (3, 2), "strides": (1, 2), "padding": "same"},
                {"pool_size": 3, "strides": 2, **FIRST},
                unknown=(None, None, None, None),
            ),
            *lines(
                *(f"{kind}Pooling3D", (1, 3, 4, 3, 3)),
                {"pool_size": 2},
                {"pool_size": (1, 2, 3), "strides": 1, "padding": "same"},
                {"pool_size": 2, "padding": "same", **FIRST},
            ),
            *lines(f"{kind}Pooling1D", (2, 5, 2), {"pool_size": 2}, dtype="int32"),
            *lines(f"Global{kind}Pooling1D", (2, 5, 3), {}, {"keepdims": True}, FIRST, unknown=(None, None, 3)),
            *lines(
                f"Global{kind}Pooling2D", (2, 3, 4, 3), {}, {"keepdims": True, **FIRST}, unknown=(None, None, None, 3)
            ),
            *lines(f"Global{kind}Pooling3D", (2, 2, 3, 2, 2), {}, {"keepdims": True}, FIRST),
            *lines(f"Global{kind}Pooling1D", (2, 5, 3), {}, dtype="int32"),
            *lines(
                *(f"Adaptive{kind}Pooling1D", (2, 7, 2)),
                {"output_size": 3},
                {"output_size": (1,)},
                {"output_size": 9, **FIRST},
                unknown=(None, None, 2),
            ),
            *lines(
                *(f"Adaptive{kind}Pooling2D", (2, 5, 6, 3)),
                {"output_size": 3},
                {"output_size": (4, 2), **FIRST},
                unknown=(None, None, None, 3),
            ),
            *lines(
                f"Adaptive{kind}Pooling3D", (1, 4, 3, 5, 4), {"output_size": 2}, {"output_size": (3, 1, 2), **FIRST}
            ),
            *lines(f"Adaptive{kind}Pooling1D", (2, 4, 2), {"output_size": 2}, dtype="int32"),
        )
    ),
    *lines("MaxPooling1D", (2, 4, 2), {}),
    *lines("MaxPooling2D", (2, 4, 4, 2), {}),
    *lines("MaxPooling3D", (1, 4, 4, 4, 1), {}),
    *lines("GlobalAveragePooling1D", (2, 5, 3), {}, {"keepdims": True}, call={"mask": MASK}),
    *lines("GlobalAveragePooling1D", (2, 3, 5), {**FIRST, "keepdims": True}, call={"mask": MASK}),
]
