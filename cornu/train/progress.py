"""The line that says how far training is: one that moves in a terminal, one per epoch elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from cornu.callbacks.progbar import show_seconds, show_value, write_text

_WIDTH = 20
_SECONDS = 0.1


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
            write_text(title + "\n")

    def update(self, done: int, read: Callable[[], dict[str, Any]]) -> None:
        """So many steps are done; ``read`` gets the metrics and is called a few times a second only."""
        now = time.perf_counter()
        if not self.moving or now - self._last < _SECONDS:
            return
        self._last = now
        elapsed = now - self.started
        left = show_seconds(elapsed / done * (self.steps - done)) if self.steps and done else "?"
        self._show(f"{self._bar(done)} {left} left, {show_seconds(elapsed / max(done, 1))}/step", read())

    def finish(self, done: int, logs: dict[str, Any]) -> None:
        """The last line."""
        if not self.verbose:
            return
        elapsed = time.perf_counter() - self.started
        text = f"{show_seconds(elapsed)} {show_seconds(elapsed / max(done, 1))}/step"
        self._show(f"{self._bar(done)} {text}" if self.verbose == 1 else f"{done}/{done} - {text}", logs)
        write_text("\n")

    def _bar(self, done: int) -> str:
        total = self.steps or done
        filled = int(_WIDTH * done / max(total, 1))
        counter = f"{done:>{len(str(total))}}/{total if self.steps else '?' if self.moving else done}"
        return f"{counter} {'━' * filled}{'─' * (_WIDTH - filled)}"

    def _show(self, head: str, logs: dict[str, Any]) -> None:
        text = " - ".join([head, *(f"{name}: {show_value(value)}" for name, value in logs.items())])
        if self.moving:
            padding = " " * max(0, self._width - len(text))
            self._width = len(text)
            write_text(f"\r{text}{padding}")
        else:
            write_text(text)
