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
from pathlib import Path

from cornu.saving.archive import read_archive
from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.safetensors import SafetensorsReader
from cornu.saving.window import Window

WATCHED = ("import", "exec", "compile", "pickle.", "marshal.", "subprocess.", "socket.", "os.")
HARMLESS = ("os.scandir", "os.listdir")


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
    events: list[str] = []
    current = [""]

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            inside = os.fspath(args[0]).startswith(current[0]) if isinstance(args[0], str) else False
            if current[0] and not inside and not isinstance(args[0], int):
                events.append(f"open {args[0]!r}")
        elif current[0] and event.startswith(WATCHED) and event not in HARMLESS:
            events.append(f"{event} {args!r:.80}")

    sys.addaudithook(hook)
    tracemalloc.start()
    for path in paths:
        outcome, message = "read", ""
        events.clear()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        start = time.perf_counter()
        current[0] = str(Path(path))
        try:
            read_all(path)
        except UnsafeFileError as error:
            outcome, message = "UnsafeFileError", str(error)
        except FileFormatError as error:
            outcome, message = "FileFormatError", str(error)
        except Exception as error:
            outcome, message = type(error).__name__, repr(error)
        current[0] = ""
        seconds = time.perf_counter() - start
        memory = tracemalloc.get_traced_memory()[1] - before
        result = {"outcome": outcome, "message": message, "seconds": seconds, "memory": memory}
        print(json.dumps({**result, "events": list(events)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
