"""Weights whose rows, or columns, are orthogonal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.initializers.initializer import RandomInitializer, as_dtype


@declared
class Orthogonal(RandomInitializer):
    """``gain`` times a random matrix with orthonormal rows or columns, whichever are fewer.

    Shapes:
        At least two axes; all but the last count as one.

    Example:
        >>> import numpy as np
        >>> w = Orthogonal(seed=1)((4, 2))
        >>> bool(np.allclose(w.T @ w, np.eye(2), atol=1e-6))
        True

    Source: Saxe et al. 2014 (arXiv:1312.6120).
    """

    gain: float = 1.0
    seed: Any = field(None, after="gain")

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Draws of a shape."""
        shape = tuple(shape)
        if len(shape) < 2:
            raise ShapeError(
                explain("Orthogonal", "a shape of at least two axes", show_shape(shape), "Use another initializer.")
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = self.generator().standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        # Without the signs the distribution is not uniform over orthogonal matrices (Mezzadri 2007, section 4).
        q = q * np.sign(np.diag(r))
        return as_dtype(np.float32(self.gain) * (q if rows >= columns else q.T).reshape(shape), dtype)
