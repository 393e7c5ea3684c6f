"""Normalisation of each sample by itself: mean and variance, root mean square, length."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from cornu.core.declare import declared, field
from cornu.layers import fields
from cornu.layers.layer import Layer
from cornu.layers.normalization.axes import along, axis_field, positions, widened


@declared
class LayerNormalization(Layer):
    """Brings each sample to mean 0 and variance 1: ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta``.

    Mean and variance are over ``axis``, for each sample and place by itself.

    Shapes:
        x: (batch, ...), any float dtype, the normalised axes known. y: as x, in the policy's compute dtype.

    Args:
        axis: the axis or axes over which mean and variance are taken; gamma and beta have their sizes.
        epsilon: added to variances.
        center: whether there is a beta. scale: whether there is a gamma.

    Example:
        >>> import numpy as np
        >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]], "float32")).tolist()
        [[-1.0, 1.0]]

    Source: Ba et al. 2016; numbers as ``keras.layers.LayerNormalization``.
    """

    axis: Any = axis_field("LayerNormalization's axis")
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    # Older files have it: y = x * gamma / sqrt(variance + epsilon), without the mean.
    rms_scaling: bool = field(False, hidden=True)
    beta_initializer: Any = fields.initializer("zeros")
    gamma_initializer: Any = fields.initializer("ones")
    beta_regularizer: Any = fields.regularizer()
    gamma_regularizer: Any = fields.regularizer()
    beta_constraint: Any = fields.constraint()
    gamma_constraint: Any = fields.constraint()

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta with the sizes of ``axis``."""
        axes = positions(self.axis, input_shape, self._who())
        shape = tuple(input_shape[a] for a in axes)
        if self.scale or self.rms_scaling:
            self.gamma = self.add_weight(
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
                name="gamma",
            )
        if self.center and not self.rms_scaling:
            self.beta = self.add_weight(
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
                name="beta",
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Normalised inputs."""
        x = widened(inputs)
        axes = positions(self.axis, inputs.shape, self._who())
        mean = x.mean(axes, keepdims=True)
        centred = x - mean
        factor = lax.rsqrt(jnp.square(centred).mean(axes, keepdims=True) + self.epsilon)
        if self.rms_scaling:
            return (x * factor * along(self.gamma.value, axes, x)).astype(inputs.dtype)
        if self.scale:
            factor = factor * along(self.gamma.value, axes, x)
        y = centred * factor
        if self.center:
            y = y + along(self.beta.value, axes, x)
        return y.astype(inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        positions(self.axis, input_shape, self._who())
        return input_shape


@declared
class RMSNormalization(Layer):
    """Divides each sample by its root mean square: ``y = scale * x / sqrt(mean(x**2) + epsilon)``.

    Shapes:
        x: (batch, ...), any float dtype, the normalised axes known. y: as x, in the policy's compute dtype.

    Args:
        axis: the axis or axes over which the mean is taken; scale has their sizes.
        epsilon: added to mean squares.

    Example:
        >>> import numpy as np
        >>> RMSNormalization(epsilon=0.0)(np.array([[3.0, -3.0]], "float32")).tolist()
        [[1.0, -1.0]]

    Source: Zhang and Sennrich 2019; numbers as ``keras.layers.RMSNormalization``.
    """

    axis: Any = axis_field("RMSNormalization's axis")
    epsilon: float = 1e-6

    def build(self, input_shape: Any) -> None:
        """Make scale with the sizes of ``axis``."""
        axes = positions(self.axis, input_shape, self._who())
        shape = tuple(input_shape[a] for a in axes)
        self.scale = self.add_weight(shape=shape, initializer="ones", autocast=False, name="scale")
        self.built = True

    def call(self, x: Any) -> Any:
        """Normalised inputs."""
        wide = widened(x)
        axes = positions(self.axis, x.shape, self._who())
        factor = lax.rsqrt(jnp.square(wide).mean(axes, keepdims=True) + self.epsilon)
        return (wide * factor * along(self.scale.value, axes, wide)).astype(x.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        positions(self.axis, input_shape, self._who())
        return input_shape


@declared
class UnitNormalization(Layer):
    """Divides each sample by its length: ``y = x / max(sqrt(sum(x**2)), 1e-12)``.

    Shapes:
        x: (batch, ...), any float dtype. y: as x.

    Args:
        axis: the axis or axes over which the sum is taken.

    Example:
        >>> import numpy as np
        >>> UnitNormalization()(np.array([[3.0, 4.0]], "float32")).tolist()
        [[0.6, 0.8]]

    Source: numbers as ``keras.layers.UnitNormalization``.
    """

    axis: Any = axis_field("UnitNormalization's axis")

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Inputs of length 1."""
        x = widened(inputs)
        square = jnp.square(x).sum(positions(self.axis, inputs.shape, self._who()), keepdims=True)
        # The bound is inside of the root, so that the gradient at 0 is finite.
        return (x * lax.rsqrt(jnp.maximum(square, 1e-24))).astype(inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        positions(self.axis, input_shape, self._who())
        return input_shape
