"""Initializers that do not draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import dtypes, registry
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.initializers.initializer import Initializer, as_dtype


@declared
class Zeros(Initializer):
    """All zeros.

    Example:
        >>> Zeros()((2,)).tolist()
        [0.0, 0.0]
    """

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Zeros of a shape."""
        return np.zeros(shape, dtypes.backend_dtype(dtype))


@declared
class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Ones of a shape."""
        return np.ones(shape, dtypes.backend_dtype(dtype))


@declared
class Constant(Initializer):
    """One value everywhere, or an array that broadcasts to the weight's shape.

    Example:
        >>> Constant([1.0, 2.0])((2, 2)).tolist()
        [[1.0, 2.0], [1.0, 2.0]]
    """

    value: Any = field(0.0, lambda value: registry.deserialize(value) if isinstance(value, dict) else value)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """The value, broadcast to a shape."""
        value = np.asarray(self.value)
        try:
            return as_dtype(np.broadcast_to(value, shape), dtype)
        except ValueError:
            needs = f"a value that broadcasts to {show_shape(tuple(shape))}"
            raise ShapeError(
                explain("Constant", needs, f"one of shape {show_shape(value.shape)}", "Reshape the value.")
            ) from None


@declared
class Identity(Initializer):
    """Ones on the diagonal of a matrix, times ``gain``, zeros elsewhere.

    Args:
        gain: factor. Keras's configs leave it out; here they have it where it is not 1.

    Raises:
        ShapeError: for another number of axes than two.
    """

    gain: float = field(1.0, config="changed")

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """The matrix of a shape."""
        if len(shape) != 2:
            raise ShapeError(explain("Identity", "a shape of 2 axes", show_shape(tuple(shape)), "Use another."))
        return as_dtype(self.gain * np.eye(*shape, dtype=np.float64), dtype)
