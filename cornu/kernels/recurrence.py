"""LSTM, GRU and simple recurrences over whole sequences.

One loop serves the three. The product with the inputs is done for all steps before it, and its
gradient is written by hand, so that the gradient of the recurrent weights is one large product
after it (1.6x in training against the automatic one).

Time is the first axis inside; arrays are (time, batch, units). LSTM and GRU have
native kernels for the loop and its gradient, whose twin is the loop here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import Primitive

from cornu.kernels import native, table
from cornu.kernels.recurrence_cells import GRU, GRU_RESET_BEFORE, LSTM, SIMPLE, Arrays, Cell


class _NativeLoop(NamedTuple):
    """The two loops of a cell as primitives with flat arguments."""

    loop: Primitive
    gradient: Primitive


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
    outputs, (h, c) = _sequence(LSTM, x, (h0, c0), kernel, bias, (recurrent_kernel,), mask, reverse)
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
        cell = GRU_RESET_BEFORE
        weights: Arrays = (recurrent_kernel,)
    else:
        cell = GRU
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
    outputs, (h,) = _sequence(SIMPLE, x, (h0,), kernel, bias, (recurrent_kernel,), mask, reverse)
    return outputs, h


def _sequence(
    cell: Cell,
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
    steps = None if mask is None else mask.astype(bool).T
    outputs, last = _run(cell, reverse, inputs, state, weights, steps)
    return jnp.swapaxes(outputs, 0, 1), last


def _run_undifferentiated(
    cell: Cell,
    reverse: bool,
    inputs: jax.Array,
    state: Arrays,
    weights: Arrays,
    mask: jax.Array | None,
) -> tuple[jax.Array, Arrays]:
    """All outputs and the last state; ``inputs`` already went through the kernel."""
    return _run_forward(cell, reverse, inputs, state, weights, mask)[0]


def _run_forward(
    cell: Cell,
    reverse: bool,
    inputs: jax.Array,
    state: Arrays,
    weights: Arrays,
    mask: jax.Array | None,
) -> tuple[tuple[jax.Array, Arrays], tuple]:
    if _is_native(cell, inputs):
        arrays = (inputs, *state, *weights, _no_mask() if mask is None else mask)
        results = _NATIVE[cell].loop.bind(*arrays, reverse=reverse)
        states, saved = tuple(results[: len(state)]), tuple(results[len(state) :])
    else:
        states, saved = _loop(cell, reverse, inputs, state, weights, mask)
    last = tuple(values[0 if reverse else -1] for values in states) if len(inputs) else state
    return (states[0], last), (states, saved, state, weights, mask)


def _run_backward(
    cell: Cell, reverse: bool, residuals: tuple, cotangents: tuple[jax.Array, Arrays]
) -> tuple[jax.Array, Arrays, Arrays, None]:
    states, saved, first, weights, mask = residuals
    d_outputs, d_last = cotangents
    if _is_native(cell, d_outputs):
        arrays = (d_outputs, *d_last, *first, *states, *saved, *weights)
        arrays += (_no_mask() if mask is None else mask,)
        d_inputs, *rest = _NATIVE[cell].gradient.bind(*arrays, reverse=reverse)
        d_first = tuple(rest)
    else:
        d_inputs, d_first = _gradient_loop(cell, reverse, d_outputs, d_last, first, states, saved, weights, mask)
    before = tuple(_shifted(*pair, reverse) for pair in zip(states, first, strict=True))
    return d_inputs, d_first, cell.weight_gradient(d_inputs, saved, before, weights), None


_run = jax.custom_vjp(_run_undifferentiated, nondiff_argnums=(0, 1))
_run.defvjp(_run_forward, _run_backward)


def _loop(
    cell: Cell,
    reverse: bool,
    inputs: jax.Array,
    state: Arrays,
    weights: Arrays,
    mask: jax.Array | None,
) -> tuple[Arrays, Arrays]:
    """All states, and what the gradient needs of every step."""

    def step(state: Arrays, at: tuple[jax.Array, jax.Array | None]) -> tuple[Arrays, Any]:
        now, counts = at
        new, saved = cell.step(now, state, weights)
        if counts is not None:
            new = _where(counts[:, None], new, state)
        return new, (new, saved)

    _, (states, saved) = lax.scan(step, state, (inputs, mask), reverse=reverse)
    return states, saved


def _gradient_loop(
    cell: Cell,
    reverse: bool,
    d_outputs: jax.Array,
    d_last: Arrays,
    first: Arrays,
    states: Arrays,
    saved: Arrays,
    weights: Arrays,
    mask: jax.Array | None,
) -> tuple[jax.Array, Arrays]:
    """Gradients of the inputs of every step and of the first state."""
    before = tuple(_shifted(*pair, reverse) for pair in zip(states, first, strict=True))

    def step(d_state: Arrays, at: Any) -> tuple[Arrays, jax.Array]:
        d_output, new, saved_now, old, counts = at
        d_state = (d_state[0] + d_output, *d_state[1:])
        d_old, d_inputs = cell.gradient(d_state, new, saved_now, old, weights)
        if counts is not None:
            d_old = _where(counts[:, None], d_old, d_state)
            d_inputs = jnp.where(counts[:, None], d_inputs, jnp.zeros((), d_inputs.dtype))
        return d_old, d_inputs

    steps = (d_outputs, states, saved, before, mask)
    d_first, d_inputs = lax.scan(step, d_last, steps, reverse=not reverse)
    return d_inputs, d_first


def _where(counts: jax.Array, new: Arrays, old: Arrays) -> Arrays:
    return tuple(jnp.where(counts, a, b) for a, b in zip(new, old, strict=True))


def _shifted(states: jax.Array, first: jax.Array, reverse: bool) -> jax.Array:
    """The state before each step."""
    if reverse:
        return jnp.concatenate([states[1:], first[None]])
    return jnp.concatenate([first[None], states[:-1]])


# The loops as native kernels


def _native_loop(target: str, cell: Cell, states: int, saved: tuple[int, ...], weights: int) -> _NativeLoop:
    """Primitives for a cell with so many states and weights, which saves arrays of ``saved`` times its units."""

    def loop(*arrays: jax.Array, reverse: bool) -> list[jax.Array]:
        (inputs,), state, fixed, (mask,) = _cut(arrays, 1, states, weights, 1)
        return [*itertools.chain(*_loop(cell, reverse, inputs, state, fixed, _masked(mask)))]

    def gradient(*arrays: jax.Array, reverse: bool) -> list[jax.Array]:
        (d_outputs,), d_last, first, all_states, kept, fixed, (mask,) = _cut(
            arrays, 1, states, states, states, len(saved), weights, 1
        )
        d_inputs, d_first = _gradient_loop(
            cell, reverse, d_outputs, d_last, first, all_states, kept, fixed, _masked(mask)
        )
        return [d_inputs, *d_first]

    def made(inputs: jax.Array, state: jax.Array, *_: jax.Array, reverse: bool) -> list[tuple[int, ...]]:
        steps, (batch, units) = inputs.shape[0], state.shape
        return [(steps, batch, width * units) for width in (1,) * states + saved]

    def made_back(d_outputs: jax.Array, *_: jax.Array, reverse: bool) -> list[tuple[int, ...]]:
        steps, batch, units = d_outputs.shape
        return [(steps, batch, saved[0] * units), *[(batch, units)] * states]  # the gates come first

    return _NativeLoop(native.define(target, loop, made), native.define(f"{target}_gradient", gradient, made_back))


def _cut(arrays: Arrays, *counts: int) -> Iterator[Arrays]:
    remaining = iter(arrays)
    return (tuple(itertools.islice(remaining, count)) for count in counts)


def _no_mask() -> jax.Array:
    """Stands for None, which no primitive takes."""
    return jnp.zeros((0, 0), bool)


def _masked(mask: jax.Array) -> jax.Array | None:
    return mask if mask.size else None


def _is_native(cell: Cell, sequence: jax.Array) -> bool:
    known = cell in _NATIVE and sequence.size > 0
    return known and table.recurrence_method(sequence.dtype) == "native"


_NATIVE = {
    LSTM: _native_loop("cornu_lstm", LSTM, states=2, saved=(4,), weights=1),
    GRU: _native_loop("cornu_gru", GRU, states=1, saved=(3, 1), weights=2),
}
