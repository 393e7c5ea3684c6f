"""Draws whose variance follows from the number of inputs and outputs of a weight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.initializers.initializer import RandomInitializer, as_dtype

# Standard deviation of a unit normal cut at two deviations.
_TRUNCATED_DEVIATION = 0.87962566103423978


def fans(shape: tuple[int, ...], input_axes: Any = None, output_axes: Any = None) -> tuple[int, int]:
    """Inputs and outputs of a weight: the last two axes times the receptive field, unless axes are given.

    Example:
        >>> fans((3, 3, 16, 32))
        (144, 288)
    """
    if input_axes is not None or output_axes is not None:
        return (
            math.prod(shape[a] for a in _axes(input_axes)),
            math.prod(shape[a] for a in _axes(output_axes)),
        )
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    field_size = math.prod(shape[:-2])
    return shape[-2] * field_size, shape[-1] * field_size


def _axes(axes: Any) -> tuple[int, ...]:
    return (axes,) if isinstance(axes, int) else tuple(axes or ())


def truncated_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Unit normal draws; those beyond two deviations are drawn again."""
    values = generator.standard_normal(shape, dtype=np.float32)
    outside = np.abs(values) > 2
    while outside.any():
        values[outside] = generator.standard_normal(int(outside.sum()), dtype=np.float32)
        outside = np.abs(values) > 2
    return values


@declared
class VarianceScaling(RandomInitializer):
    """Draws of variance ``scale / n``, n being the fan that ``mode`` names.

    Args:
        scale: factor on the variance, positive.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: see ``RandomInitializer``.
        input_axes, output_axes: axes whose product is the fan, where the last two are not it.

    Source: He et al. 2015 (arXiv:1502.01852) and Glorot & Bengio 2010.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: Any = None
    input_axes: Any = field(None, keyword=True)
    output_axes: Any = field(None, keyword=True)

    def check(self) -> None:
        """Refuse what is not a distribution."""
        super().check()
        accepted = {
            "scale": self.scale > 0,
            "mode": self.mode in ("fan_in", "fan_out", "fan_avg"),
            "distribution": self.distribution in ("normal", "truncated_normal", "untruncated_normal", "uniform"),
        }
        for name, fine in accepted.items():
            if not fine:
                raise ValueError(
                    explain(
                        f"{type(self).__name__}'s {name}",
                        "a supported value",
                        repr(getattr(self, name)),
                        "See its documentation.",
                    )
                )

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Draws of a shape."""
        shape = tuple(shape)
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        generator = self.generator()
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return as_dtype((generator.random(shape, dtype=np.float32) * 2 - 1) * np.float32(limit), dtype)
        if self.distribution == "untruncated_normal":
            return as_dtype(generator.standard_normal(shape, dtype=np.float32) * np.float32(math.sqrt(variance)), dtype)
        deviation = math.sqrt(variance) / _TRUNCATED_DEVIATION
        return as_dtype(truncated_normal(generator, shape) * np.float32(deviation), dtype)


@declared
class GlorotUniform(VarianceScaling):
    """Uniform in ±sqrt(6 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010, eq. 16.
    """

    scale: float = field(1.0, keyword=True, config=False)
    mode: str = field("fan_avg", keyword=True, config=False)
    distribution: str = field("uniform", keyword=True, config=False)
