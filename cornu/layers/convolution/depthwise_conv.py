"""Convolution of each channel by itself, in one and two dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from cornu import kernels
from cornu.core.declare import declared
from cornu.core.spec import Dimension
from cornu.layers import fields
from cornu.layers.convolution.convolution import Convolution


@declared
class DepthwiseConv(Convolution):
    """Base of DepthwiseConv1D and DepthwiseConv2D."""

    kernel_size: Any
    strides: Any = 1
    padding: Any = "valid"
    depth_multiplier: int = fields.positive("depth_multiplier", 1)
    data_format: str = fields.data_format()
    dilation_rate: Any = 1
    activation: Any = fields.activation()
    use_bias: bool = True
    depthwise_initializer: Any = fields.initializer()
    bias_initializer: Any = fields.initializer("zeros")
    depthwise_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    activity_regularizer: Any = fields.regularizer()
    depthwise_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()

    def build(self, input_shape: Any) -> None:
        """Make kernel (*kernel_size, channels, depth_multiplier) and bias (channels * depth_multiplier,)."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="kernel",
        )
        self._add_bias(channels * self.depth_multiplier)
        self._built_for(channels)

    def convolve(self, inputs: jax.Array, bias: jax.Array | None, rectify: bool) -> jax.Array:
        """The linear part, plus the bias, perhaps rectified."""
        window = (self.strides, self.padding, self.data_format, self.dilation_rate)
        return kernels.depthwise_conv(inputs, self.kernel.value, *window, bias, rectify)

    def output_channels(self, input_channels: Dimension) -> int | None:
        """depth_multiplier for each channel."""
        return input_channels * self.depth_multiplier if isinstance(input_channels, int) else None


@declared
class DepthwiseConv1D(DepthwiseConv):
    """Convolution along time of each channel by itself: ``y[b, p, i * m + j] = sum_t x[b, p + t, i] * kernel[t, i, j]``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first"; channels must be known.
        y: (batch, positions, channels * depth_multiplier), laid out as ``x``; bias and activation applied.

    Args:
        kernel_size, strides, dilation_rate: length of the window, step between windows, step between its taps.
        padding: "valid" (windows inside only) or "same" (as many outputs as inputs, but for strides).
        depth_multiplier: number m of outputs for each channel.

    Example:
        >>> import numpy as np
        >>> DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 10, 5), "float32")).shape
        (2, 8, 10)

    Source: numbers and shapes as ``keras.layers.DepthwiseConv1D``.
    """

    rank: ClassVar[int] = 1


@declared
class DepthwiseConv2D(DepthwiseConv):
    """Convolution over images of each channel by itself: ``y[b, p, i * m + j] = sum_t x[b, p + t, i] * kernel[t, i, j]``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first"; channels
            must be known.
        y: (batch, rows, columns, channels * depth_multiplier), laid out as ``x``; bias and activation applied.

    Args:
        kernel_size, strides, dilation_rate: size of the window, step between windows, step between its taps: an int
            or one for each axis.
        padding: "valid" (windows inside only) or "same" (as many outputs as inputs, but for strides).
        depth_multiplier: number m of outputs for each channel.

    Example:
        >>> import numpy as np
        >>> DepthwiseConv2D(3, padding="same")(np.ones((2, 8, 8, 5), "float32")).shape
        (2, 8, 8, 5)

    Source: numbers and shapes as ``keras.layers.DepthwiseConv2D``; strides may differ between axes.
    """

    rank: ClassVar[int] = 2
    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)
