"""Conditions on the options that all optimizers have."""

from __future__ import annotations

from typing import Any

from cornu.core.errors import explain


def check(optimizer: Any) -> None:
    """Refuse options of an optimizer that contradict each other or are out of range."""
    name = type(optimizer).__name__
    clips = {k: getattr(optimizer, k) for k in ("clipnorm", "clipvalue", "global_clipnorm")}
    if sum(v is not None for v in clips.values()) > 1:
        given = ", ".join(f"{k}={v}" for k, v in clips.items() if v is not None)
        raise ValueError(explain(name, "at most one of clipnorm, clipvalue and global_clipnorm", given, "Choose one."))
    if optimizer.use_ema:
        momentum, frequency = optimizer.ema_momentum, optimizer.ema_overwrite_frequency
        if not 0 <= momentum <= 1:
            raise ValueError(explain(f"{name}'s ema_momentum", "a number from 0 to 1", momentum, "Try 0.99."))
        if frequency is not None and (not isinstance(frequency, int) or frequency < 1):
            what = f"{name}'s ema_overwrite_frequency"
            raise ValueError(explain(what, "an int from 1, or None", repr(frequency), "Correct it."))
    steps = optimizer.gradient_accumulation_steps
    if steps and (not isinstance(steps, int) or steps < 2):
        what = f"{name}'s gradient_accumulation_steps"
        raise ValueError(explain(what, "an int from 2, or None", repr(steps), "Pass None to update in each step."))
