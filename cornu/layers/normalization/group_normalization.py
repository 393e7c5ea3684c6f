"""Normalisation of each sample by groups of its channels."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain
from cornu.layers import fields
from cornu.layers.layer import Layer
from cornu.layers.normalization.axes import along, positions, widened


@declared
class GroupNormalization(Layer):
    """Brings each group of channels of each sample to mean 0 and variance 1.

    ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta``; mean and variance are over all places and the
    channels of a group.

    Shapes:
        x: (batch, ..., channels), any float dtype, channels known. y: as x, in the policy's compute dtype.

    Args:
        groups: how many groups; -1 for one for each channel (instance normalisation).
        axis: the channel axis.
        epsilon: added to variances.
        center: whether there is a beta. scale: whether there is a gamma.

    Example:
        >>> import numpy as np
        >>> GroupNormalization(2, epsilon=0.0)(np.array([[1.0, 3.0, 5.0, 9.0]], "float32")).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]

    Source: Wu and He 2018; numbers as ``keras.layers.GroupNormalization``.
    """

    groups: int = 32
    axis: int = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = fields.initializer("zeros")
    gamma_initializer: Any = fields.initializer("ones")
    beta_regularizer: Any = fields.regularizer()
    gamma_regularizer: Any = fields.regularizer()
    beta_constraint: Any = fields.constraint()
    gamma_constraint: Any = fields.constraint()

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, (channels,)."""
        (channel,) = positions(self.axis, input_shape, self._who())
        shape = (input_shape[channel],)
        self._check_groups(shape[0])
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
                name="beta",
            )
        self.built = True

    def _check_groups(self, channels: Any) -> None:
        if self.groups == -1 and isinstance(channels, int):
            self.groups = channels
        if isinstance(channels, int) and (self.groups < 1 or channels % self.groups):
            raise ShapeError(
                explain(
                    self._who(),
                    f"groups that divide the {channels} channels",
                    self.groups,
                    "Pass groups= a divisor, or -1 for one for each channel.",
                )
            )

    def call(self, inputs: Any) -> Any:
        """Normalised inputs."""
        channel = self.axis % inputs.ndim
        shape = inputs.shape
        x = widened(inputs).reshape(*shape[:channel], self.groups, shape[channel] // self.groups, *shape[channel + 1 :])
        axes = tuple(a for a in range(1, x.ndim) if a != channel)
        centred = x - x.mean(axes, keepdims=True)
        y = centred * lax.rsqrt(jnp.square(centred).mean(axes, keepdims=True) + self.epsilon)
        y = y.reshape(shape)
        if self.scale:
            y = y * along(self.gamma.value, (channel,), y)
        if self.center:
            y = y + along(self.beta.value, (channel,), y)
        return y.astype(inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape
