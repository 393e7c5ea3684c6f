"""Lines of ``layers/core``."""

from tests.contract.catalogue.line import Line, inner, lines

LINES = [
    *lines("Dense", (2, 3), {"units": 4}, {"units": 4, "use_bias": False, "activation": "relu"}),
    *lines("Dense", (2, 5, 3), {"units": 4}, unknown=(None, None, 3)),
    *lines("Embedding", (2, 3), {"input_dim": 5, "output_dim": 4}, dtype="int32", unknown=(None, None)),
    *lines("Embedding", (2,), {"input_dim": 5, "output_dim": 4, "mask_zero": True}, dtype="uint8"),
    Line("Embedding", (2, 3), {"input_dim": 5, "output_dim": 4}, dtype="float32", below=5),
    *lines(
        *("ReversibleEmbedding", (2, 3)),
        *({"input_dim": 5, "output_dim": 4}, {"input_dim": 5, "output_dim": 4, "tie_weights": False}),
        dtype="int32",
        unknown=(None, None),
    ),
    *lines(
        *("ReversibleEmbedding", (2, 3, 4)),
        *({"input_dim": 5, "output_dim": 4}, {"input_dim": 5, "output_dim": 4, "tie_weights": False}),
        {"input_dim": 5, "output_dim": 4, "logit_soft_cap": 2.0},
        call={"reverse": True},
    ),
    *lines(
        *("EinsumDense", (2, 3, 4)),
        {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"},
        {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "e", "activation": "relu"},
        {"equation": "...x,xy->...y", "output_shape": 5},
        unknown=(None, None, 4),
    ),
    *lines(
        *("EinsumDense", (2, 3, 4)),
        {"equation": "abc,bcd->abd", "output_shape": (3, 5), "bias_axes": "bd"},
        {"equation": "ab...,bc->ac...", "output_shape": (5,), "bias_axes": "c"},
        {"equation": "abc,bd->acd", "output_shape": (4, 2), "bias_axes": "c"},
    ),
    *lines("Dense", (2, 5, 3), {"units": 4, "dtype": "int8_from_float32"}),
    *lines("Embedding", (2, 3), {"input_dim": 5, "output_dim": 4, "dtype": "int8_from_float32"}, dtype="int32"),
    *lines(
        *("EinsumDense", (2, 3, 4)),
        {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "e", "dtype": "int8_from_float32"},
    ),
    *lines("Activation", (2, 3), {"activation": "relu"}),
    *lines("Identity", (2, 3), {}),
    *lines("Identity", (2, 3), {}, dtype="int32", unknown=(None, None)),
    *lines("Masking", (2, 3, 2), {}, {"mask_value": 1.0}, unknown=(None, None, 2)),
    *lines("Masking", (2, 3, 2), {}, dtype="int32"),
    Line("SpectralNormalization", (2, 3), {"layer": inner("Dense", units=4)}, training=True),
    Line("SpectralNormalization", (2, 3), {"layer": inner("Dense", units=4), "power_iterations": 3}, training=True),
]
