"""Ctrl-C waits for what is under way, so that the model is never left in the middle of a step, and is never lost.

Python raises ``KeyboardInterrupt`` between any two instructions of the main thread. Around a compiled call that loses
the weights, whose memory the call was given; while a step is traced it leaves tracers in Variables. So these are
`deferred` blocks: an interrupt in one is kept, and raised at its end. Elsewhere, in a callback of the user's or while
data are waited for, it is raised at once. A second one cuts tracing short, but never what would lose the weights.

Destructors and callbacks of the garbage collector cannot raise: Python reports what they do, and goes on. JAX has such
a callback, and lost 2 of 82 interrupts at random moments of short runs. One that is reported so is kept as well.
"""

from __future__ import annotations

import contextlib
import math
import signal
import sys
import threading
from collections.abc import Generator
from typing import Any


class _Mine(threading.local):
    """What a thread has under way; only the main one is ever interrupted.

    Attributes:
        cut_by: how many interrupts it takes to cut what it does.
        pending: whether an interrupt came in it, or was swallowed before.
    """

    cut_by: float = 1
    pending = False


_MINE = _Mine()


@contextlib.contextmanager
def handled() -> Generator[None]:
    """While training runs: interrupts inside ``deferred`` blocks are kept until the block ends."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return

    def note(number: int, frame: Any) -> None:
        if _MINE.cut_by <= 1 + _MINE.pending:
            raise KeyboardInterrupt
        _MINE.pending = True

    def keep(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _MINE.pending = True
        else:
            report(unraisable)

    report, sys.unraisablehook = sys.unraisablehook, keep
    _MINE.pending = False
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = report
        _raise_what_came()


@contextlib.contextmanager
def deferred(cut_by: float = math.inf) -> Generator[None]:
    """A block that an interrupt does not cut in two.

    Args:
        cut_by: 2 lets a second one do it, where user code runs in the block and may take long.
    """
    before = _MINE.cut_by
    _MINE.cut_by = max(before, cut_by)
    try:
        yield
    finally:
        _MINE.cut_by = before
        if before <= 1:
            _raise_what_came()


def _raise_what_came() -> None:
    if _MINE.pending:
        _MINE.pending = False
        raise KeyboardInterrupt
