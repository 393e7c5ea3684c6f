"""Recurrences against an unrolled loop (values, gradients) and against Keras's layers."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu.kernels import gru, lstm, simple_rnn
from tests.kernels.comparison import assert_same_with_gradients, normal

BATCH, TIME, FEATURES, UNITS = 3, 4, 3, 5
MASK = jnp.array([[1, 1, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)


def lstm_step(x, state, kernel, recurrent, bias):
    i, f, g, o = jnp.split(x @ kernel + state[0] @ recurrent + bias, 4, -1)
    c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def gru_step(x, state, kernel, recurrent, bias):
    (h,) = state
    a, b = x @ kernel + bias[0], h @ recurrent + bias[1]
    u = h.shape[-1]
    z, r = jax.nn.sigmoid(a[:, :u] + b[:, :u]), jax.nn.sigmoid(a[:, u : 2 * u] + b[:, u : 2 * u])
    n = jnp.tanh(a[:, 2 * u :] + r * b[:, 2 * u :])
    return (z * h + (1 - z) * n,)


def gru_before_step(x, state, kernel, recurrent, bias):
    (h,) = state
    u = h.shape[-1]
    a, b = x @ kernel + bias, h @ recurrent
    z, r = jax.nn.sigmoid(a[:, :u] + b[:, :u]), jax.nn.sigmoid(a[:, u : 2 * u] + b[:, u : 2 * u])
    n = jnp.tanh(a[:, 2 * u :] + (r * h) @ recurrent[:, 2 * u :])
    return (z * h + (1 - z) * n,)


def simple_step(x, state, kernel, recurrent, bias):
    return (jnp.tanh(x @ kernel + state[0] @ recurrent + bias),)


def gru_before(*arguments, **options):
    return gru(*arguments, reset_after=False, **options)


# name: ours, one step of the reference, states, gates, shape of the bias, Keras's layer
CELLS = {
    "lstm": (lstm, lstm_step, 2, 4, (), lambda **o: keras.layers.LSTM(UNITS, **o)),
    "gru": (gru, gru_step, 1, 3, (2,), lambda **o: keras.layers.GRU(UNITS, **o)),
    "gru, reset before": (
        gru_before,
        gru_before_step,
        1,
        3,
        (),
        lambda **o: keras.layers.GRU(UNITS, reset_after=False, **o),
    ),
    "simple": (simple_rnn, simple_step, 1, 1, (), lambda **o: keras.layers.SimpleRNN(UNITS, **o)),
}


def arrays(name, dtype="float32"):
    """x, states, kernel, recurrent kernel, bias."""
    _, _, states, gates, lead, _ = CELLS[name]
    shapes = [(BATCH, TIME, FEATURES)] + [(BATCH, UNITS)] * states
    shapes += [(FEATURES, gates * UNITS), (UNITS, gates * UNITS), (*lead, gates * UNITS)]
    return [normal(*shape, seed=seed, dtype=dtype) for seed, shape in enumerate(shapes)]


def unrolled(step, states, mask, reverse):
    def run(x, *rest):
        state, (kernel, recurrent, bias) = rest[:states], rest[states:]
        outputs = [None] * x.shape[1]
        for t in reversed(range(x.shape[1])) if reverse else range(x.shape[1]):
            new = step(x[:, t], state, kernel, recurrent, bias)
            if mask is not None:
                counts = mask[:, t, None]
                new = tuple(jnp.where(counts, a, b) for a, b in zip(new, state, strict=True))
            state, outputs[t] = new, new[0]
        return jnp.stack(outputs, 1), *state

    return run


def joined(function):
    """All results in one array, so that every one of them is differentiated."""
    return lambda *arrays: jnp.concatenate([part.ravel() for part in function(*arrays)])


# Which loops exist for which cell.
AT = [
    ("lstm", "native"),
    ("gru", "native"),
    ("lstm", "jax"),
    ("gru", "jax"),
    ("gru, reset before", "jax"),
    ("simple", "jax"),
]


@pytest.mark.parametrize("mask, reverse", [(None, False), (MASK, True)], ids=["all", "masked, reverse"])
@pytest.mark.parametrize("name, level", AT, indirect=["level"])
def test_values_and_gradients_are_those_of_the_unrolled_loop(name, level, mask, reverse):
    ours, step, states, *_ = CELLS[name]
    assert_same_with_gradients(
        joined(lambda *a: ours(*a, mask=mask, reverse=reverse)),
        joined(unrolled(step, states, mask, reverse)),
        *arrays(name),
    )


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
@pytest.mark.parametrize("name, level", AT, indirect=["level"])
def test_outputs_and_states_are_those_of_keras(name, level, mask):
    ours, _, states, *_, make_layer = CELLS[name]
    x, *rest = arrays(name)
    state, weights = rest[:states], rest[states:]
    for reverse in (False, True):
        layer = make_layer(return_sequences=True, return_state=True, go_backwards=reverse)
        layer.build(x.shape)
        layer.set_weights(weights)
        outputs, *last = layer(x, initial_state=state, mask=mask)
        results = ours(x, *rest, mask=mask, reverse=reverse)
        # Keras hands backward outputs out in the order in which they were made.
        made = results[0][:, ::-1] if reverse else results[0]
        for a, b in zip((made, *results[1:]), (outputs, *last), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_without_bias(name):
    ours = CELLS[name][0]
    *rest, bias = arrays(name)
    for a, b in zip(ours(*rest), ours(*rest, jnp.zeros_like(bias)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("name, level", AT, indirect=["level"])
def test_second_derivative_vmap_and_empty_batch(name, level):
    ours, step, states, *_ = CELLS[name]
    x, *rest = arrays(name)
    x = x[:, :2]

    def penalty(run):
        def slope(x):
            return (jax.grad(lambda x: (run(x, *rest)[0] ** 2).sum())(x) ** 2).sum()

        return jax.jit(jax.grad(slope))

    expected = penalty(unrolled(step, states, None, False))(x)
    np.testing.assert_allclose(penalty(ours)(x), expected, rtol=1e-4, atol=1e-4)
    mapped = jax.vmap(lambda x: ours(x, *rest)[0])(jnp.stack([x, -x]))
    np.testing.assert_allclose(mapped[1], ours(-x, *rest)[0], rtol=1e-5, atol=1e-6)
    nobody = [array[:0] for array in rest[:states]]
    assert ours(x[:0], *nobody, *rest[states:])[0].shape == (0, 2, UNITS)


@pytest.mark.parametrize("dtype, tolerance", [("bfloat16", 5e-2), ("float16", 5e-3)])
@pytest.mark.parametrize("name", CELLS)
def test_low_precision_keeps_its_dtype(name, dtype, tolerance):
    ours = CELLS[name][0]
    low = ours(*arrays(name, dtype), mask=MASK)[0]
    assert low.dtype == dtype
    high = ours(*arrays(name), mask=MASK)[0]
    np.testing.assert_allclose(low.astype("float32"), high, atol=tolerance)
