"""The cells of recurrences: one step, its gradient, and the gradient of the weights.

Gates lie side by side in one array, in Keras's order. Plain functions of arrays of (batch, units);
`recurrence` runs them through time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Arrays = tuple[jax.Array, ...]


class Cell(NamedTuple):
    """One recurrence. ``state[0]`` is what the outer world sees.

    step(inputs, state, weights) -> (new state, values its gradient needs)
    gradient(d_state, new, saved, state, weights) -> (d_state of before, d_inputs)
    weight_gradient(d_inputs, saved, state, weights) -> d_weights, from all steps at once
    """

    step: Callable[[jax.Array, Arrays, Arrays], tuple[Arrays, Arrays]]
    gradient: Callable[[Arrays, Arrays, Arrays, Arrays, Arrays], tuple[Arrays, jax.Array]]
    weight_gradient: Callable[[jax.Array, Arrays, Arrays, Arrays], Arrays]


def _over_all_steps(a: jax.Array, b: jax.Array) -> jax.Array:
    """``sum over time and batch of outer(a, b)``: one product."""
    return lax.dot_general(a, b, (((0, 1), (0, 1)), ((), ())))


# Long short-term memory


def _lstm_step(inputs: jax.Array, state: Arrays, weights: Arrays) -> tuple[Arrays, Arrays]:
    h, c = state
    i, f, g, o = jnp.split(inputs + h @ weights[0], 4, axis=-1)
    i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
    c = f * c + i * g
    return (o * jnp.tanh(c), c), (jnp.concatenate([i, f, g, o], axis=-1),)


def _lstm_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    d_h, d_c = d_state
    i, f, g, o = jnp.split(saved[0], 4, axis=-1)
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
    return (z * h + (1 - z) * n,), (jnp.concatenate([z, r, n], axis=-1), h_n)


def _gru_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    (d_h,), (gates, h_n), (h,) = d_state, saved, state
    z, r, n = jnp.split(gates, 3, axis=-1)
    d_n = d_h * (1 - z) * (1 - n * n)
    d_z = d_h * (h - n) * z * (1 - z)
    d_r = d_n * h_n * r * (1 - r)
    d_recurrent = jnp.concatenate([d_z, d_r, d_n * r], axis=-1)
    return (d_h * z + d_recurrent @ weights[0].T,), jnp.concatenate([d_z, d_r, d_n], axis=-1)


def _gru_weight_gradient(d_inputs: jax.Array, saved: Arrays, state: Arrays, weights: Arrays) -> Arrays:
    units = state[0].shape[-1]
    r = saved[0][..., units : 2 * units]
    d_gates, d_n = d_inputs[..., : 2 * units], d_inputs[..., 2 * units :]
    d_recurrent = jnp.concatenate([d_gates, d_n * r], axis=-1)
    return _over_all_steps(state[0], d_recurrent), d_recurrent.sum((0, 1))


# Gated recurrent unit, the reset gate before the product


def _gru_before_step(inputs: jax.Array, state: Arrays, weights: Arrays) -> tuple[Arrays, Arrays]:
    (h,), (kernel,) = state, weights
    gates = 2 * h.shape[-1]
    x_z, x_r, x_n = jnp.split(inputs, 3, axis=-1)
    h_z, h_r = jnp.split(h @ kernel[:, :gates], 2, axis=-1)
    z, r = jax.nn.sigmoid(x_z + h_z), jax.nn.sigmoid(x_r + h_r)
    n = jnp.tanh(x_n + (r * h) @ kernel[:, gates:])
    return (z * h + (1 - z) * n,), (jnp.concatenate([z, r, n], axis=-1),)


def _gru_before_gradient(
    d_state: Arrays, new: Arrays, saved: Arrays, state: Arrays, weights: Arrays
) -> tuple[Arrays, jax.Array]:
    (d_h,), (h,), (kernel,) = d_state, state, weights
    z, r, n = jnp.split(saved[0], 3, axis=-1)
    gates = 2 * h.shape[-1]
    d_n = d_h * (1 - z) * (1 - n * n)
    d_z = d_h * (h - n) * z * (1 - z)
    d_kept = d_n @ kernel[:, gates:].T
    d_r = d_kept * h * r * (1 - r)
    d_gates = jnp.concatenate([d_z, d_r], axis=-1)
    d_before = d_h * z + d_kept * r + d_gates @ kernel[:, :gates].T
    return (d_before,), jnp.concatenate([d_gates, d_n], axis=-1)


def _gru_before_weight_gradient(d_inputs: jax.Array, saved: Arrays, state: Arrays, weights: Arrays) -> Arrays:
    (h,) = state
    units = h.shape[-1]
    gates, r = 2 * units, saved[0][..., units : 2 * units]
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


LSTM = Cell(_lstm_step, _lstm_gradient, _plain_weight_gradient)
GRU = Cell(_gru_step, _gru_gradient, _gru_weight_gradient)
GRU_RESET_BEFORE = Cell(_gru_before_step, _gru_before_gradient, _gru_before_weight_gradient)
SIMPLE = Cell(_simple_step, _simple_gradient, _plain_weight_gradient)
