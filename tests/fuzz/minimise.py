"""Picks what is worth keeping of a corpus: the smallest inputs that together reach all lines that any of them reaches.

``python -m tests.fuzz.minimise FOLDER``, with the folder that ``make fuzz`` filled; writes ``tests/fuzz/corpus``. What the
seeds reach is reached without it.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import cornu
from tests.fuzz.catalogue import TARGETS
from tests.fuzz.search import KEPT
from tests.fuzz.target import Target

LIBRARY = str(Path(cornu.__file__).parent)
MOST_BYTES = 60 << 10  # for each target


def reached(target: Target, data: bytes) -> set[tuple[str, int, int]]:
    """Steps from line to line that reading takes inside of the library."""
    steps: set[tuple[str, int, int]] = set()

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(LIBRARY):
            return None
        before = 0

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal before
            steps.add((name, before, frame.f_lineno))
            before = frame.f_lineno
            return line

        return line

    sys.settrace(enter)
    try:
        with suppress(Exception):
            target.read(data)
    finally:
        sys.settrace(None)
    return steps


def minimise(target: Target, inputs: list[bytes]) -> list[bytes]:
    """Inputs that reach what the seeds and smaller ones do not, as far as they fit."""
    known: set[tuple[str, int, int]] = set()
    for data in target.seeds():
        reached(target, data)
        known |= reached(target, data)
    chosen, size = [], 0
    for data in sorted(inputs, key=len):
        new = reached(target, data) - known
        if new and size + len(data) <= MOST_BYTES:
            known |= new
            chosen.append(data)
            size += len(data)
    return chosen


def main(folders: list[str]) -> None:
    for name, target in TARGETS.items():
        places = [KEPT / name, *(Path(folder, "corpus", name) for folder in folders)]
        inputs = [path.read_bytes() for place in places if place.is_dir() for path in place.iterdir()]
        chosen = minimise(target, inputs)
        shutil.rmtree(KEPT / name, ignore_errors=True)
        (KEPT / name).mkdir(parents=True)
        for data in chosen:
            (KEPT / name / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        print(f"{name}: {len(inputs)} inputs, {len(chosen)} kept, {sum(map(len, chosen))} bytes", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
