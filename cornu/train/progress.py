"""The line that says how far training is: one that moves in a terminal or a notebook, one per epoch elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Any

from cornu.callbacks.progbar import show_seconds, show_value, write_text
from cornu.train.notebook import notebook_page

_WIDTH = 20
_SECONDS = 0.1
# In a notebook each drawing is a message of about 0.5 ms.
_NOTEBOOK_SECONDS = 0.25


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
        self._page = notebook_page() if verbose == 1 else None
        self._title = title
        self.moving = verbose == 1 and (self._page is not None or sys.stdout.isatty())
        # When the first dispatch was done, and how many steps it ran: it compiled, so the pace is counted from there.
        self._first: tuple[float, int] | None = None
        self._last = 0.0
        self._width = 0
        if verbose and title and self._page is None:
            write_text(title + "\n")

    def update(self, done: int, read: Callable[[], dict[str, Any]]) -> None:
        """So many steps are done; ``read`` gets the metrics and is called a few times a second only."""
        now = time.perf_counter()
        if self._first is None:
            self._first = now, done
        if not self.moving or now - self._last < (_SECONDS if self._page is None else _NOTEBOOK_SECONDS):
            return
        self._last = now
        pace = self._pace(now, done)
        left = f"{show_seconds(pace * (self.steps - done))} left" if pace and self.steps and done < self.steps else ""
        rate = f"{show_seconds(pace)}/step" if pace else ""
        self._move(done, self._line(", ".join(filter(None, [left, rate])), read()))

    def finish(self, done: int, logs: dict[str, Any]) -> None:
        """The last line."""
        if not self.verbose:
            return
        self.steps = self.steps or done
        now = time.perf_counter()
        elapsed = now - self.started
        pace = self._pace(now, done) or elapsed / max(done, 1)
        text = self._line(f"{show_seconds(elapsed)} {show_seconds(pace)}/step", logs)
        text = f"{self._bar(done)} {text}" if self.verbose == 1 else f"{done}/{done} - {text}"
        if self._page is not None:
            self._show(text)
            return
        if self.moving:
            text = f"\r{text:{self._width}}"
        write_text(text + "\n")

    def _pace(self, now: float, done: int) -> float | None:
        """Seconds per step; None as long as compiling is all that was timed."""
        if self._first is None or done <= self._first[1]:
            return None
        return (now - self._first[0]) / (done - self._first[1])

    def _bar(self, done: int) -> str:
        if not self.steps:
            return self._counter(done)
        filled = int(_WIDTH * done / self.steps)
        return f"{self._counter(done)} {'━' * filled}{'─' * (_WIDTH - filled)}"

    def _counter(self, done: int) -> str:
        return f"{done:>{len(str(self.steps))}}/{self.steps}" if self.steps else f"{done}/?"

    def _line(self, head: str, logs: dict[str, Any]) -> str:
        return " - ".join([*filter(None, [head]), *(f"{name}: {show_value(value)}" for name, value in logs.items())])

    def _move(self, done: int, text: str) -> None:
        """Write over the line: without the bar, and cut, where the terminal is narrow, since a line that wraps stays."""
        if self._page is not None:
            self._show(f"{self._bar(done)} {text}")
            return
        columns = shutil.get_terminal_size().columns - 1
        line = f"{self._bar(done)} {text}"
        if len(line) > columns:
            line = f"{self._counter(done)} {text}"
        if len(line) > columns:
            line = line[: columns - 1] + "…"
        write_text(f"\r{line:{min(self._width, columns)}}")
        self._width = len(line)

    def _show(self, line: str) -> None:
        """The title and the line, in place of what a notebook's page shows."""
        assert self._page is not None
        self._page("\n".join(filter(None, [self._title, line])))
