"""A line that says how far a loop is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np


class Progbar:
    """A progress bar for loops of one's own.

    Args:
        target: steps in all, None if not known.
        width: of the bar, in characters.
        verbose: 0 nothing, 1 a bar that moves in a terminal, 2 one line at the end.
        interval: seconds between two drawings at least.
        stateful_metrics, stateless_metrics: without effect: every value is shown as it was last given.
        unit_name: what a step is called.

    Example:
        >>> bar = Progbar(4, verbose=2)
        >>> for loss in (4.0, 2.0, 1.0, 1.0):
        ...     bar.add(1, [("loss", loss)])
        4/4 - ...s - ...s/step - loss: 1.0000

    Source: arguments and what is shown as ``keras.utils.Progbar`` 3.15, which averages nothing either; the drawing is
    that of ``fit``.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.unit_name = unit_name
        self._seen = 0
        self._values: dict[str, Any] = {}
        self._started = time.perf_counter()
        self._drawn = -float("inf")
        self._length = 0

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """So many steps are done.

        Args:
            current: steps done in all.
            values: pairs of name and value.
            finalize: whether this is the last update; if None, whether ``current`` reaches ``target``.
        """
        self._values.update(values or ())
        self._seen = current
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        if finalize and self.target is None:
            self.target = current
        self._draw(finalize)

    def add(self, n: int, values: Any = None) -> None:
        """``n`` more steps are done."""
        self.update(self._seen + n, values)

    def _draw(self, last: bool) -> None:
        now = time.perf_counter()
        moving = self.verbose == 1 and sys.stdout.isatty()
        if not self.verbose or not (last or (moving and now - self._drawn >= self.interval)):
            return
        self._drawn = now
        elapsed = now - self._started
        per_step = f"{show_seconds(elapsed / max(self._seen, 1))}/{self.unit_name}"
        left = self.target - self._seen if self.target else 0
        rest = elapsed if last else elapsed / max(self._seen, 1) * left
        # Keras's order: how far, the time (left), the time of a step, the values.
        parts = [f"{self._seen}/{self.target or '?'}"]
        if self.verbose == 1:
            filled = int(self.width * self._seen / self.target) if self.target else 0
            parts[0] += f" {'━' * filled}{'─' * (self.width - filled)} {show_seconds(rest)} {per_step}"
        else:
            parts += [show_seconds(rest), per_step]
        text = " - ".join([*parts, *(f"{name}: {show_value(value)}" for name, value in self._values.items())])
        padding = " " * max(0, self._length - len(text))
        self._length = len(text)
        write_text(("\r" if moving else "") + text + padding + ("\n" if last else ""))


def show_value(value: Any) -> str:
    """A metric's value in a few characters; the mean of an array.

    Example:
        >>> show_value(0.123456), show_value(1234567.0), show_value(1e-5)
        ('0.1235', '1.235e+06', '1.000e-05')
    """
    try:
        number = float(np.mean(value))
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 1e5 else f"{number:.3e}"


def show_seconds(seconds: float) -> str:
    """A duration in a few characters.

    Example:
        >>> show_seconds(0.00032), show_seconds(3.2), show_seconds(4000)
        ('320us', '3.2s', '1:06:40')
    """
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f}us"
    if seconds < 1:
        return f"{seconds * 1e3:.0f}ms"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def write_text(text: str) -> None:
    """Text on the standard output, in ASCII where that is all it can show."""
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.replace("━", "=").replace("─", "-"))
    sys.stdout.flush()
