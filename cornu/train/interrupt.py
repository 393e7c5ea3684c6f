"""Ctrl-C waits for the values of a step that is under way, so that the model is never left without them."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Generator
from typing import Any

_PENDING = threading.Event()
_ACTIVE = [False]


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
        if not _ACTIVE[0] or _PENDING.is_set():  # the second Ctrl-C does not wait
            raise KeyboardInterrupt
        _PENDING.set()

    _PENDING.clear()
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def deferred() -> Generator[None]:
    """A block that an interrupt does not cut in two."""
    before, _ACTIVE[0] = _ACTIVE[0], True
    try:
        yield
    finally:
        _ACTIVE[0] = before
        if not before and _PENDING.is_set():
            _PENDING.clear()
            raise KeyboardInterrupt
