"""Which elements of an array are kept, at random: the bits of ``jax.random.bernoulli``, made faster on the CPU."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from cornu.kernels import native, table


def bernoulli(key: jax.Array, probability: float, shape: tuple[int, ...]) -> jax.Array:
    """True with a probability: the same draws as ``jax.random.bernoulli``.

    Shapes:
        key: (2,), uint32. Returns ``shape``, bool.

    Example:
        >>> import jax.numpy as jnp
        >>> bernoulli(jnp.array([1, 2], "uint32"), 0.5, (4,)).shape
        (4,)

    Source: Salmon et al. 2011 (Threefry-2x32, 20 rounds); which bits count as in JAX.
    """
    if math.prod(shape) and table.draw_method() == "native":
        (kept,) = _KEPT.bind(key, probability=float(np.float32(probability)), shape=tuple(shape))
        return kept
    return jax.random.bernoulli(key, probability, shape)


def _twin(key: jax.Array, *, probability: float, shape: tuple[int, ...]) -> list[jax.Array]:
    return [jax.random.bernoulli(key, jnp.float32(probability), shape)]


def _told(*, probability: float, shape: tuple[int, ...]) -> dict:
    """JAX compares 23 bits as a fraction; m / 2^23 < p for the same whole numbers as m < ceil(p * 2^23)."""
    return {"bound": min(max(math.ceil(probability * 2**23), 0), 2**23)}


_KEPT = native.define("cornu_kept", _twin, lambda key, *, shape, **static: [shape], attributes=_told, dtype="bool")
