"""Lines of ``layers/preprocessing``; the lookups and hashes, for which Keras needs TensorFlow, are tested in
``tests/layers/test_preprocessing.py``."""

from tests.contract.catalogue.line import Line, lines

LINES = [
    *lines("Rescaling", (2, 3), {"scale": 0.5}, {"scale": [1.0, 2.0, 3.0], "offset": [0.5, 0.0, 1.0]}),
    *lines("Normalization", (2, 3), {}, {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 1.0, 0.5]}),
    *lines("Normalization", (2, 4, 3), {"axis": 1}, {"axis": None, "mean": 1.0, "variance": 4.0, "invert": True}),
    *lines(
        *("CategoryEncoding", (2, 3)),
        *({"num_tokens": 5, "output_mode": mode} for mode in ("one_hot", "multi_hot", "count")),
        dtype="int32",
    ),
    Line("CategoryEncoding", (2, 1), {"num_tokens": 5, "output_mode": "one_hot"}, dtype="int32"),
    *lines(
        *("Discretization", (2, 3)),
        *(
            {"bin_boundaries": [-0.5, 0.0, 0.5], "output_mode": mode}
            for mode in ("int", "one_hot", "multi_hot", "count")
        ),
    ),
]
