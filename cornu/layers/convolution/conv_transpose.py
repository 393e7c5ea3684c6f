"""Transposed convolution in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax

from cornu import kernels
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import Dimension, is_known
from cornu.layers import fields
from cornu.layers.convolution.convolution import Convolution
from cornu.layers.spatial import resized, spatial_sizes


@declared
class ConvTranspose(Convolution):
    """Base of Conv1DTranspose, 2D and 3D: each value of the input stamps the kernel onto the output."""

    filters: int = fields.positive("filters")
    kernel_size: Any
    strides: Any = 1
    padding: Any = "valid"
    output_padding: Any = None
    data_format: str = fields.data_format()
    dilation_rate: Any = 1
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
        if self.output_padding is None:
            return
        what = f"{type(self).__name__}'s output_padding"
        self.output_padding = fields.sizes(self.output_padding, self.rank, what, minimum=0)
        if any(extra >= stride for extra, stride in zip(self.output_padding, self.strides, strict=True)):
            raise ValueError(
                explain(
                    self._who(),
                    "output_padding less than strides on each axis",
                    f"output_padding={self.output_padding} and strides={self.strides}",
                    "Lower output_padding: it only chooses among the input sizes that a strided convolution maps to one.",
                )
            )

    def build(self, input_shape: Any) -> None:
        """Make kernel (*kernel_size, filters, channels) and bias (filters,)."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self._add_bias(self.filters)
        self._built_for(channels)

    def convolve(self, inputs: jax.Array, bias: jax.Array | None, rectify: bool) -> jax.Array:
        """The linear part, plus the bias, perhaps rectified."""
        return kernels.conv_transpose(
            inputs,
            self.kernel.value,
            self.strides,
            self.padding,
            self.output_padding,
            self.data_format,
            self.dilation_rate,
            bias,
            rectify,
        )

    def output_channels(self, input_channels: Dimension) -> int:
        """The filters."""
        return self.filters

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, longer spatial axes, filters), or channels first."""
        sizes = spatial_sizes(input_shape, self.data_format)
        positions = [self._stamped(axis, n) for axis, n in enumerate(sizes)]
        if any(is_known(n) and n <= 0 for n in positions):  # type: ignore[operator]  # a number where known
            raise ShapeError(
                explain(
                    self._who(),
                    "an output of size 1 or more on each spatial axis",
                    f"sizes {show_shape(tuple(positions))} for an input of shape {show_shape(input_shape)}",
                    "Use a larger input, or other kernel_size, padding and output_padding.",
                )
            )
        return self._output_shape(input_shape, positions)

    def _stamped(self, axis: int, size: Dimension) -> Dimension:
        """How long a spatial axis becomes."""
        stride, span = self.strides[axis], (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        if self.output_padding is None:
            extra = max(span - stride, 0) if self.padding == "valid" else 0
            return resized(size, lambda n: n * stride + extra)
        extra = span + self.output_padding[axis] - (2 * (span // 2) if self.padding == "same" else 0)
        return resized(size, lambda n: (n - 1) * stride + extra)


@declared
class Conv1DTranspose(ConvTranspose):
    """The transpose of ``Conv1D``: ``y[b, p * strides + t, o] += x[b, p, i] * kernel[t, o, i]``, bias, activation.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first"; channels must be known.
        y: (batch, new steps, filters), laid out as ``x``: with window w = (kernel_size - 1) * dilation_rate + 1,
            steps * strides ("same"), steps * strides + max(w - strides, 0) ("valid"); with output_padding p,
            (steps - 1) * strides + w + p, less 2 * (w // 2) for "same".

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: as of the convolution that is transposed.
        padding: "valid" or "same".
        output_padding: how much longer the output is than the shortest that fits; less than strides.

    Example:
        >>> import numpy as np
        >>> Conv1DTranspose(4, 3, strides=2)(np.ones((2, 5, 3), "float32")).shape
        (2, 11, 4)

    Source: numbers and shapes as ``keras.layers.Conv1DTranspose`` on its JAX engine.
    """

    rank: ClassVar[int] = 1


@declared
class Conv2DTranspose(ConvTranspose):
    """The transpose of ``Conv2D``: ``y[b, p * strides + t, o] += x[b, p, i] * kernel[t, o, i]``, bias, activation.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first"; channels
            must be known.
        y: (batch, new rows, new columns, filters), laid out as ``x``; sizes as said at ``Conv1DTranspose``.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: as of the convolution that is transposed: an int or one for each axis.
        padding: "valid" or "same".
        output_padding: how much longer the output is than the shortest that fits; less than strides.

    Example:
        >>> import numpy as np
        >>> Conv2DTranspose(4, 3, strides=2, padding="same")(np.ones((2, 5, 6, 3), "float32")).shape
        (2, 10, 12, 4)

    Source: numbers and shapes as ``keras.layers.Conv2DTranspose`` on its JAX engine.
    """

    rank: ClassVar[int] = 2
    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)


@declared
class Conv3DTranspose(ConvTranspose):
    """The transpose of ``Conv3D``: ``y[b, p * strides + t, o] += x[b, p, i] * kernel[t, o, i]``, bias, activation.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first"; channels must be
            known.
        y: (batch, new depth, new rows, new columns, filters), laid out as ``x``; sizes as said at
            ``Conv1DTranspose``.

    Args:
        filters: size of the output's channel axis.
        kernel_size, strides, dilation_rate: as of the convolution that is transposed: an int or one for each axis.
        padding: "valid" or "same".
        output_padding: how much longer the output is than the shortest that fits; less than strides.

    Example:
        >>> import numpy as np
        >>> Conv3DTranspose(2, 2, strides=2)(np.ones((1, 2, 3, 4, 3), "float32")).shape
        (1, 4, 6, 8, 2)

    Source: numbers and shapes as ``keras.layers.Conv3DTranspose`` on its JAX engine.
    """

    rank: ClassVar[int] = 3
    strides: Any = (1, 1, 1)
    output_padding: Any = field(None, after="data_format")
    dilation_rate: Any = (1, 1, 1)


# Other names of the same classes.
Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
