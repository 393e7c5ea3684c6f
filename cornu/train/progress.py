"""The line that says how far training is: one that moves in a terminal, one per epoch elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

_WIDTH = 20
_SECONDS = 0.1


def format_value(value: Any) -> str:
    """A metric's value in a few characters.

    Example:
        >>> format_value(0.123456), format_value(1234567.0), format_value(1e-5)
        ('0.1235', '1.235e+06', '1.000e-05')
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 1e5 else f"{number:.3e}"


def format_seconds(seconds: float) -> str:
    """A duration in a few characters.

    Example:
        >>> format_seconds(0.00032), format_seconds(3.2), format_seconds(4000)
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


class Progress:
    """Progress of one epoch, or of one evaluation.

    Args:
        steps: how many, None if not known.
        title: printed before the first line, e.g. "Epoch 1/3".
        verbose: 0 nothing, 1 a moving line (a final one only, where the output is no terminal), 2 one line.
    """

    def __init__(self, steps: int | None, title: str, verbose: int):
        self.steps, self.verbose = steps, verbose
        self.started = time.perf_counter()
        self.moving = verbose == 1 and sys.stdout.isatty()
        self._last = 0.0
        self._width = 0
        if verbose and title:
            _write(title + "\n")

    def update(self, done: int, read: Callable[[], dict[str, Any]]) -> None:
        """So many steps are done; ``read`` gets the metrics and is called a few times a second only."""
        now = time.perf_counter()
        if not self.moving or now - self._last < _SECONDS:
            return
        self._last = now
        elapsed = now - self.started
        left = format_seconds(elapsed / done * (self.steps - done)) if self.steps and done else "?"
        self._show(f"{self._bar(done)} {left} left, {format_seconds(elapsed / max(done, 1))}/step", read())

    def finish(self, done: int, logs: dict[str, Any]) -> None:
        """The last line."""
        if not self.verbose:
            return
        elapsed = time.perf_counter() - self.started
        text = f"{format_seconds(elapsed)} {format_seconds(elapsed / max(done, 1))}/step"
        self._show(f"{self._bar(done)} {text}" if self.verbose == 1 else f"{done}/{done} - {text}", logs)
        _write("\n")

    def _bar(self, done: int) -> str:
        total = self.steps or done
        filled = int(_WIDTH * done / max(total, 1))
        counter = f"{done:>{len(str(total))}}/{total if self.steps else '?' if self.moving else done}"
        return f"{counter} {'━' * filled}{'─' * (_WIDTH - filled)}"

    def _show(self, head: str, logs: dict[str, Any]) -> None:
        text = " - ".join([head, *(f"{name}: {format_value(value)}" for name, value in logs.items())])
        if self.moving:
            padding = " " * max(0, self._width - len(text))
            self._width = len(text)
            _write(f"\r{text}{padding}")
        else:
            _write(text)


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.replace("━", "=").replace("─", "-"))
    sys.stdout.flush()
