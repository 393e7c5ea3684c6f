"""Recurrent layers: dropout, kept states, first states, users' cells, errors; the rest is in the contract."""

import jax
import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import context
from cornu.core.pure import pure
from cornu.core.spec import KerasTensor

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
MASK = np.array([[False, True, True, False], [False, False, True, True]])
KINDS = ("LSTM", "GRU", "SimpleRNN")


def pair(name, *args, **kwargs):
    """A layer and Keras's, with the same weights. Not called yet: Keras draws at inference as well."""
    ours, theirs = getattr(layers, name)(*args, **kwargs), getattr(keras.layers, name)(*args, **kwargs)
    ours.build(X.shape), theirs.build(X.shape)
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def same(ours, theirs):
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5), (0.4, 0.3)], ids=["inputs", "states", "both"])
@pytest.mark.parametrize("name", KINDS)
def test_dropout_draws_are_those_of_keras(name, rates, reset_after):
    kwargs = {"reset_after": reset_after} if name == "GRU" else {}
    ours, theirs = pair(name, 2, dropout=rates[0], recurrent_dropout=rates[1], seed=3, **kwargs)
    for _ in range(2):
        same(ours(X, training=True), theirs(X, training=True))
    same(ours(X), theirs(X))


@pytest.mark.parametrize("name", KINDS)
def test_first_states_are_taken_and_shown_where_masked(name):
    ours, theirs = pair(name, 2, return_sequences=True, return_state=True)
    first = [np.full((2, 2), 0.7, "float32")] * (2 if name == "LSTM" else 1)
    same(ours(X, initial_state=first, mask=MASK), theirs(X, initial_state=first, mask=MASK))
    symbolic = ours(KerasTensor((None, 4, 3)), initial_state=[KerasTensor((None, 2))] * len(first))
    assert [t.shape for t in symbolic] == [(None, 4, 2), *[(None, 2)] * len(first)]


@pytest.mark.parametrize("name", KINDS)
def test_kept_states_go_on_until_reset(name):
    ours, theirs = pair(name, 2, stateful=True)
    first = ours(X)
    same(first, theirs(X))
    same(ours(X), theirs(X))
    ours.reset_states()
    np.testing.assert_array_equal(ours(X), first)
    assert len(ours.weights) == 3  # the kept states are no weights
    f = pure(ours)
    params, state = f.values()
    _, after, _ = jax.jit(f)(params, state, X)
    assert any(not np.array_equal(a, b) for a, b in zip(after, state, strict=True))


class Doubling(layers.Layer):
    """A user's cell: a layer inside, dropout inside, an output that is not the state."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size = units
        self.dense = layers.Dense(units)
        self.dropout = layers.Dropout(0.5, seed=1)

    def call(self, inputs, states, training=False):
        h = self.dropout(self.dense(inputs), training=training) + states[0]
        return 2 * h, [h]


def test_a_users_cell_runs_learns_and_draws_at_each_step():
    layer = layers.RNN(Doubling(3), return_sequences=True)
    y = np.asarray(layer(X))
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(y, 2 * np.cumsum(X @ kernel + bias, 1), rtol=1e-5, atol=1e-5)
    dropped = np.diff(np.asarray(layer(X, training=True)), axis=1, prepend=0) == 0
    assert len({tuple(step) for step in dropped.reshape(2, 4, 3).transpose(1, 0, 2).reshape(4, -1)}) > 1
    assert int(layer.cell.dropout.seed_generator.state[1]) == 4
    assert layer(KerasTensor((None, None, 3))).shape == (None, None, 3)
    f = pure(layer)
    gradients = jax.jit(jax.grad(lambda p: f(p, f.values()[1], X)[0].sum()))(f.values()[0])
    np.testing.assert_allclose(gradients[1], np.full(3, 2 * 2 * (1 + 2 + 3 + 4)), rtol=1e-5)


class Holding(layers.Layer):
    """A user's cell around a library cell with dropout."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.GRUCell(2, dropout=0.5, recurrent_dropout=0.5, seed=1)
        self.state_size = 2

    def call(self, inputs, states, training=False):
        return self.inner(inputs, states, training=training)


def test_masks_of_dropout_do_not_leak_from_inside_a_users_cell():
    layer = layers.RNN(Holding())
    layer(X, training=True)
    assert layer(X, training=True).shape == (2, 2)
    stacked = layers.RNN([layers.LSTMCell(2, dropout=0.5), layers.GRUCell(3, recurrent_dropout=0.5)])
    stacked(X, training=True)
    assert stacked(X, training=True).shape == (2, 3)


