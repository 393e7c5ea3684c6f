"""Draws from one distribution, whatever the shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.declare import declared
from cornu.initializers.initializer import RandomInitializer, seed_field, truncated_normal


@declared
class RandomNormal(RandomInitializer):
    """Normal draws.

    Args:
        mean: their mean.
        stddev: their standard deviation.
        seed: int, or a ``SeedGenerator`` (each call then draws anew); one is drawn if None.

    Example:
        >>> RandomNormal(seed=1)((2, 3)).shape
        (2, 3)
    """

    mean: float = 0.0
    stddev: float = 0.05
    seed: Any = seed_field()

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """Draws of a shape, float32."""
        return generator.standard_normal(shape, np.float32) * np.float32(self.stddev) + np.float32(self.mean)


@declared
class TruncatedNormal(RandomInitializer):
    """Normal draws; those further than two deviations from the mean are drawn again.

    Args:
        mean: mean of the draws.
        stddev: standard deviation of the normal distribution before it is cut; that of the draws is 0.88 times it.
        seed: int, or a ``SeedGenerator`` (each call then draws anew); one is drawn if None.
    """

    mean: float = 0.0
    stddev: float = 0.05
    seed: Any = seed_field()

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """Draws of a shape, float32."""
        return truncated_normal(generator, shape) * np.float32(self.stddev) + np.float32(self.mean)


@declared
class RandomUniform(RandomInitializer):
    """Uniform draws from ``minval`` (with it) to ``maxval`` (without it).

    Args:
        minval: least value.
        maxval: bound of the values.
        seed: int, or a ``SeedGenerator`` (each call then draws anew); one is drawn if None.
    """

    minval: float = -0.05
    maxval: float = 0.05
    seed: Any = seed_field()

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """Draws of a shape, float32."""
        return generator.random(shape, np.float32) * np.float32(self.maxval - self.minval) + np.float32(self.minval)
