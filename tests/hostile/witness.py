"""Reads files in a process of its own and says what happened, one JSON line for each.

Everything that reading needs is imported first; from then on an audit hook notes imports,
processes, sockets, code that is compiled or run, pickles, and opened files other than the one read.
"""

from __future__ import annotations

import json
import os
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jax

import cornu
from cornu.saving.archive import read_archive
from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.safetensors import SafetensorsReader
from cornu.saving.window import Window

SECONDS, MEMORY = 1.0, 64 << 20
WATCHED = ("import", "exec", "compile", "pickle.", "marshal.", "subprocess.", "socket.", "os.")
HARMLESS = ("os.scandir", "os.listdir")


# For what it says in errors, JAX looks into the source of what it traced: its own and that of its callers.
SOURCES = tuple(f"{Path(file).parent}{os.sep}" for file in (jax.__file__, cornu.__file__, Path(__file__).parent))


def is_source(name: object) -> bool:
    """Whether a file is the program's own text."""
    return isinstance(name, str) and name.endswith(".py") and name.startswith(SOURCES)


class Events:
    """What Python's audit hook says while a file is read. The hook stays for the rest of the process."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._inside: str | None = None
        sys.addaudithook(self._note)

    @contextmanager
    def during(self, inside: str) -> Iterator[list[str]]:
        """The events in a ``with`` block, but for opening what lies under ``inside``."""
        self._seen = []
        self._inside = inside
        try:
            yield self._seen
        finally:
            self._inside = None

    def _note(self, event: str, args: tuple[object, ...]) -> None:
        if self._inside is None:
            return
        if event == "open":
            name = args[0]
            if (
                not isinstance(name, int)
                and not is_source(name)
                and not (isinstance(name, str) and name.startswith(self._inside))
            ):
                self._seen.append(f"open {name!r}")
        elif event.startswith(WATCHED) and event not in HARMLESS:
            self._seen.append(f"{event} {args!r:.80}")


def read_all(path: str) -> None:
    """Everything that a file offers, to the last array."""
    if path.endswith(".safetensors"):
        weights = SafetensorsReader(Window.of_path(path))
    else:
        archive = read_archive(path)
        list(archive.assets.values())
        weights = archive.weights
    for group, arrays in weights.items():
        weights.attributes(group)
        for array in arrays.values():
            array.read()
    weights.attributes("")


def main(paths: list[str]) -> None:
    watch = Events()
    tracemalloc.start()
    for path in paths:
        outcome, message = "read", ""
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        start = time.process_time()  # a crowded machine is not the file's fault; what hangs meets the caller's limit
        with watch.during(os.fspath(Path(path))) as events:
            try:
                read_all(path)
            except UnsafeFileError as error:
                outcome, message = "UnsafeFileError", str(error)
            except FileFormatError as error:
                outcome, message = "FileFormatError", str(error)
            except Exception as error:
                outcome, message = type(error).__name__, repr(error)
        seconds = time.process_time() - start
        memory = tracemalloc.get_traced_memory()[1] - before
        result = {"outcome": outcome, "message": message, "seconds": seconds, "memory": memory}
        print(json.dumps({**result, "events": events}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
