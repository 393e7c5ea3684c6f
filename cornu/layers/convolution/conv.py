"""Convolution in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from cornu import kernels
from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import Dimension
from cornu.layers import fields
from cornu.layers.convolution.convolution import Convolution


@declared
class Conv(Convolution):
    """Base of Conv1D, Conv2D and Conv3D.

    ``y[b, p, o] = activation(sum_{t, i} x[b, p * strides + t * dilation_rate, i] * kernel[t, i, o] + bias[o])``
    """

    filters: int = fields.positive("filters")
    kernel_size: Any
    strides: Any = 1
    padding: Any = "valid"
    data_format: str = fields.data_format()
    dilation_rate: Any = 1
    groups: int = fields.positive("groups", 1)
    activation: Any = fields.activation()
    use_bias: bool = True
    kernel_initializer: Any = fields.initializer()
    bias_initializer: Any = fields.initializer("zeros")
    kernel_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    activity_regularizer: Any = fields.regularizer()
    kernel_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()

    def check(self) -> None:
        """Arguments that fit each other."""
        super().check()
        self._refuse_strides_with_dilation()
        if self.filters % self.groups:
            raise ValueError(
                explain(
                    self._who(),
                    "filters that divide into groups",
                    f"filters={self.filters} and groups={self.groups}",
                    "Use a multiple of groups as filters.",
                )
            )

    def build(self, input_shape: Any) -> None:
        """Make kernel (*kernel_size, channels / groups, filters) and bias (filters,)."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ShapeError(
                explain(
                    self._who(),
                    "channels that divide into groups",
                    f"groups={self.groups} and {channels} channels in an input of shape {show_shape(input_shape)}",
                    "Use a number of groups that divides the channels.",
                )
            )
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self._add_bias(self.filters)
        self._built_for(channels)

    def convolve(self, inputs: jax.Array, bias: jax.Array | None, rectify: bool) -> jax.Array:
        """The linear part, plus the bias, perhaps rectified."""
        kernel = self.kernel.value
        if type(self).convolution_op is not Conv.convolution_op:  # a subclass's, which is linear
            return kernels.finish(self.convolution_op(inputs, kernel), bias, rectify, self.data_format)
        window = (self.strides, self.padding, self.data_format, self.dilation_rate)
        return kernels.conv(inputs, kernel, *window, bias, rectify)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """The convolution of inputs and a kernel, for subclasses that change the kernel first."""
        return kernels.conv(inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)

    def output_channels(self, input_channels: Dimension) -> int:
        """The filters."""
        return self.filters


@declared
class Conv1D(Conv):
    """Convolution along time: ``y[b, p, o] = activation(sum_{t, i} x[b, p + t, i] * kernel[t, i, o] + bias[o])``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first"; channels must be known.
        y: (batch, positions, filters), laid out as ``x``, in the policy's compute dtype.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: length of the window, step between windows, step between its taps;
            strides and dilation_rate not both over 1.
        padding: "valid" (windows inside only), "same" (as many outputs as inputs, but for strides), or "causal"
            (the same, and no output sees later inputs).
        groups: number of groups of channels, each convolved by itself with filters / groups filters.

    Raises:
        ShapeError: the window is longer than the input, channels are unknown or do not divide into groups.

    Example:
        >>> import numpy as np
        >>> Conv1D(4, 3)(np.ones((2, 10, 5), "float32")).shape
        (2, 8, 4)

    Source: numbers and shapes as ``keras.layers.Conv1D``.
    """

    rank: ClassVar[int] = 1
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same", "causal")


@declared
class Conv2D(Conv):
    """Convolution over images: ``y[b, p, o] = activation(sum_{t, i} x[b, p + t, i] * kernel[t, i, o] + bias[o])``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first"; channels
            must be known.
        y: (batch, rows, columns, filters), laid out as ``x``, in the policy's compute dtype.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: size of the window, step between windows, step between its taps: an int
            or one for each axis; strides and dilation_rate not both over 1.
        padding: "valid" (windows inside only) or "same" (as many outputs as inputs, but for strides).
        groups: number of groups of channels, each convolved by itself with filters / groups filters.

    Raises:
        ShapeError: the window is larger than the input, channels are unknown or do not divide into groups.

    Example:
        >>> import numpy as np
        >>> Conv2D(4, 3, padding="same", activation="relu")(np.ones((2, 8, 8, 3), "float32")).shape
        (2, 8, 8, 4)

    Source: numbers and shapes as ``keras.layers.Conv2D``.
    """

    rank: ClassVar[int] = 2
    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)


@declared
class Conv3D(Conv):
    """Convolution over volumes: ``y[b, p, o] = activation(sum_{t, i} x[b, p + t, i] * kernel[t, i, o] + bias[o])``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first"; channels must be
            known.
        y: (batch, depth, rows, columns, filters), laid out as ``x``, in the policy's compute dtype.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: size of the window, step between windows, step between its taps: an int
            or one for each axis; strides and dilation_rate not both over 1.
        padding: "valid" (windows inside only) or "same" (as many outputs as inputs, but for strides).
        groups: number of groups of channels, each convolved by itself with filters / groups filters.

    Raises:
        ShapeError: the window is larger than the input, channels are unknown or do not divide into groups.

    Example:
        >>> import numpy as np
        >>> Conv3D(4, (1, 3, 3))(np.ones((2, 4, 8, 8, 3), "float32")).shape
        (2, 4, 6, 6, 4)

    Source: numbers and shapes as ``keras.layers.Conv3D``.
    """

    rank: ClassVar[int] = 3
    strides: Any = (1, 1, 1)
    dilation_rate: Any = (1, 1, 1)


# Other names of the same classes.
Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D
