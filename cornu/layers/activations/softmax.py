"""Scores to shares of one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import declared, field
from cornu.layers.layer import Layer


def masked_softmax(x: jax.Array, mask: Any, axis: Any) -> jax.Array:
    """``exp(x) / sum(exp(x))`` over places where the mask is true; 0 elsewhere, and where none is true."""
    if mask is None:
        return jax.nn.softmax(x, axis=axis)
    mask = jnp.broadcast_to(jnp.asarray(mask, bool), x.shape)
    shares = jax.nn.softmax(jnp.where(mask, x, jnp.finfo(x.dtype).min), axis=axis)
    return jnp.where(mask, shares, jnp.zeros((), x.dtype))


@declared
class Softmax(Layer):
    """Scores to shares of one: ``y = exp(x) / sum(exp(x))``.

    Shapes:
        x: any shape, any float dtype. y: as x.
        mask: broadcast to x, bool; masked places get 0 and do not count.

    Args:
        axis: the axis or axes over which shares add up to 1.

    Example:
        >>> import numpy as np
        >>> Softmax()(np.zeros((1, 4), "float32")).tolist()
        [[0.25, 0.25, 0.25, 0.25]]

    Source: numbers as ``keras.layers.Softmax``.
    """

    axis: Any = field(-1, lambda a: a if isinstance(a, int) else tuple(a))

    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Shares for scores."""
        return masked_softmax(inputs, mask, self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape
