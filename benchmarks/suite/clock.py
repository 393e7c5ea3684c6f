"""Repeating something for a number of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def rates(epoch: Callable[[], Any], rows: int, seconds: float) -> list[float]:
    """Rows per second of epochs, at least two of them; one before them is not counted."""
    epoch()
    found: list[float] = []
    end = time.perf_counter() + seconds
    while len(found) < 2 or time.perf_counter() < end:
        started = time.perf_counter()
        epoch()
        found.append(rows / (time.perf_counter() - started))
    return found


def milliseconds(call: Callable[[], Any], seconds: float) -> list[float]:
    """Milliseconds per call, over groups of 20; the first group is not counted."""
    found: list[float] = []
    end = time.perf_counter() + seconds
    while len(found) < 3 or time.perf_counter() < end:
        started = time.perf_counter()
        for _ in range(20):
            call()
        found.append((time.perf_counter() - started) * 1000 / 20)
    return found[1:]