def test_a_cell_by_hand_keeps_its_masks_until_reset():
    cell = layers.SimpleRNNCell(2, dropout=0.5, seed=3)
    first = cell.get_dropout_mask(X[:, 0])
    assert cell.get_dropout_mask(X[:, 0]) is first
    cell.reset_dropout_mask()
    assert not np.array_equal(cell.get_dropout_mask(X[:, 0]), first)
    oracle = keras.layers.SimpleRNNCell(2, dropout=0.5, seed=3)
    np.testing.assert_array_equal(first, oracle.get_dropout_mask(X[:, 0]))


def test_a_users_cell_may_couple_rows():
    layer = layers.RNN(Doubling(3))
    layer(X)
    with context.scope(rows=np.ones(2, "float32")), pytest.raises(context.RowsCoupled):
        layer(X)


def test_masks_travel():
    x = layers.Masking()(X * MASK[..., None])
    y = layers.LSTM(2, return_sequences=True)(x)
    np.testing.assert_array_equal(context.get_mask(y), MASK)
    y, _ = layers.GRU(2, return_state=True)(x)
    assert context.get_mask(y) is None
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    np.testing.assert_array_equal(context.get_mask(y), MASK)


def test_bidirectional_splits_first_states_and_takes_users_cells():
    ours, theirs = layers.Bidirectional(layers.GRU(2)), keras.layers.Bidirectional(keras.layers.GRU(2))
    ours(X), theirs(X)
    ours.set_weights(theirs.get_weights())
    first = [np.full((2, 2), 0.7, "float32"), np.full((2, 2), -0.2, "float32")]
    same(ours(X, initial_state=first), theirs(X, initial_state=first))
    given = layers.GRU(2, name="gru")
    both = layers.Bidirectional(given, name="b")
    both(X)
    assert not given.built
    assert next(w.path for w in both.weights) == "b/forward_gru/gru_cell/kernel"


def test_time_distributed_shares_statistics_over_steps():
    layer = layers.TimeDistributed(layers.BatchNormalization(momentum=0.0))
    layer(X, training=True)
    np.testing.assert_allclose(layer.get_weights()[2], X.mean((0, 1)), rtol=1e-5, atol=1e-6)
    padded = np.concatenate([X, np.full((1, 4, 3), np.nan, "float32")])
    with context.scope(rows=np.array([1, 1, 0], "float32")):
        layer(padded, training=True)
    np.testing.assert_allclose(layer.get_weights()[2], X.mean((0, 1)), rtol=1e-5, atol=1e-6)


class NoState(layers.Layer):
    def call(self, inputs, states):
        return inputs, states


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: layers.LSTM(2, name="l")(KerasTensor((None, 3))),
            "LSTM 'l' needs an input of 3 axes; got an input of shape (None, 3). Add an axis (cornu.ops.expand_dims, "
            "Reshape), or check Input(shape=...), which leaves out the batch axis.",
        ),
        (lambda: layers.GRU(0), "GRU's units needs an int of 1 or more; got 0. Correct the argument."),
        (
            lambda: layers.RNN(NoState(name="n")),
            "RNN's cell needs a layer whose call takes (inputs, states) and that has state_size, an int or a list of "
            "them; got <NoState name=n, built=False>. Set self.state_size in its __init__.",
        ),
        (
            lambda: layers.LSTM(2, stateful=True, name="l")(KerasTensor((None, 4, 3))),
            "LSTM 'l' with stateful=True needs a known batch size; got shape (None, 4, 3). "
            "Give it in Input(batch_shape=...).",
        ),
        (
            lambda: layers.LSTM(2, name="l")(X, initial_state=[np.zeros((2, 2))]),
            "initial_state of LSTM 'l' needs 2 arrays, one for each state of the cell; got 1. Pass a list of them.",
        ),
        (
            lambda: layers.LSTM(2, name="l")(X, mask=np.ones((2, 3), bool)),
            "mask of LSTM 'l' needs shape (2, 4), (batch, time); got (2, 3). Correct the mask.",
        ),
        (
            lambda: layers.Bidirectional(layers.Dense(2)),
            "Bidirectional's layer needs a recurrent layer, with go_backwards and return_sequences; got Dense. "
            "Pass for example an LSTM.",
        ),
        (
            lambda: layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(2)),
            "Bidirectional's layers and go_backwards needs one of each; got False in both. "
            "Turn it round in the backward layer.",
        ),
        (
            lambda: layers.Bidirectional(layers.GRU(2), merge_mode="max"),
            "Bidirectional's merge_mode needs one of 'sum', 'mul', 'ave', 'concat'; got 'max'. Correct the argument.",
        ),
        (
            lambda: layers.TimeDistributed(layers.Dense(2), name="t")(KerasTensor((None, 3))),
            "TimeDistributed 't' needs an input of at least 3 axes, (batch, time, ...); got shape (None, 3). "
            "Add an axis, or use the layer without TimeDistributed.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == message
