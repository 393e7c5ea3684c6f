"""What a batch normalisation does once its statistics are settled: each channel is moved and stretched."""

from __future__ import annotations

import jax

from cornu.kernels import native


def standardize(x: jax.Array, mean: jax.Array, factor: jax.Array, offset: jax.Array) -> jax.Array:
    """``y[..., c] = (x[..., c] - mean[c]) * factor[c] + offset[c]``.

    A primitive of its own, so that `fold` finds it behind a convolution; alone it is what it says.

    Shapes:
        x: (..., channels). mean, factor, offset: (channels,). y: as ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> standardize(jnp.array([[3.0, 5.0]]), jnp.array([1.0, 1.0]), jnp.array([2.0, 1.0]), jnp.zeros(2)).tolist()
        [[4.0, 4.0]]
    """
    (y,) = STANDARDIZED.bind(x, mean, factor, offset)
    return y


def _twin(x: jax.Array, mean: jax.Array, factor: jax.Array, offset: jax.Array) -> list[jax.Array]:
    return [(x - mean) * factor + offset]


STANDARDIZED = native.define("cornu_standardized", _twin, lambda x, *_: [x.shape], attributes=None)
