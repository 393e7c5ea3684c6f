"""Seconds and memory for 256 MiB of weights: our reader and writer, h5py, and the file read raw.

Run by hand from the repository's root: ``python benchmarks/suite/weights_io.py``. Each line is a
fresh process, the best of three; the file is in the page cache, so that only our own cost shows.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core.files import atomic_file
from cornu.saving.archive import read_archive, write_archive
from cornu.saving.safetensors import SafetensorsReader, SafetensorsWriter
from cornu.saving.weights import read_all
from cornu.saving.window import Window

COUNT, SIDE = 64, 1024  # 64 arrays of 4 MiB


def arrays() -> list[np.ndarray]:
    one = np.random.default_rng(0).standard_normal((SIDE, SIDE)).astype("float32")
    return [one + index for index in range(COUNT)]


def write_all(writer: Any, values: list[np.ndarray]) -> None:
    for index, value in enumerate(values):
        writer.write(f"layers/dense_{index}/vars", [value], name=f"dense_{index}")


def write_raw(values: list[np.ndarray]) -> None:
    with atomic_file("raw") as file:
        for value in values:
            file.write(value.data)


def write_keras(values: list[np.ndarray]) -> None:
    write_archive("model.keras", {}, {}, lambda writer: write_all(writer, values))


def write_safetensors(values: list[np.ndarray]) -> None:
    with atomic_file("model.safetensors") as file:
        writer = SafetensorsWriter(file)
        write_all(writer, values)
        writer.close()


def read_raw(_: object) -> Any:
    data = np.empty(os.path.getsize("raw"), np.uint8)
    with open("raw", "rb", buffering=0) as file:
        file.readinto(data.data)
    return data


def read_keras(_: object) -> Any:
    with read_archive("model.keras") as archive:
        return read_all(archive.weights)


def read_keras_apart(_: object) -> Any:
    with read_archive("model.keras") as archive:
        return [item.read() for group in archive.weights.values() for item in group.values()]


def read_safetensors(_: object) -> Any:
    with SafetensorsReader(Window.of_path("model.safetensors")) as reader:
        return read_all(reader)


def read_h5py(_: object) -> Any:
    import h5py

    with zipfile.ZipFile("model.keras") as archive:
        file = h5py.File(archive.open("model.weights.h5"))
        return [file[f"layers/dense_{index}/vars/0"][()] for index in range(COUNT)]


TASKS: list[Callable[[Any], Any]] = [
    *(write_raw, write_keras, write_safetensors),
    *(read_raw, read_keras, read_keras_apart, read_safetensors, read_h5py),
]


def measure(name: str) -> None:
    """One task: its seconds, and how much the peak of resident memory grew."""
    task = next(task for task in TASKS if task.__name__ == name)
    values = arrays() if name.startswith("write") else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    kept = task(values)
    seconds = time.perf_counter() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(seconds, grown / 1024)
    del kept


def main() -> None:
    script = os.path.abspath(__file__)
    with tempfile.TemporaryDirectory() as folder:
        for task in TASKS:
            runs = [
                subprocess.run(
                    [sys.executable, script, task.__name__],
                    capture_output=True,
                    text=True,
                    check=True,
                    cwd=folder,
                ).stdout.split()
                for _ in range(3)
            ]
            seconds, memory = min((float(a), float(b)) for a, b in runs)
            print(f"{task.__name__:18} {seconds:6.3f} s   {memory:5.0f} MiB added")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
