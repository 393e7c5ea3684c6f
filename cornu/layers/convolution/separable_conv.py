"""Convolution of each channel by itself, then a mixing of the channels, in one and two dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from cornu import kernels
from cornu.core.declare import declared
from cornu.core.spec import Dimension
from cornu.layers import fields
from cornu.layers.convolution.convolution import Convolution


@declared
class SeparableConv(Convolution):
    """Base of SeparableConv1D and SeparableConv2D."""

    filters: int = fields.positive("filters")
    kernel_size: Any
    strides: Any = 1
    padding: Any = "valid"
    data_format: str = fields.data_format()
    dilation_rate: Any = 1
    depth_multiplier: int = fields.positive("depth_multiplier", 1)
    activation: Any = fields.activation()
    use_bias: bool = True
    depthwise_initializer: Any = fields.initializer()
    pointwise_initializer: Any = fields.initializer()
    bias_initializer: Any = fields.initializer("zeros")
    depthwise_regularizer: Any = fields.regularizer()
    pointwise_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    activity_regularizer: Any = fields.regularizer()
    depthwise_constraint: Any = fields.constraint()
    pointwise_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()

    def build(self, input_shape: Any) -> None:
        """Make the kernels, (*kernel_size, channels, m) and (1, ..., channels * m, filters), and bias (filters,)."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="depthwise_kernel",
        )
        self.pointwise_kernel = self.add_weight(
            shape=(*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            name="pointwise_kernel",
        )
        self._add_bias(self.filters)
        self._built_for(channels)

    def convolve(self, inputs: jax.Array, bias: jax.Array | None, rectify: bool) -> jax.Array:
        """The linear part, plus the bias, perhaps rectified."""
        return kernels.separable_conv(
            inputs,
            self.depthwise_kernel.value,
            self.pointwise_kernel.value,
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
            bias,
            rectify,
        )

    def output_channels(self, input_channels: Dimension) -> int:
        """The filters."""
        return self.filters


@declared
class SeparableConv1D(SeparableConv):
    """``DepthwiseConv1D`` without bias, then ``y[b, p, o] = activation(sum_i z[b, p, i] * pointwise[i, o] + bias[o])``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first"; channels must be known.
        y: (batch, positions, filters), laid out as ``x``.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: length of the window, step between windows, step between its taps.
        padding: "valid" (windows inside only) or "same" (as many outputs as inputs, but for strides).
        depth_multiplier: number of values that the first convolution makes of each channel.

    Example:
        >>> import numpy as np
        >>> SeparableConv1D(4, 3)(np.ones((2, 10, 5), "float32")).shape
        (2, 8, 4)

    Source: numbers and shapes as ``keras.layers.SeparableConv1D``.
    """

    rank: ClassVar[int] = 1


@declared
class SeparableConv2D(SeparableConv):
    """``DepthwiseConv2D`` without bias, then ``y[b, p, o] = activation(sum_i z[b, p, i] * pointwise[i, o] + bias[o])``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first"; channels
            must be known.
        y: (batch, rows, columns, filters), laid out as ``x``.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: size of the window, step between windows, step between its taps: an int
            or one for each axis.
        padding: "valid" (windows inside only) or "same" (as many outputs as inputs, but for strides).
        depth_multiplier: number of values that the first convolution makes of each channel.

    Example:
        >>> import numpy as np
        >>> SeparableConv2D(4, 3, padding="same")(np.ones((2, 8, 8, 5), "float32")).shape
        (2, 8, 8, 4)

    Source: numbers and shapes as ``keras.layers.SeparableConv2D``.
    """

    rank: ClassVar[int] = 2
    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)


# Other names of the same classes.
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
