"""LSTM, GRU and simple recurrences over whole sequences.

One loop serves the three. The product with the inputs is done for all steps before it, and its
gradient is written by hand, so that the gradient of the recurrent weights is one large product
after it (1.6x in training against the automatic one).

A cell is three functions: one step, the gradient of one step, and the gradient of its weights
over all steps. Time is the first axis inside; arrays are (time, batch, units).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Arrays = tuple[jax.Array, ...]


class _Cell(NamedTuple):
    """One recurrence. ``state[0]`` is what the outer world sees.

    step(inputs, state, weights) -> (new state, values its gradient needs)
    gradient(d_state, new, saved, state, weights) -> (d_state of before, d_inputs)
    weight_gradient(d_inputs, saved, state, weights) -> d_weights, from all steps at once
    """

    step: Callable[[jax.Array, Arrays, Arrays], tuple[Arrays, Arrays]]
    gradient: Callable[[Arrays, Arrays, Arrays, Arrays, Arrays], tuple[Arrays, jax.Array]]
    weight_gradient: Callable[[jax.Array, Arrays, Arrays, Arrays], Arrays]


def lstm(
    x: jax.Array,
    h0: jax.Array,
    c0: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    mask: jax.Array | None = None,
    reverse: bool = False,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Long short-term memory: ``c' = f * c + i * g``, ``h' = o * tanh(c')``.

    With ``a = x @ kernel + h @ recurrent_kernel + bias`` cut into four: ``i, f, o`` are the
    sigmoids of the first, second and last part, ``g`` is the tanh of the third.

    Shapes:
        x: (batch, time, features). h0, c0: (batch, units).
        kernel: (features, 4 * units). recurrent_kernel: (units, 4 * units). bias: (4 * units,).
        mask: (batch, time), bool. Where it is false the state is kept and the output repeated.
        Returns all outputs (batch, time, units), in the order of ``x``, then the last h and c.

    Args:
        reverse: run from the last time to the first.

    Example:
        >>> import jax.numpy as jnp
        >>> x, h, k = jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), jnp.ones((3, 16))
        >>> all_h, last_h, last_c = lstm(x, h, h, k, jnp.zeros((4, 16)))
        >>> all_h.shape, last_h.shape
        ((2, 5, 4), (2, 4))

    Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000; weights, gates and
    masks as ``keras.layers.LSTM`` (tanh, sigmoid).
    """
    outputs, (h, c) = _sequence(_LSTM, x, (h0, c0), kernel, bias, (recurrent_kernel,), mask, reverse)
    return outputs, h, c


def gru(
    x: jax.Array,
    h0: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    mask: jax.Array | None = None,
    reverse: bool = False,
    reset_after: bool = True,
) -> tuple[jax.Array, jax.Array]:
    """Gated recurrent unit: ``h' = z * h + (1 - z) * n``.

    ``z, r`` are sigmoids and ``n`` a tanh of the three parts of ``x @ kernel + h @
    recurrent_kernel + bias``; in ``n`` the recurrent term is ``r * (h @ U + b)`` with
    ``reset_after``, ``(r * h) @ U`` without.

    Shapes:
        x: (batch, time, features). h0: (batch, units).
        kernel: (features, 3 * units). recurrent_kernel: (units, 3 * units).
        bias: (2, 3 * units), for inputs and state, with ``reset_after``; else (3 * units,).
        mask: (batch, time), bool. Where it is false the state is kept and the output repeated.
        Returns all outputs (batch, time, units), in the order of ``x``, and the last h.

    Args:
        reverse: run from the last time to the first.

    Example:
        >>> import jax.numpy as jnp
        >>> x, h, k = jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), jnp.ones((3, 12))
        >>> gru(x, h, k, jnp.zeros((4, 12)))[0].shape
        (2, 5, 4)

    Source: Cho 2014; ``reset_after`` as cuDNN; weights and masks as ``keras.layers.GRU``.
    """
    if not reset_after:
        cell, weights = _GRU_RESET_BEFORE, (recurrent_kernel,)
    else:
        cell = _GRU
        zero = jnp.zeros(recurrent_kernel.shape[1], recurrent_kernel.dtype)
        weights = (recurrent_kernel, zero if bias is None else bias[1])
        bias = None if bias is None else bias[0]
    outputs, (h,) = _sequence(cell, x, (h0,), kernel, bias, weights, mask, reverse)
    return outputs, h


