"""Lines of ``layers/preprocessing``. What Keras makes of words and hashes is compared in ``tests/layers/test_preprocessing.py``."""

from typing import Any

from tests.contract.catalogue.line import Line, lines

WORDS: dict[str, Any] = {"vocabulary": ["horn", "a"]}
NUMBERS: dict[str, Any] = {"vocabulary": [3, 1]}
WEIGHED: dict[str, Any] = {"output_mode": "tf_idf", "idf_weights": [0.5, 2.0]}
HASHES: dict[str, Any] = {"oracle": False, "compiled": False}
WORD: dict[str, Any] = {**HASHES, "dtype": "string"}

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
    *lines(
        *("StringLookup", (2, 3)),
        *(WORDS | more for more in ({}, {"mask_token": "", "num_oov_indices": 2}, {"output_mode": "count"}, WEIGHED)),
        **WORD,
        unknown=(None, None),
    ),
    *lines(
        *("IntegerLookup", (2, 3)),
        *(NUMBERS | more for more in ({}, {"mask_token": 0, "num_oov_indices": 2}, {"invert": True})),
        *(
            NUMBERS | more
            for more in ({"output_mode": "multi_hot", "pad_to_max_tokens": True, "max_tokens": 5}, WEIGHED)
        ),
        dtype="int32",
        oracle=False,
        unknown=(None, None),
    ),
    *lines(
        *("TextVectorization", (2, 1)),
        *(WORDS | more for more in ({"output_sequence_length": 3}, {"output_mode": "count", "ngrams": 2}, WEIGHED)),
        **WORD,
    ),
    *lines("Hashing", (2, 3), {"num_bins": 3}, {"num_bins": 3, "output_mode": "one_hot", "salt": 7}, **WORD),
    *lines("Hashing", (2, 3), {"num_bins": 3, "mask_value": 0, "output_mode": "count"}, **HASHES, dtype="int32"),
    *lines(
        *("HashedCrossing", [(2, 1), (2, 1)]),
        *({"num_bins": 5}, {"num_bins": 5, "output_mode": "one_hot"}),
        **HASHES,
        dtype="int32",
    ),
]
