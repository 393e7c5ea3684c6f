"""Draws whose variance follows from the number of inputs and outputs of a weight."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from cornu.core.declare import declared
from cornu.core.errors import explain
from cornu.initializers.initializer import RandomInitializer, seed_field, truncated_normal

# Standard deviation of a unit normal cut at two deviations.
_TRUNCATED_DEVIATION = 0.87962566103423978


def fans(shape: tuple[int, ...], input_axes: Any = None, output_axes: Any = None) -> tuple[int, int]:
    """Inputs and outputs of a weight: the last two axes times the receptive field, unless both kinds of axes are given.

    Example:
        >>> fans((3, 3, 16, 32))
        (144, 288)
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in _axes(input_axes)), math.prod(shape[a] for a in _axes(output_axes))
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    field_size = math.prod(shape[:-2])
    return shape[-2] * field_size, shape[-1] * field_size


def _axes(axes: Any) -> tuple[int, ...]:
    return (axes,) if isinstance(axes, int) else tuple(axes)


@declared
class VarianceScaling(RandomInitializer):
    """Draws of variance ``scale / n``, n being the fan that ``mode`` names.

    Args:
        scale: factor on the variance, positive.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: int, or a ``SeedGenerator`` (each call then draws anew); one is drawn if None.
        input_axes, output_axes: axes whose products are the fans, where the last two are not; both or none.

    Example:
        >>> values = VarianceScaling(scale=3.0, mode="fan_in", distribution="uniform", seed=1)((9, 4))
        >>> bool(abs(values).max() <= 1.0)  # the limit is sqrt(3 * scale / 9)
        True

    Source: He et al. 2015 (arXiv:1502.01852) and Glorot & Bengio 2010.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: Any = seed_field()
    input_axes: Any = None
    output_axes: Any = None

    def check(self) -> None:
        """Refuse what is not a distribution."""
        super().check()
        accepted = {
            "scale": (self.scale > 0, "a positive number"),
            "mode": (self.mode in ("fan_in", "fan_out", "fan_avg"), "'fan_in', 'fan_out' or 'fan_avg'"),
            "distribution": (
                self.distribution in ("normal", "truncated_normal", "untruncated_normal", "uniform"),
                "'truncated_normal', 'untruncated_normal' or 'uniform'",
            ),
        }
        for name, (fine, needs) in accepted.items():
            if not fine:
                what = f"{type(self).__name__}'s {name}"
                raise ValueError(explain(what, needs, repr(getattr(self, name)), "Correct the argument."))
        if self.distribution == "normal":  # its name in Keras 1
            self.distribution = "truncated_normal"

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """Draws of a shape, float32."""
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            return (generator.random(shape, np.float32) * 2 - 1) * np.float32(math.sqrt(3 * variance))
        if self.distribution == "untruncated_normal":
            return generator.standard_normal(shape, np.float32) * np.float32(math.sqrt(variance))
        return truncated_normal(generator, shape) * np.float32(math.sqrt(variance) / _TRUNCATED_DEVIATION)


class _Preset(VarianceScaling):
    """A variance scaling whose scale, mode and distribution have a name."""

    preset: ClassVar[tuple[float, str, str]]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(*self.preset, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Preset):
    """Uniform within ±sqrt(6 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010, eq. 16.
    """

    preset = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of deviation sqrt(2 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010, eq. 12.
    """

    preset = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    """Uniform within ±sqrt(6 / fan_in).

    Source: He et al. 2015 (arXiv:1502.01852), eq. 10.
    """

    preset = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal of deviation sqrt(2 / fan_in).

    Source: He et al. 2015 (arXiv:1502.01852), eq. 10.
    """

    preset = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform within ±sqrt(3 / fan_in).

    Source: LeCun et al. 1998, "Efficient BackProp", eq. 16.
    """

    preset = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    """Truncated normal of deviation sqrt(1 / fan_in).

    Source: LeCun et al. 1998, "Efficient BackProp", eq. 16; Klambauer et al. 2017 (arXiv:1706.02515).
    """

    preset = (1.0, "fan_in", "truncated_normal")
