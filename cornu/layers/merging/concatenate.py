"""Tensors put one after the other along an axis."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import dtypes
from cornu.core.declare import declared
from cornu.layers.layer import Layer
from cornu.layers.merging.shapes import concatenated, input_shapes


@declared
class Concatenate(Layer):
    """The inputs one after the other along ``axis``.

    Shapes:
        x1, x2, ...: (batch, ...), of one rank, equal but for ``axis``.
        y: (batch, ...), on ``axis`` as long as all inputs together.

    Example:
        >>> import numpy as np
        >>> Concatenate()([np.zeros((2, 3), "float32"), np.zeros((2, 4), "float32")]).shape
        (2, 7)

    Source: numbers and shapes as ``keras.layers.Concatenate``; masks too, and also where Keras's fail to broadcast
    (four axes and more).
    """

    axis: int = -1

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Nothing to make; the shapes are compared."""
        rank = len(self.compute_output_shape(input_shape))
        self.couples_rows = self.axis % rank == 0
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The concatenation."""
        return jnp.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The inputs' shape with the sizes on ``axis`` added up."""
        return concatenated(self._who(), input_shapes(self._who(), input_shape), self.axis)

    def compute_output_dtype(self, *received: str) -> str:
        """What the inputs' dtypes promote to."""
        return dtypes.result_type(*received)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The masks along ``axis`` if they have it, a step that counts in any input otherwise; no mask counts all."""
        if previous_mask is None or all(mask is None for mask in previous_mask):
            return None
        axis = self.axis % inputs[0].ndim
        axes = min(m.ndim for m in previous_mask if m is not None)
        masks = [_mask_of(x, mask, axes) for x, mask in zip(inputs, previous_mask, strict=True)]
        if axis < axes:
            return jnp.concatenate(masks, axis=axis)
        return functools.reduce(jnp.logical_or, masks)


def _mask_of(x: jax.Array, mask: jax.Array | None, axes: int) -> jax.Array:
    """A mask over the first axes of ``x``: all of it counts where there is none."""
    if mask is None:
        return jnp.ones(x.shape[:axes], "bool")
    return mask.any(axis=tuple(range(axes, mask.ndim)))


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """A list of tensors one after the other along ``axis``: ``Concatenate(axis, **kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> concatenate([np.zeros((2, 3), "float32"), np.zeros((4, 3), "float32")], axis=0).shape
        (6, 3)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
