"""Attention: dropout's draws, masks that travel, nothing to look at, errors; the rest is in the contract."""

import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import context
from cornu.core.spec import KerasTensor

RANDOM = np.random.default_rng(0)
Q, V = (RANDOM.normal(size=shape).astype("float32") for shape in ((2, 3, 4), (2, 5, 4)))
QUERY_MASK = np.array([[True, True, False], [True, True, True]])
VALUE_MASK = np.array([[True, False, False, True, True], [False] * 5])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
        ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
    ],
)
def test_dropout_draws_are_those_of_keras(name, arguments):
    ours = getattr(layers, name)(**arguments, dropout=0.4, seed=3)
    theirs = getattr(keras.layers, name)(**arguments, dropout=0.4, seed=3)
    ours(Q, V), theirs(Q, V)
    ours.set_weights(theirs.get_weights())
    for _ in range(2):
        for a, b in zip(*(f(Q, V, training=True, return_attention_scores=True) for f in (ours, theirs)), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_plain_attention_draws_and_masks_as_keras(name):
    ours, theirs = (getattr(module, name)(dropout=0.4, seed=3) for module in (layers, keras.layers))
    ours([Q, V]), theirs([Q, V])
    ours.set_weights(theirs.get_weights())
    call = {"mask": [QUERY_MASK, VALUE_MASK], "return_attention_scores": True, "training": True}
    for a, b in zip(ours([Q, V], **call), theirs([Q, V], **call), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


def test_with_nothing_to_look_at_the_mean_is_zero():
    layer = layers.MultiHeadAttention(2, 3, use_bias=False)
    y, scores = layer(Q, V, value_mask=VALUE_MASK, return_attention_scores=True)
    np.testing.assert_array_equal(scores[1], 0)
    np.testing.assert_array_equal(y[1], 0)
    # Without the scores another kernel runs.
    np.testing.assert_allclose(layer(Q, V, value_mask=VALUE_MASK), y, rtol=1e-5, atol=1e-7)


def test_masks_travel_with_queries_and_hide_values():
    embedding = layers.Embedding(5, 4, mask_zero=True)
    x = embedding(np.array([[1, 2, 0], [3, 1, 4]]))
    y, scores = layers.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True)
    np.testing.assert_array_equal(context.get_mask(y), [[True, True, False], [True, True, True]])
    np.testing.assert_array_equal(np.asarray(scores)[0, ..., 2], 0)
    y = layers.Attention()([x, x])
    np.testing.assert_array_equal(context.get_mask(y), [[True, True, False], [True, True, True]])


def test_parts_are_where_files_have_them():
    layer = layers.MultiHeadAttention(2, 3, use_gate=True, name="mha")
    layer(Q, V)
    assert [w.path for w in layer.weights if w.name == "kernel"] == [
        f"mha/{part}/kernel" for part in ("query", "key", "gate", "value", "attention_output")
    ]
    for part in (
        "query_dense",
        "key_dense",
        "_gate_dense",
        "value_dense",
        "output_dense",
        "_softmax",
        "_dropout_layer",
    ):
        assert getattr(layer, part).name
    assert layers.GroupQueryAttention(3, 4, 2).name.startswith("grouped_query_attention")


def tensor(*shape):
    return KerasTensor(shape)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: layers.MultiHeadAttention(0, 3),
            "MultiHeadAttention's num_heads needs an int of 1 or more; got 0. Correct the argument.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, sliding_window=0),
            "MultiHeadAttention's sliding_window needs None or an int of 1 or more; got 0. "
            "It is how far, plus one, a place looks to either side.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, name="m")(tensor(None, 4, 3), tensor(None, 5)),
            "MultiHeadAttention 'm' needs query and value of the same number of axes, 3 or more; "
            "got query (None, 4, 3), value (None, 5). Correct the inputs.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, name="m")(
                tensor(None, 4, 3), tensor(None, 5, 3), key=tensor(None, 6, 3)
            ),
            "MultiHeadAttention 'm' needs key and value of equal sizes but for the last axis; "
            "got query (None, 4, 3), value (None, 5, 3), key (None, 6, 3). Correct the inputs.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, name="m")(tensor(None, 4, None), tensor(None, 5, 3)),
            "MultiHeadAttention 'm' needs known sizes on the last axes; "
            "got query (None, 4, None), value (None, 5, 3). Correct the inputs.",
        ),
        (
            lambda: layers.MultiHeadAttention(2, 3, flash_attention=True, name="m")(Q, V),
            "flash_attention=True needs a GPU and a 16-bit policy such as mixed_bfloat16; got float32 on cpu. "
            "Leave it None.",
        ),
        (
            lambda: layers.GroupQueryAttention(3, 4, 3),
            "GroupQueryAttention's num_query_heads needs to be a multiple of num_key_value_heads=3; got 4. "
            "Correct one of them.",
        ),
        (
            lambda: layers.GroupQueryAttention(3, 4, 2, name="g")(tensor(None, 4, 2, 3), tensor(None, 4, 2, 3)),
            "GroupedQueryAttention 'g' needs inputs of 3 axes, (batch, time, features); "
            "got query (None, 4, 2, 3), value (None, 4, 2, 3). Correct the inputs.",
        ),
        (
            lambda: layers.Attention(name="a")(tensor(None, 4, 3)),
            "Attention 'a' needs a list of query, value and maybe key; got (None, 4, 3). Pass [query, value].",
        ),
        (
            lambda: layers.Attention(name="a")([tensor(None, 4, 3), tensor(None, 5, 2)]),
            "Attention 'a' needs query (batch, T, size), value (batch, S, any) and key (batch, S, size); "
            "got shapes (None, 4, 3), (None, 5, 2). Correct the inputs.",
        ),
        (
            lambda: layers.Attention(name="a")([Q, V], mask=QUERY_MASK),
            "mask of Attention 'a' needs a list of the masks of query and value; got a value of type ArrayImpl. "
            "Pass [query_mask, value_mask], None where there is none.",
        ),
        (
            lambda: layers.Attention(score_mode="sum"),
            "Attention's score_mode needs one of 'dot', 'concat'; got 'sum'. Correct the argument.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == message
