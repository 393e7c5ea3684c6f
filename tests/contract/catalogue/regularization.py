"""Lines of ``layers/regularization``; what they draw in training has tests of its own."""

from tests.contract.catalogue.line import Line, lines

LINES = [
    *lines("Dropout", (2, 3), {"rate": 0.0}, {"rate": 0.5, "noise_shape": (None, 1), "seed": 3}),
    *lines("Dropout", (2, 3), {"rate": 0.0}, dtype="int32"),
    *lines("SpatialDropout1D", (2, 3, 2), {"rate": 0.5, "seed": 3}),
    *lines("SpatialDropout2D", (2, 3, 2, 2), {"rate": 0.5}, {"rate": 0.5, "data_format": "channels_first"}),
    Line("SpatialDropout3D", (2, 3, 2, 2, 1), {"rate": 0.5}),
    *lines("GaussianDropout", (2, 3), {"rate": 0.5, "seed": 3}),
    *lines("GaussianNoise", (2, 3), {"stddev": 0.5}, {"stddev": 0}),
    *lines("AlphaDropout", (2, 3), {"rate": 0.5}, {"rate": 0.5, "noise_shape": (2, 1)}),
    Line("ActivityRegularization", (2, 3), {"l1": 0.1, "l2": 0.2}),
]
