"""The learning rate schedules: float32 functions of the step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.optimizers.schedules.schedule import LearningRateSchedule


def _float(step: Any) -> Any:
    return jnp.asarray(step.value if isinstance(step, Variable) else step, "float32")


@declared
class ExponentialDecay(LearningRateSchedule):
    """``initial * decay_rate ** (step / decay_steps)``; in stairs, the exponent is rounded down.

    Example:
        >>> float(ExponentialDecay(0.5, decay_steps=10, decay_rate=0.5)(20))
        0.125
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "ExponentialDecay"

    def check(self) -> None:
        """Refuse a length that is not positive."""
        _check_length(self, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        return self.initial_learning_rate * jnp.power(jnp.float32(self.decay_rate), _periods(self, step))


@declared
class InverseTimeDecay(LearningRateSchedule):
    """``initial / (1 + decay_rate * step / decay_steps)``; in stairs, the quotient is rounded down.

    Example:
        >>> float(InverseTimeDecay(0.5, decay_steps=10, decay_rate=1.0)(10))
        0.25
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "InverseTimeDecay"

    def check(self) -> None:
        """Refuse a length that is not positive."""
        _check_length(self, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        return self.initial_learning_rate / (1 + self.decay_rate * _periods(self, step))


def _periods(schedule: Any, step: Any) -> Any:
    periods = _float(step) / schedule.decay_steps
    return jnp.floor(periods) if schedule.staircase else periods


@declared
class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]`` for steps above ``boundaries[i - 1]``, up to and with ``boundaries[i]``.

    Example:
        >>> schedule = PiecewiseConstantDecay([10, 20], [0.5, 0.25, 0.125])
        >>> [float(schedule(step)) for step in (10, 11, 30)]
        [0.5, 0.25, 0.125]
    """

    boundaries: Sequence[float]
    values: Sequence[float]
    name: str = "PiecewiseConstant"

    def check(self) -> None:
        """Refuse another number of values than one more than boundaries."""
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                explain(
                    "PiecewiseConstantDecay",
                    f"one value more than boundaries, {len(self.boundaries) + 1}",
                    len(self.values),
                    "The last value holds after the last boundary.",
                )
            )

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        passed = jnp.sum(_float(step) > jnp.asarray(self.boundaries, "float32"), dtype="int32")
        return jnp.asarray(self.values, "float32")[passed]


@declared
class PolynomialDecay(LearningRateSchedule):
    """``(initial - end) * (1 - step / decay_steps) ** power + end``, up to ``decay_steps``.

    Args:
        cycle: whether ``decay_steps`` grows to its next multiple when it is passed, in place of staying at the end.

    Example:
        >>> float(PolynomialDecay(0.5, decay_steps=10, end_learning_rate=0.25)(5))
        0.375
    """

    initial_learning_rate: float
    decay_steps: int
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def check(self) -> None:
        """Refuse a length that is not positive."""
        _check_length(self, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        now = _float(step)
        length = jnp.float32(self.decay_steps)
        if self.cycle:
            length = length * jnp.where(now == 0, 1.0, jnp.ceil(now / length))
        left = 1 - jnp.minimum(now, length) / length
        span = self.initial_learning_rate - self.end_learning_rate
        return span * jnp.power(left, self.power) + self.end_learning_rate


@declared
class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate (or ``warmup_target``) down to ``alpha`` times it.

    ``rate * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)``, after a linear rise from the initial
    rate to ``warmup_target`` in ``warmup_steps`` steps, if there is a target.

    Example:
        >>> float(CosineDecay(0.5, decay_steps=10)(5))
        0.25

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983), eq. 5, without restarts.
    """

    initial_learning_rate: float
    decay_steps: int
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: int = 0

    def check(self) -> None:
        """Refuse a length that is not positive."""
        _check_length(self, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        now, warm = _float(step), float(self.warmup_steps)
        if self.warmup_target is None:
            return self.initial_learning_rate * self._part(jnp.minimum(now, self.decay_steps))
        decayed = self.warmup_target * self._part(jnp.clip(now - warm, 0, self.decay_steps))
        if not warm:
            return decayed
        rise = (self.warmup_target - self.initial_learning_rate) * now / warm + self.initial_learning_rate
        return jnp.where(now < warm, rise, decayed)

    def _part(self, done: Any) -> Any:
        half = 0.5 * (1 + jnp.cos(jnp.float32(math.pi) * done / self.decay_steps))
        return (1 - self.alpha) * half + self.alpha


@declared
class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decays one after the other, each ``t_mul`` times as long and ``m_mul`` times as high as the last.

    Args:
        first_decay_steps: steps of the first decay.
        t_mul: ratio of lengths.
        m_mul: ratio of first rates.
        alpha: least part of the rate.

    Example:
        >>> schedule = CosineDecayRestarts(0.5, first_decay_steps=10)
        >>> [float(schedule(step)) for step in (0, 5, 10, 20)]
        [0.5, 0.25, 0.5, 0.25]

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983), eq. 5.
    """

    initial_learning_rate: float
    first_decay_steps: int
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0
    name: str = "SGDRDecay"

    def check(self) -> None:
        """Refuse a length that is not positive."""
        _check_length(self, "first_decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        done = _float(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = jnp.floor(done)
            done = done - restarts
        else:
            ratio = jnp.float32(self.t_mul)
            restarts = jnp.floor(jnp.log(1 - done * (1 - ratio)) / math.log(self.t_mul))
            begun = (1 - ratio**restarts) / (1 - ratio)
            done = (done - begun) / ratio**restarts
        height = jnp.power(jnp.float32(self.m_mul), restarts)
        half = 0.5 * height * (1 + jnp.cos(jnp.float32(math.pi) * done))
        return self.initial_learning_rate * ((1 - self.alpha) * half + self.alpha)


def _check_length(schedule: Any, name: str) -> None:
    length = getattr(schedule, name)
    if length <= 0:
        what = f"{type(schedule).__name__}'s {name}"
        raise ValueError(explain(what, "a positive number of steps", length, "Correct the argument."))
