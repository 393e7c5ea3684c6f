"""A penalty on values that pass."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import context
from cornu.core.declare import declared
from cornu.layers.layer import Layer


@declared
class ActivityRegularization(Layer):
    """The inputs, unchanged; ``(l1 * sum|x| + l2 * sum x**2) / batch`` is added to the loss.

    Shapes:
        x: (batch, ...), any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> layer = ActivityRegularization(l2=0.5)
        >>> _ = layer(np.full((2, 3), 2.0, "float32"))
        >>> [float(loss) for loss in layer.losses]
        [6.0]

    Source: as ``keras.layers.ActivityRegularization``.
    """

    l1: float = 0.0
    l2: float = 0.0

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs; their penalty goes to the loss."""
        rows = context.current().rows
        counted, count = inputs, inputs.shape[0] if inputs.ndim else 1
        if rows is not None:
            real = rows.reshape(rows.shape + (1,) * (inputs.ndim - 1)) > 0
            counted, count = jnp.where(real, inputs, jnp.zeros((), inputs.dtype)), rows.sum()
        self.add_loss((self.l1 * jnp.abs(counted).sum() + self.l2 * jnp.square(counted).sum()) / count)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape

    def compute_output_dtype(self, *received: str) -> str:
        """As the input's."""
        return received[0]
