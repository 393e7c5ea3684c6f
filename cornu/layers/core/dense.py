"""The affine map of the last axis."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.quantized import Quantizable, Scaling


@declared
class Dense(Quantizable):
    """Affine map of the last axis: ``y = activation(x @ kernel + bias)``.

    Shapes:
        x: (batch, ..., features), any float dtype; features must be known.
        y: (batch, ..., units), in the policy's compute dtype.

    Args:
        units: size of the output's last axis.
        activation: applied to the result.
        use_bias: whether a bias is added.

    Example:
        >>> import numpy as np
        >>> Dense(4, activation="relu")(np.ones((2, 3), "float32")).shape
        (2, 4)

    Source: numbers as ``keras.layers.Dense``.
    """

    units: int = fields.positive("Dense's units")
    activation: Any = fields.activation()
    use_bias: bool = True
    kernel_initializer: Any = fields.initializer()
    bias_initializer: Any = fields.initializer("zeros")
    kernel_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    activity_regularizer: Any = fields.regularizer(config=False)  # Layer writes it if there is one
    kernel_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()
    lora_rank: int | None = fields.lora_rank("Dense")
    lora_alpha: float | None = fields.lora_alpha("Dense")
    quantization_config: Any = fields.quantization_config()

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make kernel (features, units) and bias (units,)."""
        features = input_shape[-1] if len(input_shape) >= 2 else None
        if features is None:
            raise ShapeError(
                explain(
                    f"Dense {self.name!r}",
                    "an input of at least 2 axes, (batch, ..., features), whose last size is known",
                    f"shape {show_shape(input_shape)}",
                    "Give the size in Input(shape=...).",
                )
            )
        self.kernel = self.add_large_weight(
            "kernel",
            (features, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Outputs for inputs."""
        y = self.times(inputs, "kernel", jnp.matmul)
        if self.use_bias:
            y = y + self.bias.value
        return self.activation(y)

    def weight_scaling(self, name: str) -> Scaling:
        """A scale for each unit."""
        return Scaling((0,), lambda scale: scale[0])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, ..., units)."""
        return (*input_shape[:-1], self.units)
