"""Lines of ``layers/reshaping``."""

from tests.contract.catalogue.line import lines

FIRST = {"data_format": "channels_first"}
LINES = [
    *lines("Reshape", (2, 3, 4), {"target_shape": (4, 3)}, {"target_shape": [-1]}, {"target_shape": (2, -1, 2)}),
    *lines("Reshape", (2, 3, 4), {"target_shape": (-1, 2, 2)}, unknown=(None, None, 4)),
    *lines("Reshape", (2, 3, 4), {"target_shape": (None, 2)}, unknown=(None, None, 4)),
    *lines("Reshape", (2, 1), {"target_shape": ()}),
    *lines("Reshape", (2, 4), {"target_shape": (2, 2)}, dtype="int32"),
    *lines("Flatten", (2, 3, 4), {}, FIRST, unknown=(None, None, 4)),
    *lines("Flatten", (2, 2, 3, 2), FIRST, unknown=(None, 2, None, None)),
    *lines("Flatten", (2,), {}),
    *lines("Flatten", (2, 3), {}, dtype="int32"),
    *lines("Permute", (2, 3, 4), {"dims": (2, 1)}, {"dims": (1, 2)}, unknown=(None, None, 4)),
    *lines("Permute", (2, 2, 3, 4), {"dims": [3, 1, 2]}, unknown=(None, None, 3, None)),
    *lines("RepeatVector", (2, 3), {"n": 4}, unknown=(None, None)),
    *lines("RepeatVector", (2, 3), {"n": 1}, dtype="int32"),
    *lines("ZeroPadding1D", (2, 3, 4), {}, {"padding": (0, 2)}, FIRST, unknown=(None, None, None)),
    *lines(
        *("ZeroPadding2D", (2, 3, 4, 2)),
        *({}, {"padding": 2}, {"padding": (0, 1)}, {"padding": ((1, 0), (2, 3)), **FIRST}),
        unknown=(None, None, None, None),
    ),
    *lines(
        "ZeroPadding3D", (2, 2, 3, 2, 1), {}, {"padding": (0, 1, 2)}, {"padding": ((1, 0), (0, 0), (2, 1)), **FIRST}
    ),
    *lines("Cropping1D", (2, 4, 3), {}, {"cropping": 1}, {"cropping": (0, 2)}, unknown=(None, None, 3)),
    *lines(
        *("Cropping2D", (2, 4, 5, 4)),
        *({}, {"cropping": 1}, {"cropping": (0, 1)}, {"cropping": ((1, 0), (1, 2)), **FIRST}),
        unknown=(None, None, None, None),
    ),
    *lines("Cropping3D", (2, 3, 4, 4, 3), {}, {"cropping": (0, 1, 1)}, {"cropping": ((1, 0), (0, 0), (2, 0)), **FIRST}),
    *lines("Cropping1D", (2, 4, 3), {}, dtype="int32"),
    *lines("UpSampling1D", (2, 3, 2), {}, {"size": 3}, unknown=(None, None, 2)),
    *lines(
        *("UpSampling2D", (2, 2, 3, 2)),
        *({}, {"size": 3}, {"size": (1, 2), **FIRST}),
        *({"size": (2, 3), "interpolation": word} for word in ("bilinear", "bicubic", "lanczos3", "lanczos5")),
        {"interpolation": "bilinear", **FIRST},
        unknown=(None, None, None, None),
    ),
    *lines(
        "UpSampling2D", (2, 2, 2, 1), {}, {"interpolation": "bilinear"}, {"interpolation": "bicubic"}, dtype="int32"
    ),
    *lines("UpSampling3D", (2, 1, 2, 2, 2), {}, {"size": (1, 2, 3), **FIRST}),
]
