"""Does damaged HDF5 take the process with it? The measurement behind docs/decisions/002-hdf5-safety.md.

Run by hand, from the repository's root::

    python tests/hostile/hdf5_library_fuzz.py h5py 3000
    python tests/hostile/hdf5_library_fuzz.py cornu 3000

Small files that the HDF5 library wrote are damaged, a few bytes at a time and always in their
structure, and read whole by a child process under a limit of memory and time. A child that dies is
counted by how it died and replaced.
"""

from __future__ import annotations

import collections
import io
import random
import resource
import signal
import subprocess
import sys

import h5py
import numpy as np

from cornu.saving.errors import FileFormatError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.window import Window

SECONDS, MEMORY = 3, 4 << 30


def samples() -> list[bytes]:
    """A Keras layout, one with chunks and filters, and the newest form of everything."""
    results = []
    for libver, options in [("earliest", {}), ("earliest", {"chunks": (2, 2)}), ("latest", {})]:
        file = io.BytesIO()
        with h5py.File(file, "w", libver=libver) as out:
            for layer in ("dense", "dense_1"):
                group = out.create_group(f"layers/{layer}/vars")
                group.attrs["name"] = layer
                more = {"compression": "gzip", "shuffle": True, "fletcher32": True} if options else {}
                group.create_dataset("0", data=np.ones((3, 4), "f4"), **options, **more)
                group.create_dataset("1", data=np.ones(4, "f4"))
            out.attrs["texts"] = ["a", "b"]
        results.append(file.getvalue())
    return results


def damage(data: bytes, seed: int) -> bytes:
    """Change 1 to 4 bytes among those that are structure or close to it."""
    draw = random.Random(seed)
    result = bytearray(data)
    places = [at for at in range(len(data)) if any(data[max(at - 8, 0) : at + 8])]
    for _ in range(draw.randint(1, 4)):
        at = draw.choice(places)
        result[at] = draw.choice([draw.randrange(256), 0, 255, result[at] ^ 1 << draw.randrange(8)])
    return bytes(result)


def read_by_h5py(data: bytes) -> None:
    with h5py.File(io.BytesIO(data), "r") as file:
        dict(file.attrs)
        file.visititems(lambda _, o: (dict(o.attrs), o[()] if isinstance(o, h5py.Dataset) else 0))


def read_by_cornu(data: bytes) -> None:
    reader = HDF5Reader(Window.of_bytes(data))
    reader.attributes("")
    for path, arrays in reader.items():
        reader.attributes(path)
        for array in arrays.values():
            array.read()


def child(which: str, first: int, last: int) -> None:
    """Read damaged files; say the number of each before it, and its outcome after it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    read, expected = {
        "h5py": (read_by_h5py, (OSError, RuntimeError, ValueError, KeyError, TypeError)),
        "cornu": (read_by_cornu, (FileFormatError,)),
    }[which]
    whole = samples()
    for seed in range(first, last):
        print(seed, end=" ", flush=True)
        signal.alarm(SECONDS)
        try:
            read(damage(whole[seed % len(whole)], seed))
            print("read")
        except expected:
            print("refused")
        except Exception as error:
            print("other:" + type(error).__name__)
        signal.alarm(0)


def main(which: str, tries: int) -> None:
    outcomes: collections.Counter[str] = collections.Counter()
    examples: dict[str, int] = {}
    seed = 0
    while seed < tries:
        run = subprocess.run([sys.executable, __file__, which, str(seed), str(tries)], capture_output=True, text=True)
        lines = run.stdout.split("\n")
        for line in lines[:-1]:
            outcomes[line.split()[1]] += 1
        seed += len(lines) - 1
        if run.returncode:
            death = "died:" + signal.Signals(-run.returncode).name if run.returncode < 0 else "exit"
            outcomes[death] += 1
            examples.setdefault(death, seed)
            seed += 1
    print(which, tries, dict(outcomes), "first of each death:", examples)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(sys.argv[1], int(sys.argv[2]))
