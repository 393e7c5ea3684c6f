"""Initializers that do not draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.declare import declared
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
        return as_dtype(np.zeros(shape, np.float32), dtype)


@declared
class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Ones of a shape."""
        return as_dtype(np.ones(shape, np.float32), dtype)


@declared
class Constant(Initializer):
    """One value everywhere, or an array of the weight's shape."""

    value: Any = 0.0

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """The value, broadcast to a shape."""
        return as_dtype(np.broadcast_to(np.asarray(self.value), shape), dtype)
