"""Maximum and average over as many windows as asked for, in one to three dimensions.

Output ``i`` of ``m`` sees the values from ``floor(i * n / m)`` to ``ceil((i + 1) * n / m)`` of ``n``:
the windows cover everything, overlap where ``m`` does not divide ``n``, and repeat values where
``m`` is larger. One axis is pooled after the other.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu.core.allowance import bounded
from cornu.kernels.window import Ints, per_axis, spatial_rank, spatial_start


def adaptive_average_pool(x: jax.Array, output_size: Ints, data_format: str = "channels_last") -> jax.Array:
    """Mean of each of ``output_size`` windows along each spatial axis.

    Shapes:
        x: (batch, *spatial, channels), or channels first; a float dtype.
        y: (batch, *output_size, channels), laid out as ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> adaptive_average_pool(jnp.arange(7.0).reshape(1, 7, 1), 3)[0, :, 0].tolist()
        [1.0, 3.0, 5.0]

    Source: values of ``keras.ops.adaptive_average_pool``, but where rounding leads its windows beyond
    the data (7 into 7: NaN). Window ends are whole numbers here.
    """
    for axis, count in _axes(x, output_size, data_format):
        size = x.shape[axis]
        if size % count == 0:
            x = jnp.mean(_split(x, axis, count), axis=axis + 1)
            continue
        starts, ends = _windows(size, count)
        places = np.arange(size)
        inside = (places >= starts[:, None]) & (places < ends[:, None])
        weights = jnp.asarray(inside / inside.sum(1, keepdims=True), x.dtype)
        mean = lax.dot_general(x, weights, (((axis,), (1,)), ((), ())), precision=lax.Precision.HIGHEST)
        x = jnp.moveaxis(mean, -1, axis)
    return x


def adaptive_max_pool(x: jax.Array, output_size: Ints, data_format: str = "channels_last") -> jax.Array:
    """Largest value of each of ``output_size`` windows along each spatial axis.

    Shapes:
        x: (batch, *spatial, channels), or channels first.
        y: (batch, *output_size, channels), laid out as ``x``, in its dtype.

    Example:
        >>> import jax.numpy as jnp
        >>> adaptive_max_pool(jnp.arange(7.0).reshape(1, 7, 1), 3)[0, :, 0].tolist()
        [2.0, 4.0, 6.0]

    Source: values of ``keras.ops.adaptive_max_pool``, but where rounding leads its windows beyond
    the data (7 into 7: NaN). Window ends are whole numbers here.
    """
    for axis, count in _axes(x, output_size, data_format):
        size = x.shape[axis]
        if size % count == 0:
            x = jnp.max(_split(x, axis, count), axis=axis + 1)
            continue
        starts, ends = _windows(size, count)
        # Windows differ in length by one at most: shorter ones see their last value twice.
        taps = starts[:, None] + np.arange((ends - starts).max())
        x = jnp.max(jnp.take(x, np.minimum(taps, ends[:, None] - 1), axis=axis), axis=axis + 1)
    return x


def _axes(x: jax.Array, output_size: Ints, data_format: str) -> list[tuple[int, int]]:
    """Each spatial axis with the number of its windows."""
    rank, start = spatial_rank(x.shape, "adaptive pooling"), spatial_start(data_format)
    return list(zip(range(start, start + rank), per_axis(output_size, rank, "output_size"), strict=True))


def _split(x: jax.Array, axis: int, count: int) -> jax.Array:
    """One axis as ``count`` windows side by side and what each holds."""
    return x.reshape(*x.shape[:axis], count, x.shape[axis] // count, *x.shape[axis + 1 :])


def _windows(size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where windows start and end."""
    bounded(size + count, "output_size of adaptive pooling")
    index = np.arange(count)
    return index * size // count, -(-(index + 1) * size // count)
