"""Nearest-neighbour upsampling by broadcasting."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.kernels.window import Ints, per_axis, spatial_rank, spatial_start


def upsample_nearest(x: jax.Array, size: Ints, data_format: str = "channels_last") -> jax.Array:
    """Repeat every value ``size`` times along each spatial axis: ``y[p] = x[p // size]``.

    A broadcast and a reshape, whose transpose is a sum; `jnp.repeat` transposes to a scatter.

    Shapes:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) with "channels_first".
        y: the same with every spatial axis ``size`` times as long.

    Raises:
        ValueError: a bad rank, size or data format.

    Example:
        >>> import jax.numpy as jnp
        >>> upsample_nearest(jnp.array([[[1.0], [2.0]]]), 2)[0, :, 0].tolist()
        [1.0, 1.0, 2.0, 2.0]

    Source: values of ``keras.layers.UpSampling1D``, ``2D`` and ``3D`` ("nearest").
    """
    rank = spatial_rank(x.shape, "upsample_nearest")
    start = spatial_start(data_format)
    factors = per_axis(size, rank, "size")
    spread, merged = list(x.shape[:start]), list(x.shape[:start])
    for length, factor in zip(x.shape[start:], factors, strict=False):
        spread += [length, factor]
        merged.append(length * factor)
    tail = list(x.shape[start + rank :])
    kept = [axis for axis in range(len(spread)) if axis < start or (axis - start) % 2 == 0]
    kept += range(len(spread), len(spread) + len(tail))
    y = jax.lax.broadcast_in_dim(x, spread + tail, kept)
    return jnp.reshape(y, merged + tail)
