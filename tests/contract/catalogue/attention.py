"""Lines of ``layers/attention``."""

import numpy as np

from tests.contract.catalogue.line import Line

PAIR = [(2, 3, 4), (2, 5, 6)]
EQUAL = [(2, 3, 4), (2, 5, 4)]  # Keras refuses graphs of GroupQueryAttention whose sizes differ
WITH_KEY = [(2, 3, 4), (2, 5, 6), (2, 5, 4)]
UNKNOWN = [(None, None, 4), (None, None, 6)]
SIZES = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
SCORES = {"return_attention_scores": True}
QUERY_MASK = np.array([[True, True, False], [True, True, True]])
VALUE_MASK = np.array([[True, True, False, True, False], [True, False, False, False, False]])
ALLOWED = np.random.default_rng(0).random((2, 3, 5)) < 0.6
ALLOWED[..., 0] = True
MASKS = {"query_mask": QUERY_MASK, "value_mask": VALUE_MASK, "attention_mask": ALLOWED}


def heads(layer, sizes, arguments=None, shape=PAIR, **more):
    return Line(layer, shape, {**sizes, **(arguments or {})}, spread=True, **more)


LINES = [
    heads("MultiHeadAttention", SIZES, unknown=UNKNOWN),
    heads("MultiHeadAttention", SIZES, {"use_bias": False, "output_shape": 7}, WITH_KEY),
    heads("MultiHeadAttention", SIZES, {"value_dim": 5, "use_gate": True, "output_shape": (2, 3)}, call=SCORES),
    heads("MultiHeadAttention", SIZES, call={**MASKS, **SCORES}),
    heads("MultiHeadAttention", SIZES, {"sliding_window": 2}, call={"use_causal_mask": True, **SCORES}),
    heads("MultiHeadAttention", SIZES, call={"use_causal_mask": True}),
    heads("MultiHeadAttention", SIZES, {"seed": 3, "dropout": 0.5}),
    *(
        heads(
            "MultiHeadAttention",
            SIZES,
            {"attention_axes": axes},
            [(2, 3, 2, 4), (2, 3, 2, 5)],
            call=SCORES,
            unknown=[(None, None, None, 4), (None, None, None, 5)],
        )
        for axes in ((1,), (2,), (1, 2), None)
    ),
    heads("GroupQueryAttention", GROUPS, shape=EQUAL, unknown=[(None, None, 4), (None, None, 4)]),
    heads("GroupQueryAttention", GROUPS, {"use_gate": True}, [*EQUAL, (2, 5, 4)], call={**MASKS, **SCORES}),
    heads(
        "GroupQueryAttention", GROUPS, {"sliding_window": 2, "use_bias": False}, EQUAL, call={"use_causal_mask": True}
    ),
    *(
        Line("Attention", [(2, 3, 4), (2, 5, 4)], arguments, unknown=[(None, None, 4), (None, None, 4)])
        for arguments in ({}, {"use_scale": True}, {"score_mode": "concat", "use_scale": True}, {"dropout": 0.5})
    ),
    Line("Attention", [(2, 3, 4), (2, 5, 6), (2, 5, 4)], call={"use_causal_mask": True, **SCORES}),
    *(
        Line("AdditiveAttention", [(2, 3, 4), (2, 5, 4)], arguments, unknown=[(None, None, 4), (None, None, 4)])
        for arguments in ({}, {"use_scale": False})
    ),
    Line("AdditiveAttention", [(2, 3, 4), (2, 5, 6), (2, 5, 4)], call=SCORES),
]
