"""Bounds on gradients."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp


def by_norm(gradient: jax.Array, limit: float) -> jax.Array:
    """``g * limit / max(|g|, limit)``, |g| being the Euclidean norm of this tensor alone."""
    norm = jnp.sqrt(_squares(gradient))
    return gradient * limit / jnp.maximum(norm, limit)


def by_global_norm(gradients: Sequence[jax.Array], limit: float) -> list[jax.Array]:
    """``g * limit / max(n, limit)``, n being the norm of all tensors together; all NaN where that is not finite."""
    norm = jnp.sqrt(sum((_squares(g) for g in gradients), start=jnp.zeros((), "float32")))
    # (norm - norm) is 0, but NaN for an infinite norm: else infinity / infinity would pass as zeros elsewhere.
    scale = limit / jnp.maximum(norm, limit) + (norm - norm)
    return [g * scale.astype(g.dtype) for g in gradients]


def by_value(gradient: jax.Array, limit: float) -> jax.Array:
    """Each element held within ±limit."""
    return jnp.clip(gradient, -limit, limit)


def _squares(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.square(x.astype(jnp.promote_types(x.dtype, "float32"))))
