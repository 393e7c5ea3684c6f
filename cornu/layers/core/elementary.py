"""Layers without weights that say what they do in one line: activation, identity, masking."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.layers import fields
from cornu.layers.layer import Layer


@declared
class Activation(Layer):
    """A function of one array as a layer: ``y = activation(x)``.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> Activation("relu")(np.array([-1.0, 2.0], "float32")).tolist()
        [0.0, 2.0]

    Source: as ``keras.layers.Activation``.
    """

    activation: Any = fields.activation(fields.MISSING)

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The activation of the inputs."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape

    def compute_output_dtype(self, *received: str) -> str:
        """As the input's."""
        return received[0]


@declared
class Identity(Layer):
    """The inputs, unchanged: ``y = x``.

    Shapes:
        x: any shape and dtype, also nested. y: as x.

    Example:
        >>> import numpy as np
        >>> Identity()(np.array([1, 2])).tolist()
        [1, 2]

    Source: as ``keras.layers.Identity``.
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape

    def compute_output_dtype(self, *received: str) -> str:
        """As the input's."""
        return received[0]


@declared
class Masking(Layer):
    """Time steps in which all features equal ``mask_value`` become zeros, and later layers are told to skip them.

    Shapes:
        x: (batch, time, ..., features), any dtype. y: as x. Mask: (batch, time, ...), false where skipped.

    Example:
        >>> import numpy as np
        >>> x = np.array([[[1.0, 2.0], [-1.0, -1.0]]], "float32")
        >>> Masking(-1.0)(x).tolist()
        [[[1.0, 2.0], [0.0, 0.0]]]

    Source: as ``keras.layers.Masking``.
    """

    mask_value: float = 0.0

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs with zeros in the skipped steps."""
        return inputs * self.compute_mask(inputs)[..., None].astype(inputs.dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where some feature is not ``mask_value``."""
        return jnp.any(jnp.not_equal(inputs, self.mask_value), axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape

    def compute_output_dtype(self, *received: str) -> str:
        """As the input's."""
        return received[0]