def simple_rnn(
    x: jax.Array,
    h0: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    mask: jax.Array | None = None,
    reverse: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Elman's network: ``h' = tanh(x @ kernel + h @ recurrent_kernel + bias)``.

    Shapes:
        x: (batch, time, features). h0: (batch, units).
        kernel: (features, units). recurrent_kernel: (units, units). bias: (units,).
        mask: (batch, time), bool. Where it is false the state is kept and the output repeated.
        Returns all outputs (batch, time, units), in the order of ``x``, and the last h.

    Args:
        reverse: run from the last time to the first.

    Example:
        >>> import jax.numpy as jnp
        >>> x, h, k = jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), jnp.ones((3, 4))
        >>> simple_rnn(x, h, k, jnp.zeros((4, 4)))[1].shape
        (2, 4)

    Source: Elman 1990; masks as ``keras.layers.SimpleRNN``.
    """
    outputs, (h,) = _sequence(_SIMPLE, x, (h0,), kernel, bias, (recurrent_kernel,), mask, reverse)
    return outputs, h


def _sequence(
    cell: _Cell,
    x: jax.Array,
    state: Arrays,
    kernel: jax.Array,
    bias: jax.Array | None,
    weights: Arrays,
    mask: jax.Array | None,
    reverse: bool,
) -> tuple[jax.Array, Arrays]:
    inputs = jnp.swapaxes(x, 0, 1) @ kernel
    if bias is not None:
        inputs = inputs + bias
    steps = None if mask is None else mask.astype(bool).T[..., None]
    outputs, last = _run(cell, reverse, inputs, state, weights, steps)
    return jnp.swapaxes(outputs, 0, 1), last


@functools.partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _run(
    cell: _Cell,
    reverse: bool,
    inputs: jax.Array,
    state: Arrays,
    weights: Arrays,
    mask: jax.Array | None,
) -> tuple[jax.Array, Arrays]:
    """All outputs and the last state; ``inputs`` already went through the kernel."""
    return _run_forward(cell, reverse, inputs, state, weights, mask)[0]


def _run_forward(
    cell: _Cell,
    reverse: bool,
    inputs: jax.Array,
    state: Arrays,
    weights: Arrays,
    mask: jax.Array | None,
) -> tuple[tuple[jax.Array, Arrays], Any]:
    def step(state: Arrays, at: tuple[jax.Array, jax.Array | None]) -> tuple[Arrays, Any]:
        now, counts = at
        new, saved = cell.step(now, state, weights)
        if counts is not None:
            new = _where(counts, new, state)
        return new, (new, saved)

    last, (states, saved) = lax.scan(step, state, (inputs, mask), reverse=reverse)
    return (states[0], last), (states, saved, state, weights, mask)


def _run_backward(
    cell: _Cell, reverse: bool, residuals: Any, cotangents: tuple[jax.Array, Arrays]
) -> tuple[jax.Array, Arrays, Arrays, None]:
    states, saved, first, weights, mask = residuals
    d_outputs, d_last = cotangents
    before = tuple(_shifted(*pair, reverse) for pair in zip(states, first, strict=True))

    def step(d_state: Arrays, at: Any) -> tuple[Arrays, jax.Array]:
        d_output, new, saved_now, old, counts = at
        d_state = (d_state[0] + d_output, *d_state[1:])
        d_old, d_inputs = cell.gradient(d_state, new, saved_now, old, weights)
        if counts is not None:
            d_old = _where(counts, d_old, d_state)
            d_inputs = jnp.where(counts, d_inputs, jnp.zeros((), d_inputs.dtype))
        return d_old, d_inputs

    d_first, d_inputs = lax.scan(step, d_last, (d_outputs, states, saved, before, mask), reverse=not reverse)
    return d_inputs, d_first, cell.weight_gradient(d_inputs, saved, before, weights), None


_run.defvjp(_run_forward, _run_backward)


def _where(counts: jax.Array, new: Arrays, old: Arrays) -> Arrays:
    return tuple(jnp.where(counts, a, b) for a, b in zip(new, old, strict=True))


def _shifted(states: jax.Array, first: jax.Array, reverse: bool) -> jax.Array:
    """The state before each step."""
    if reverse:
        return jnp.concatenate([states[1:], first[None]])
    return jnp.concatenate([first[None], states[:-1]])


def _over_all_steps(a: jax.Array, b: jax.Array) -> jax.Array:
    """``sum over time and batch of outer(a, b)``: one product."""
    return lax.dot_general(a, b, (((0, 1), (0, 1)), ((), ())))


# Long short-term memory


def _lstm_step(inputs: jax.Array, state: Arrays, weights: Arrays) -> tuple[Arrays, Arrays]:
    h, c = state
    i, f, g, o = jnp.split(inputs + h @ weights[0], 4, axis=-1)
    i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
    c = f * c + i * g
    return (o * jnp.tanh(c), c), (i, f, g, o)


def _lstm_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    d_h, d_c = d_state
    i, f, g, o = saved
    bent = jnp.tanh(new[1])
    d_c = d_c + d_h * o * (1 - bent * bent)
    d_inputs = jnp.concatenate(
        [
            d_c * g * i * (1 - i),
            d_c * state[1] * f * (1 - f),
            d_c * i * (1 - g * g),
            d_h * bent * o * (1 - o),
        ],
        axis=-1,
    )
    return (d_inputs @ weights[0].T, d_c * f), d_inputs


def _plain_weight_gradient(d_inputs: jax.Array, saved: Arrays, state: Arrays, weights: Arrays) -> Arrays:
    return (_over_all_steps(state[0], d_inputs),)


# Gated recurrent unit, the reset gate after the product


def _gru_step(inputs: jax.Array, state: Arrays, weights: Arrays) -> tuple[Arrays, Arrays]:
    (h,) = state
    x_z, x_r, x_n = jnp.split(inputs, 3, axis=-1)
    h_z, h_r, h_n = jnp.split(h @ weights[0] + weights[1], 3, axis=-1)
    z, r = jax.nn.sigmoid(x_z + h_z), jax.nn.sigmoid(x_r + h_r)
    n = jnp.tanh(x_n + r * h_n)
    return (z * h + (1 - z) * n,), (z, r, n, h_n)


def _gru_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    (d_h,), (z, r, n, h_n), (h,) = d_state, saved, state
    d_n = d_h * (1 - z) * (1 - n * n)
    d_z = d_h * (h - n) * z * (1 - z)
    d_r = d_n * h_n * r * (1 - r)
    d_recurrent = jnp.concatenate([d_z, d_r, d_n * r], axis=-1)
    return (d_h * z + d_recurrent @ weights[0].T,), jnp.concatenate([d_z, d_r, d_n], axis=-1)


def _gru_weight_gradient(d_inputs: jax.Array, saved: Arrays, state: Arrays, weights: Arrays) -> Arrays:
    units = state[0].shape[-1]
    gates, d_n = d_inputs[..., : 2 * units], d_inputs[..., 2 * units :]
    d_recurrent = jnp.concatenate([gates, d_n * saved[1]], axis=-1)
    return _over_all_steps(state[0], d_recurrent), d_recurrent.sum((0, 1))


# Gated recurrent unit, the reset gate before the product


def _gru_before_step(inputs: jax.Array, state: Arrays, weights: Arrays) -> tuple[Arrays, Arrays]:
    (h,), (kernel,) = state, weights
    gates = 2 * h.shape[-1]
    x_z, x_r, x_n = jnp.split(inputs, 3, axis=-1)
    h_z, h_r = jnp.split(h @ kernel[:, :gates], 2, axis=-1)
    z, r = jax.nn.sigmoid(x_z + h_z), jax.nn.sigmoid(x_r + h_r)
    n = jnp.tanh(x_n + (r * h) @ kernel[:, gates:])
    return (z * h + (1 - z) * n,), (z, r, n)


def _gru_before_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    (d_h,), (z, r, n), (h,), (kernel,) = d_state, saved, state, weights
    gates = 2 * h.shape[-1]
    d_n = d_h * (1 - z) * (1 - n * n)
    d_z = d_h * (h - n) * z * (1 - z)
    d_kept = d_n @ kernel[:, gates:].T
    d_r = d_kept * h * r * (1 - r)
    d_gates = jnp.concatenate([d_z, d_r], axis=-1)
    d_before = d_h * z + d_kept * r + d_gates @ kernel[:, :gates].T
    return (d_before,), jnp.concatenate([d_gates, d_n], axis=-1)


def _gru_before_weight_gradient(d_inputs: jax.Array, saved: Arrays, state: Arrays, weights: Arrays) -> Arrays:
    (h,), r = state, saved[1]
    gates = 2 * h.shape[-1]
    d_gates = _over_all_steps(h, d_inputs[..., :gates])
    d_n = _over_all_steps(r * h, d_inputs[..., gates:])
    return (jnp.concatenate([d_gates, d_n], axis=-1),)


# Simple recurrence


def _simple_step(inputs: jax.Array, state: Arrays, weights: Arrays) -> tuple[Arrays, Arrays]:
    return (jnp.tanh(inputs + state[0] @ weights[0]),), ()


def _simple_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    d_inputs = d_state[0] * (1 - new[0] * new[0])
    return (d_inputs @ weights[0].T,), d_inputs


_LSTM = _Cell(_lstm_step, _lstm_gradient, _plain_weight_gradient)
_GRU = _Cell(_gru_step, _gru_gradient, _gru_weight_gradient)
_GRU_RESET_BEFORE = _Cell(_gru_before_step, _gru_before_gradient, _gru_before_weight_gradient)
_SIMPLE = _Cell(_simple_step, _simple_gradient, _plain_weight_gradient)
