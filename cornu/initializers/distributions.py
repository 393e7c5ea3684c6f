"""Initializers that draw each value by itself from one distribution."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.declare import declared, field
from cornu.initializers.initializer import RandomInitializer, as_dtype
from cornu.initializers.variance_scaling import truncated_normal


@declared
class RandomUniform(RandomInitializer):
    """Uniform from ``minval`` to ``maxval``.

    Example:
        >>> values = RandomUniform(-1.0, 1.0, seed=1)((3, 2))
        >>> values.shape, bool((abs(values) <= 1).all())
        ((3, 2), True)
    """

    minval: float = -0.05
    maxval: float = 0.05
    seed: Any = field(None, after="maxval")

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Draws of a shape."""
        unit = self.generator().random(tuple(shape), dtype=np.float32)
        return as_dtype(unit * np.float32(self.maxval - self.minval) + np.float32(self.minval), dtype)


@declared
class TruncatedNormal(RandomInitializer):
    """Normal with a mean and a deviation; draws beyond two deviations are drawn again.

    Example:
        >>> values = TruncatedNormal(stddev=0.1, seed=1)((3, 2))
        >>> values.shape, bool((abs(values) <= 0.2).all())
        ((3, 2), True)
    """

    mean: float = 0.0
    stddev: float = 0.05
    seed: Any = field(None, after="stddev")

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Draws of a shape."""
        unit = truncated_normal(self.generator(), tuple(shape))
        return as_dtype(unit * np.float32(self.stddev) + np.float32(self.mean), dtype)
