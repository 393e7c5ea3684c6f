"""What reading may cost and touch, checked for every input: 1 s, 64 MiB, no import, process, socket or other file."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

from tests.fuzz.target import FOLDER, Target
from tests.hostile.witness import MEMORY, SECONDS, Events


class Finding(Exception):
    """An input that a promise does not hold for; its text is the same for all inputs of its kind."""


class Witness:
    """Runs a target on inputs and raises what it finds.

    Time is this process's own, so that a stopped or crowded machine finds nothing. Memory is what the
    kernel saw (Linux), which has XLA's in it and not only Python's.
    """

    def __init__(self, target: Target):
        self._target = target
        self._events = Events()
        self._status = self._reset = -1
        if Path("/proc/self/clear_refs").exists():
            self._status = os.open("/proc/self/status", os.O_RDONLY)
            self._reset = os.open("/proc/self/clear_refs", os.O_WRONLY)

    def read(self, data: bytes) -> bool:
        """Whether the input was read rather than refused."""
        found = self._read(data)
        if found.startswith("cost"):
            found = self._read(data)  # a first compilation, or the allocator's growth
        if found not in ("read", "refused"):
            raise Finding(found)
        return found == "read"

    def _read(self, data: bytes) -> str:
        before = self._memory(start=True)
        start = time.process_time()
        outcome = "read"
        with self._events.during(str(FOLDER)) as events:
            try:
                self._target.read(data)
            except self._target.refusals:
                outcome = "refused"
            except Exception as error:
                outcome = _signature(error)
        seconds, memory = time.process_time() - start, self._memory() - before
        if events:
            return f"event {events[0]}"
        if outcome in ("read", "refused") and seconds > SECONDS:
            return f"cost: {seconds:.0f} s, {outcome}"
        if outcome in ("read", "refused") and memory > MEMORY:
            return f"cost: {memory >> 26 << 6} MiB, {outcome}"
        return outcome

    def _memory(self, start: bool = False) -> int:
        """Bytes: now if ``start``, and from here on the most."""
        if self._status < 0:
            return 0
        if start:
            os.write(self._reset, b"5")
        text = os.pread(self._status, 4096, 0)
        return int(text.split(b"VmRSS:" if start else b"VmHWM:")[1].split()[0]) << 10


def _signature(error: Exception) -> str:
    """Class and place: of the innermost line of ours, and of the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}cornu{os.sep}" in f.filename] or frames
    places = dict.fromkeys(f"{Path(f.filename).name}:{f.lineno}" for f in (ours[-1], frames[-1]))
    return f"{type(error).__name__} at {' '.join(places)}: {str(error)[:200]}"
