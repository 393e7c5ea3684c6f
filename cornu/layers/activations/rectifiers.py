"""Rectifiers with arguments or weights."""

from __future__ import annotations

from typing import Any

import jax

from cornu import activations
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer


def _non_negative(what: str, default: Any, *, optional: bool = False) -> Any:
    def convert(value: Any) -> Any:
        # Arrays of one element come from files of Keras 2.
        value = value.item() if hasattr(value, "item") else value
        if (value is None and optional) or (
            isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
        ):
            return value
        raise ValueError(explain(what, "a number from 0", repr(value), f"Pass for example {default or 6.0}."))

    return field(default, convert)


@declared
class ReLU(Layer):
    """Rectifier: ``y = x`` above ``threshold``, at most ``max_value``; ``negative_slope * (x - threshold)`` below it.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> ReLU(max_value=6.0)(np.array([-3.0, 2.0, 9.0], "float32")).tolist()
        [0.0, 2.0, 6.0]

    Source: numbers as ``keras.layers.ReLU``.
    """

    max_value: float | None = _non_negative("ReLU's max_value", None, optional=True)
    negative_slope: float = _non_negative("ReLU's negative_slope", 0.0)
    threshold: float = _non_negative("ReLU's threshold", 0.0)

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Rectified inputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape


@declared
class LeakyReLU(Layer):
    """Rectifier that lets some of the negative values through: ``y = x if x > 0 else negative_slope * x``.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> LeakyReLU(0.5)(np.array([-3.0, 2.0], "float32")).tolist()
        [-1.5, 2.0]

    Source: Maas et al. 2013; numbers as ``keras.layers.LeakyReLU``.
    """

    negative_slope: float = _non_negative("LeakyReLU's negative_slope", 0.3)
    _alpha: float | None
    # Its name in Keras 2.
    alpha: float | None = field(None, config=False, hidden=True, attribute="_alpha")

    supports_masking = True

    def check(self) -> None:
        """The older name gives the slope."""
        if self._alpha is not None:
            self.negative_slope = float(self._alpha)

    def call(self, inputs: Any) -> Any:
        """Rectified inputs."""
        return activations.leaky_relu(inputs, self.negative_slope)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape


@declared
class PReLU(Layer):
    """Rectifier whose slope for negative values is learnt: ``y = x if x > 0 else alpha * x``.

    Shapes:
        x: (batch, ...), any float dtype, sizes known but on shared axes. y: as x.
        alpha: x's shape without the batch axis, 1 on shared axes.

    Args:
        shared_axes: axes along which one slope serves, counted with the batch axis as 0: ``[1, 2]`` for images.

    Example:
        >>> import numpy as np
        >>> PReLU(alpha_initializer="ones")(np.array([[-3.0, 2.0]], "float32")).tolist()
        [[-3.0, 2.0]]

    Source: He et al. 2015; numbers as ``keras.layers.PReLU``.
    """

    alpha_initializer: Any = fields.initializer("Zeros")
    alpha_regularizer: Any = fields.regularizer()
    alpha_constraint: Any = fields.constraint()
    shared_axes: Any = field(
        None, lambda axes: None if axes is None else list(axes) if isinstance(axes, (list, tuple)) else [axes]
    )

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make alpha."""
        shared = self.shared_axes or []
        if any(not 1 <= axis < len(input_shape) for axis in shared):
            raise ShapeError(
                explain(
                    f"shared_axes of {self._who()}",
                    f"axes of the input {show_shape(input_shape)} other than the batch's, 0",
                    repr(shared),
                    "Count from 1.",
                )
            )
        shape = [1 if axis in shared else size for axis, size in enumerate(input_shape)][1:]
        self.alpha = self.add_weight(
            shape=shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        kept = {axis: size for axis, size in enumerate(input_shape) if axis and axis not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=kept)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Rectified inputs."""
        return jax.nn.relu(inputs) - self.alpha.value * jax.nn.relu(-inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape


@declared
class ELU(Layer):
    """Exponential linear unit: ``y = x if x > 0 else alpha * (exp(x) - 1)``.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> ELU()(np.array([0.0, 2.0], "float32")).tolist()
        [0.0, 2.0]

    Source: Clevert et al. 2016; numbers as ``keras.layers.ELU``.
    """

    alpha: float = 1.0

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Rectified inputs."""
        return activations.elu(inputs, self.alpha)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape
