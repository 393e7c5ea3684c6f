"""What all convolutional layers have in common: geometry, bias, activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from cornu import activations
from cornu.core.errors import explain
from cornu.core.spec import Dimension, SymbolicShape
from cornu.core.variable import Variable
from cornu.layers.input_spec import InputSpec
from cornu.layers.sliding import Sizes, SlidingWindow
from cornu.layers.spatial import channel_axis, with_spatial_sizes


class Convolution(SlidingWindow):
    """Base of all convolutional layers: ``y = activation(convolve(x) + bias)``."""

    kernel_size: Sizes
    dilation_rate: Sizes
    use_bias: bool
    activation: Callable[..., Any]
    bias_initializer: Any
    bias_regularizer: Any
    bias_constraint: Any
    bias: Variable

    def check(self) -> None:
        """One size for each spatial axis."""
        super().check()
        self.kernel_size, self.dilation_rate = self._sizes("kernel_size"), self._sizes("dilation_rate")

    def convolve(self, inputs: jax.Array, bias: jax.Array | None, rectify: bool) -> jax.Array:
        """The linear part, plus the bias, perhaps rectified: kernels do that in passing."""
        raise NotImplementedError

    def output_channels(self, input_channels: Dimension) -> Any:
        """Size of the output's channel axis."""
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        """Outputs for inputs."""
        self.compute_output_shape(inputs.shape)  # says which size is too small
        x = inputs.astype(self.compute_dtype) if inputs.dtype.kind in "biu" else inputs
        rectify = self.activation is activations.relu
        y = self.convolve(x, self.bias.value if self.use_bias else None, rectify)
        return y if rectify else self.activation(y)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, positions, filters), or channels first."""
        positions = self._positions(input_shape, self.kernel_size, self.dilation_rate)
        return self._output_shape(input_shape, positions)

    def _output_shape(self, input_shape: SymbolicShape, positions: Any) -> SymbolicShape:
        axis = channel_axis(self.data_format)
        shape = list(with_spatial_sizes(input_shape, self.data_format, positions))
        shape[axis] = self.output_channels(shape[axis])
        return tuple(shape)

    def _add_bias(self, size: int) -> None:
        """Make the bias, (filters,), if there is to be one."""
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(size,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _built_for(self, channels: int) -> None:
        """From now on inputs have that many channels."""
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={channel_axis(self.data_format): channels})
        self.built = True

    def _refuse_strides_with_dilation(self) -> None:
        """Keras has no such convolutions, so that its files and programs never mean one."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                explain(
                    self._who(),
                    "strides or dilation_rate to be 1",
                    f"strides={self.strides} and dilation_rate={self.dilation_rate}",
                    "Set one of them to 1.",
                )
            )
