"""Maximum and average over sliding windows, in one to three dimensions.

On the CPU a window is pooled one axis after the other by a few strided slices: XLA's own gradient
of a maximum (select-and-scatter) takes 6 to 30 times as long there.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu.core.allowance import ROUNDS_OF_AN_OPERATION, bounded
from cornu.kernels import native, table
from cornu.kernels.window import (
    Ints,
    Pairs,
    output_size,
    padding_pairs,
    per_axis,
    spatial_rank,
    spatial_start,
    unknown,
)


def max_pool(
    x: jax.Array,
    pool_size: Ints,
    strides: Ints | None = None,
    padding: str = "valid",
    data_format: str = "channels_last",
) -> jax.Array:
    """Largest value of each window; padding never wins, NaN always does.

    Shapes:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) with "channels_first".
        y: (batch, *positions, channels), laid out as ``x``, in its dtype.

    Args:
        strides: steps between windows; ``pool_size`` where None.
        padding: "valid" or "same".

    Raises:
        ValueError: a bad rank, size or word.

    Example:
        >>> import jax.numpy as jnp
        >>> max_pool(jnp.array([[[1.0], [3.0], [2.0], [0.0]]]), 2)[0, :, 0].tolist()
        [3.0, 2.0]

    Source: values of ``keras.ops.max_pool``. The gradient goes to the first maximum in row-major
    order, as XLA's does; where a window holds NaN, to the first NaN (XLA: to what follows it).
    """
    axes, window, steps, pairs = _arguments(x, pool_size, strides, padding, data_format)
    method = _method(x, axes, window)
    if isinstance(pairs, str) or method == "xla":
        return _reduce_window(x, _lowest(x.dtype), lax.max, axes, window, steps, pairs)
    if method == "native":
        return _max_native(x, axes, window, steps, pairs)
    return _max_slices(x, axes, window, steps, pairs)


def average_pool(
    x: jax.Array,
    pool_size: Ints,
    strides: Ints | None = None,
    padding: str = "valid",
    data_format: str = "channels_last",
) -> jax.Array:
    """Mean of each window over the values in it; padding is not counted.

    Shapes:
        x: (batch, *spatial, channels), or channels first; a float dtype.
        y: (batch, *positions, channels), laid out as ``x``, in its dtype.

    Args:
        strides: steps between windows; ``pool_size`` where None.
        padding: "valid" or "same".

    Raises:
        ValueError: a bad rank, size or word.

    Example:
        >>> import jax.numpy as jnp
        >>> average_pool(jnp.array([[[1.0], [3.0], [2.0]]]), 2, padding="same")[0, :, 0].tolist()
        [2.0, 2.0]

    Source: values of ``keras.ops.average_pool``.
    """
    axes, window, steps, pairs = _arguments(x, pool_size, strides, padding, data_format)
    if isinstance(pairs, str):
        total = _reduce_window(x, 0, lax.add, axes, window, steps, pairs)
        shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
        ones = jnp.ones(shape, x.dtype)
        return total / _reduce_window(ones, 0, lax.add, axes, window, steps, pairs)
    if _method(x, axes, window) == "xla":
        total = _reduce_window(x, 0, lax.add, axes, window, steps, pairs)
    else:
        total = _pad(x, 0, axes, pairs)
        for axis, size, step in zip(axes, window, steps, strict=True):
            total = functools.reduce(jnp.add, _slices(total, axis, size, step))
    if not any(map(any, pairs)):
        return total / jnp.asarray(math.prod(window), x.dtype)
    for axis, size, step, pair in zip(axes, window, steps, pairs, strict=True):
        count = _counts(x.shape[axis], size, step, pair)
        total = total / jnp.expand_dims(count.astype(x.dtype), [a for a in range(x.ndim) if a != axis])
    return total


def _max_slices(x: jax.Array, axes: range, window: tuple[int, ...], steps: tuple[int, ...], pairs: Pairs) -> jax.Array:
    """Maxima along one axis after the other, the last one first: so the first of equals wins."""
    padded = _pad(x, _lowest(x.dtype), axes, pairs)
    for axis, size, step in reversed(list(zip(axes, window, steps, strict=True))):
        padded = _max_along(padded, axis, size, step)
    return padded


def _arguments(
    x: jax.Array, pool_size: Ints, strides: Ints | None, padding: str, data_format: str
) -> tuple[range, tuple[int, ...], tuple[int, ...], Pairs | str]:
    """Spatial axes, window, strides and padding, checked."""
    rank = spatial_rank(x.shape, "pooling")
    start = spatial_start(data_format)
    axes = range(start, start + rank)
    window = per_axis(pool_size, rank, "pool_size")
    steps = window if strides is None else per_axis(strides, rank, "strides")
    if padding not in ("valid", "same"):
        raise ValueError(f"pooling needs padding 'valid' or 'same'; got {padding!r}. Name one of the two.")
    sizes = [x.shape[axis] for axis in axes]
    return axes, window, steps, padding_pairs(padding, sizes, window, steps)


def _method(x: jax.Array, axes: range, window: tuple[int, ...]) -> str:
    return "xla" if unknown([x.shape[axis] for axis in axes]) else table.pooling_method(window, x.dtype)


def _lowest(dtype: np.dtype) -> float | int | bool:
    """What a maximum starts from."""
    if dtype == jnp.bool_:
        return False
    return -np.inf if jnp.issubdtype(dtype, jnp.floating) else int(jnp.iinfo(dtype).min)


def _reduce_window(
    x: jax.Array,
    start: float,
    operation: Callable,
    axes: range,
    window: tuple[int, ...],
    steps: tuple[int, ...],
    pairs: Pairs | str,
) -> jax.Array:
    def everywhere(values: tuple, other: object) -> list:
        return [values[axis - axes.start] if axis in axes else other for axis in range(x.ndim)]

    pads = pairs if isinstance(pairs, str) else everywhere(pairs, (0, 0))
    initial = np.asarray(start, x.dtype)
    return lax.reduce_window(x, initial, operation, everywhere(window, 1), everywhere(steps, 1), pads)


def _pad(x: jax.Array, value: float, axes: range, pairs: Pairs) -> jax.Array:
    if not any(map(any, pairs)):
        return x
    pads = [(0, 0, 0)] * x.ndim
    for axis, (before, after) in zip(axes, pairs, strict=True):
        pads[axis] = (before, after, 0)
    return lax.pad(x, jnp.asarray(value, x.dtype), pads)


def _counts(size: int, window: int, step: int, pair: tuple[int, int]) -> np.ndarray:
    """How many values, not padding, each window along one axis holds."""
    count = output_size(size, window, step, pair)
    bounded(count, "a pooled axis")
    starts = np.arange(count) * step - pair[0]
    return np.minimum(starts + window, size) - np.maximum(starts, 0)


def _slices(x: jax.Array, axis: int, window: int, step: int) -> list[jax.Array]:
    """For each tap of a window along one axis, what it sees."""
    count = output_size(x.shape[axis], window, step, (0, 0))
    if not count:
        return [lax.slice_in_dim(x, 0, 0, axis=axis)]
    bounded(window * ROUNDS_OF_AN_OPERATION, "a pooling window")
    return [lax.slice_in_dim(x, tap, tap + (count - 1) * step + 1, step, axis) for tap in range(window)]


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def _max_along(x: jax.Array, axis: int, window: int, step: int) -> jax.Array:
    """Maximum over a window along one axis.

    Its tangent is written as a choice among slices, so that the transpose is a choice among
    values of the output and not a scatter.
    """
    return functools.reduce(jnp.maximum, _slices(x, axis, window, step))


@_max_along.defjvp
def _max_along_jvp(
    axis: int, window: int, step: int, primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    first, *others = _slices(primals[0], axis, window, step)
    best, chosen = first, jnp.zeros(first.shape, jnp.int8)
    for tap, value in enumerate(others, 1):
        better = (value > best) | ((value != value) & (best == best))
        best = jnp.where(better, value, best)
        chosen = jnp.where(better, jnp.int8(tap), chosen)
    moves = _slices(tangents[0], axis, window, step)
    zero = jnp.zeros((), moves[0].dtype)
    moved = [jnp.where(chosen == tap, move, zero) for tap, move in enumerate(moves)]
    return best, functools.reduce(jnp.add, moved)


# With the native gradient: (batch, depth, height, width, channels), sizes of 1 for missing axes.


def _max_native(x: jax.Array, axes: range, window: tuple[int, ...], steps: tuple[int, ...], pairs: Pairs) -> jax.Array:
    data = jnp.moveaxis(x, 1, -1) if axes.start == 2 else x
    missing = 3 - len(window)
    ones = (1,) * missing
    lifted = data.reshape(data.shape[0], *ones, *data.shape[1:])
    y = _max_lifted(lifted, ones + window, ones + steps, ((0, 0),) * missing + pairs)
    y = y.reshape(y.shape[0], *y.shape[1 + missing :])
    return jnp.moveaxis(y, -1, 1) if axes.start == 2 else y


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2, 3))
def _max_lifted(x: jax.Array, window: tuple[int, ...], steps: tuple[int, ...], pairs: Pairs) -> jax.Array:
    return _max_slices(x, range(1, 4), window, steps, pairs)


@_max_lifted.defjvp
def _max_lifted_jvp(
    window: tuple[int, ...],
    steps: tuple[int, ...],
    pairs: Pairs,
    primals: tuple[jax.Array],
    tangents: tuple[jax.Array],
) -> tuple[jax.Array, jax.Array]:
    static = {"window": window, "steps": steps, "pairs": pairs}
    return _max_lifted(*primals, **static), _CHOICE.bind(*primals, *tangents, **static)[0]


def _choice(x: jax.Array, v: jax.Array, **static: tuple) -> list[jax.Array]:
    """Of each window the value of v where x is largest."""
    return [jax.jvp(functools.partial(_max_slices, axes=range(1, 4), **static), (x,), (v,))[1]]


def _placing(x: jax.Array, v: jax.Array, **static: tuple) -> list[jax.Array]:
    """Each value of v to where x is largest in its window: the transpose of the choice."""
    return list(jax.vjp(functools.partial(_max_slices, axes=range(1, 4), **static), x)[1](v))


def _told(window: tuple[int, ...], steps: tuple[int, ...], pairs: Pairs) -> dict[str, tuple]:
    return {"window": window, "strides": steps, "low": tuple(low for low, _ in pairs)}


def _pooled(x: jax.Array, v: jax.Array, **static: tuple) -> list[tuple[int, ...]]:
    sizes = map(output_size, x.shape[1:4], static["window"], static["steps"], static["pairs"])
    return [(x.shape[0], *sizes, x.shape[4])]


_CHOICE = native.define("cornu_max_pool_choice", _choice, _pooled, attributes=None)
_PLACING = native.define("cornu_max_pool_gradient", _placing, lambda x, v, **static: [x.shape], _told)
native.transpose_each_other(_CHOICE, _PLACING)
