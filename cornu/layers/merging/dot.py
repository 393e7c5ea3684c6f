"""Products of two tensors, row by row of the batch, summed along an axis of each."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu.core import dtypes
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import SymbolicShape, compatible
from cornu.layers.layer import Layer
from cornu.layers.merging.shapes import input_shapes, same_size


def _axes(value: Any) -> int | tuple[int, int]:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(type(a) is int for a in value):
        return (value[0], value[1])
    raise ValueError(
        explain(
            "Dot's axes", "an int, or one for each of the two inputs", repr(value), "Write for example axes=(2, 1)."
        )
    )


@declared
class Dot(Layer):
    """Scalar products: ``y[b, i, j] = sum_k x1[b, i, k] * x2[b, j, k]``, with ``k`` on the axes named.

    Shapes:
        x1, x2: (batch, ...), of rank 2 or more, of the same size on the axes summed over.
        y: (batch, remaining axes of x1, remaining axes of x2); (batch, 1) if none remain.

    Args:
        axes: the axis to sum over, or one for each input; not the batch axis.
        normalize: whether vectors along these axes are first divided by their length (cosine similarity).

    Example:
        >>> import numpy as np
        >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
        [[11.0]]
        >>> Dot(axes=(2, 1))([np.ones((2, 3, 4)), np.ones((2, 4, 5))]).shape
        (2, 3, 5)

    Source: numbers and shapes as ``keras.layers.Dot``.
    """

    axes: Any = field(converter=_axes)
    normalize: bool = False

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Nothing to make; the shapes are compared."""
        self.compute_output_shape(input_shape)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The products."""
        x1, x2 = inputs
        a, b = self._two_axes(x1.shape, x2.shape)
        if self.normalize:
            x1, x2 = _unit(x1, a), _unit(x2, b)
        y = lax.dot_general(*_promoted(x1, x2), (((a,), (b,)), ((0,), (0,))))
        return y[:, None] if y.ndim == 1 else y

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, remaining axes of x1, remaining axes of x2)."""
        first, second = input_shapes(self._who(), input_shape, 2, 2)
        a, b = self._two_axes(first, second)
        for i, j in ((0, 0), (a, b)):
            if not compatible(first[i], second[j]):
                raise ShapeError(
                    explain(
                        self._who(),
                        "inputs of the same batch size and of the same size on the axes summed over",
                        f"shapes {show_shape(first)} and {show_shape(second)}: "
                        f"{first[i]} on axis {i} against {second[j]} on axis {j}",
                        "Choose other axes, or bring the inputs to the same size there.",
                    )
                )
        rest = (*first[1:a], *first[a + 1 :], *second[1:b], *second[b + 1 :])
        return (same_size(first[0], second[0]), *(rest or (1,)))

    def compute_output_dtype(self, *received: str) -> str:
        """What the inputs' dtypes promote to; a float if normalised."""
        return dtypes.result_type(*received, *([float] if self.normalize else []))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """None: the masks end here."""

    def _two_axes(self, first: SymbolicShape, second: SymbolicShape) -> tuple[int, int]:
        """The axis summed over of each input, counted from the front."""
        given = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        for axis, shape in zip(given, (first, second), strict=True):
            if not -len(shape) < axis < len(shape) or axis == 0:
                raise ShapeError(
                    explain(
                        self._who(),
                        "axes that the inputs have, other than the batch axis 0",
                        f"axes={self.axes} for shapes {show_shape(first)} and {show_shape(second)}",
                        "Write axes=(axis of the first, axis of the second).",
                    )
                )
        return given[0] % len(first), given[1] % len(second)


def _promoted(x1: jax.Array, x2: jax.Array) -> tuple[jax.Array, jax.Array]:
    dtype = jnp.promote_types(x1.dtype, x2.dtype)
    return x1.astype(dtype), x2.astype(dtype)


def _unit(x: jax.Array, axis: int) -> jax.Array:
    """Vectors of length 1 along an axis; those shorter than 1e-12 stay short, and their gradient finite."""
    wide = x.astype(jnp.promote_types(x.dtype, "float32"))  # 1e-24 is nothing in float16
    squares = jnp.sum(jnp.square(wide), axis=axis, keepdims=True)
    unit = wide * lax.rsqrt(jnp.maximum(squares, 1e-24))
    return unit.astype(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else unit


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """Scalar products of two tensors, row by row: ``Dot(axes, **kwargs)(inputs)``.

    Example:
        >>> import numpy as np
        >>> dot([np.ones((2, 3, 4)), np.ones((2, 5, 4))], axes=-1).shape
        (2, 3, 5)
    """
    return Dot(axes=axes, **kwargs)(inputs)
