"""Lines of ``layers/convolution``."""

from tests.contract.catalogue.line import lines

FIRST = {"data_format": "channels_first"}
LINES = [
    # Plain, by rank.
    *lines(
        *("Conv1D", (2, 6, 2)),
        {"filters": 3, "kernel_size": 3, "activation": "relu"},
        {"filters": 3, "kernel_size": 2, "strides": 2, "padding": "same", "use_bias": False},
        {"filters": 2, "kernel_size": 3, "padding": "causal"},
        {"filters": 2, "kernel_size": [2], "padding": "causal", "dilation_rate": 2},
        {"filters": 4, "kernel_size": 3, "groups": 2, "dilation_rate": (2,), "padding": "same"},
        {"filters": 3, "kernel_size": 1, "strides": 2},
        unknown=(None, None, 2),
    ),
    *lines(
        "Conv1D", (2, 2, 6), {"filters": 3, "kernel_size": 3, "padding": "causal", **FIRST}, unknown=(None, 2, None)
    ),
    *lines(
        *("Conv2D", (2, 5, 4, 4)),
        {"filters": 3, "kernel_size": 3},
        {"filters": 3, "kernel_size": (3, 2), "strides": (2, 1), "padding": "same", "activation": "relu"},
        {"filters": 4, "kernel_size": 2, "groups": 2},
        {"filters": 4, "kernel_size": 2, "groups": 4, "padding": "SAME", "strides": 2},
        {"filters": 2, "kernel_size": (2, 1), "dilation_rate": (2, 3), "use_bias": False},
        {"filters": 2, "kernel_size": 1, "kernel_initializer": "ones", "bias_initializer": "ones"},
        unknown=(None, None, None, 4),
    ),
    *lines("Conv2D", (2, 2, 5, 4), {"filters": 3, "kernel_size": 3, "strides": 2, **FIRST}, unknown=(None, 2, None, 4)),
    *lines("Conv2D", (2, 40, 9, 5), {"filters": 3, "kernel_size": 3, "padding": "same"}),
    *lines("Conv2D", (2, 4, 4, 2), {"filters": 2, "kernel_size": 2}, dtype="int32"),
    *lines(
        *("Conv3D", (2, 4, 3, 3, 2)),
        {"filters": 3, "kernel_size": 2},
        {"filters": 2, "kernel_size": (3, 1, 2), "strides": (2, 1, 2), "padding": "same", "groups": 2},
        {"filters": 2, "kernel_size": 2, "dilation_rate": (1, 2, 1)},
        unknown=(None, None, 3, None, 2),
    ),
    *lines("Conv3D", (2, 2, 4, 3, 3), {"filters": 2, "kernel_size": 2, **FIRST}),
    # Transposed.
    *lines(
        *("Conv1DTranspose", (2, 4, 2)),
        {"filters": 3, "kernel_size": 3, "activation": "relu"},
        {"filters": 3, "kernel_size": 2, "strides": 3},
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"},
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 0},
        {"filters": 2, "kernel_size": 4, "strides": 3, "output_padding": 2},
        {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "use_bias": False},
        unknown=(None, None, 2),
    ),
    *lines("Conv1DTranspose", (2, 2, 4), {"filters": 3, "kernel_size": 3, "strides": 2, **FIRST}),
    *lines(
        *("Conv2DTranspose", (2, 3, 4, 2)),
        {"filters": 3, "kernel_size": 3},
        {"filters": 3, "kernel_size": (2, 3), "strides": (1, 2), "padding": "same"},
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": (1, 0)},
        {"filters": 2, "kernel_size": 2, "dilation_rate": (2, 1)},
        unknown=(None, None, None, 2),
    ),
    *lines("Conv2DTranspose", (2, 2, 3, 4), {"filters": 3, "kernel_size": 2, "strides": 2, **FIRST}),
    *lines(
        *("Conv3DTranspose", (1, 2, 2, 3, 2)),
        {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same"},
        {"filters": 1, "kernel_size": (1, 2, 3), "strides": (1, 2, 1), "output_padding": (0, 1, 0)},
    ),
    *lines("Conv3DTranspose", (1, 2, 2, 3, 2), {"filters": 2, "kernel_size": 2, **FIRST}),
    # Each channel by itself.
    *lines(
        *("DepthwiseConv1D", (2, 5, 3)),
        {"kernel_size": 3},
        {"kernel_size": 2, "strides": 2, "padding": "same", "depth_multiplier": 2, "activation": "relu"},
        {"kernel_size": 2, "dilation_rate": 2, "use_bias": False},
        unknown=(None, None, 3),
    ),
    *lines("DepthwiseConv1D", (2, 3, 5), {"kernel_size": 3, "depth_multiplier": 2, **FIRST}),
    *lines(
        *("DepthwiseConv2D", (2, 5, 5, 3)),
        {"kernel_size": 3},
        {"kernel_size": (2, 3), "strides": 2, "padding": "same", "depth_multiplier": 2},
        {"kernel_size": 2, "dilation_rate": 2, "use_bias": False},
        unknown=(None, None, None, 3),
    ),
    *lines("DepthwiseConv2D", (2, 3, 5, 5), {"kernel_size": 3, "depth_multiplier": 2, **FIRST}),
    *lines(
        *("SeparableConv1D", (2, 5, 3)),
        {"filters": 2, "kernel_size": 3},
        {"filters": 4, "kernel_size": 2, "strides": 2, "padding": "same", "depth_multiplier": 2, "activation": "relu"},
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "use_bias": False},
        unknown=(None, None, 3),
    ),
    *lines("SeparableConv1D", (2, 3, 5), {"filters": 2, "kernel_size": 3, **FIRST}),
    *lines(
        *("SeparableConv2D", (2, 5, 5, 3)),
        {"filters": 2, "kernel_size": 3},
        {"filters": 4, "kernel_size": (2, 3), "strides": 2, "padding": "same", "depth_multiplier": 2},
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "use_bias": False},
        unknown=(None, None, None, 3),
    ),
    *lines("SeparableConv2D", (2, 3, 5, 5), {"filters": 2, "kernel_size": 3, "depth_multiplier": 2, **FIRST}),
]
