"""Loading large files against reading their bytes: ``python -m benchmarks.files [--gib 1] [--rounds 3] [--folder DIR]``.

A model of so many GiB of weights is saved in each form. Then, in processes of their own and by turns, so that what else
the machine does falls on all: the file's bytes read into one array (the floor; for ``load_weights``, whose model has
weights already, beside as much memory in use), ``load_model`` and ``load_weights`` of each form, and Keras's where it
is installed. Files are warm in the page cache. Memory that a virtual machine has not used yet can cost 20 times what
reading into it does, in any of the runs: so the fastest are compared. Peak memory is what a process had more at its
highest than before it loaded (for ``load_weights`` before the model was built, so with the weights that it replaces).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNITS = 4096  # 64 MiB for each Dense layer
FORMS = ("model.keras", "model.weights.h5", "model.safetensors")


def make(library: object, layers: int) -> object:
    """A chain of Dense layers without a dispatch of its own: its weights are what counts."""
    chain = [library.layers.Dense(UNITS, use_bias=False, name=f"dense_{i}") for i in range(layers)]  # type: ignore[attr-defined]  # Keras or Cornu
    return library.Sequential([library.Input((UNITS,)), *chain])  # type: ignore[attr-defined]  # Keras or Cornu


def peak() -> int:
    """Highest resident memory so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def one(what: str, path: str, layers: int) -> dict[str, float]:
    """One loading in this process: seconds and bytes."""
    library, _, action = what.partition(" ")
    if library == "bytes":
        import numpy as np

        weights = np.ones(os.path.getsize(path) if action == "beside" else 0, np.uint8)
        before, start = peak(), time.perf_counter()
        array = np.empty(os.path.getsize(path), np.uint8)
        with open(path, "rb", buffering=0) as file:
            view = memoryview(array)
            at = 0
            while at < len(view):
                at += file.readinto(view[at : at + (64 << 20)]) or 1
        return {"seconds": time.perf_counter() - start, "peak": peak() - before, "beside": float(weights.size)}
    if library == "keras":
        os.environ["KERAS_BACKEND"] = "jax"
        import keras as used
    else:
        import cornu as used  # type: ignore[no-redef]
    make(used, 1)  # imports and JAX's start are no part of it
    before = peak()
    if action == "load_model":
        start = time.perf_counter()
        model = used.models.load_model(path, compile=False)
    else:
        model = make(used, layers)
        for weight in model.weights:  # type: ignore[attr-defined]  # Keras or Cornu
            weight.value.block_until_ready()  # drawing first values is no part of loading others
        start = time.perf_counter()
        model.load_weights(path)  # type: ignore[attr-defined]  # Keras or Cornu
    for weight in model.weights:  # type: ignore[attr-defined]  # Keras or Cornu
        weight.value.block_until_ready()
    return {"seconds": time.perf_counter() - start, "peak": peak() - before}


def fresh(what: str, path: Path, layers: int) -> dict[str, float]:
    """``one`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.files", "--one", what, str(path), str(layers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gib", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", default=None)
    parser.add_argument("--keras", action="store_true", help="Keras on JAX beside it")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        what, path, count = given.one
        print(json.dumps(one(what, path, int(count))))
        return
    layers = max(round(given.gib * (1 << 30) / (4 * UNITS**2)), 1)
    size = layers * 4 * UNITS**2
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        subprocess.run([sys.executable, "-c", SAVE.format(layers=layers, folder=folder)], check=True)
        tries = [
            (f"{library} {action}", form)
            for form in FORMS
            for library in ("bytes", "cornu", *(["keras"] if given.keras and not form.endswith("tensors") else []))
            for action in (("read", "beside") if library == "bytes" else ("load_model", "load_weights"))
            if action != "load_model" or form.endswith(".keras")
        ]
        found: dict[tuple[str, str], list[dict[str, float]]] = {t: [] for t in tries}
        for _ in range(given.rounds):
            for what, form in tries:
                found[what, form].append(fresh(what, Path(folder, form), layers))
    print(
        f"{size / 2**30:.2f} GiB of weights, {given.rounds} rounds, medians (fastest-slowest), fastest against fastest"
    )
    for (what, form), runs in found.items():
        seconds = sorted(run["seconds"] for run in runs)
        beside = what.endswith(("beside", "load_weights"))
        floor = min(run["seconds"] for run in found["bytes beside" if beside else "bytes read", form])
        middle = statistics.median(seconds)
        memory = max(run["peak"] for run in runs) / size
        spread = f"({seconds[0]:.3f}-{seconds[-1]:.3f})"
        print(
            f"{form:18} {what:18} {middle:7.3f} s {spread:17} {seconds[0] / floor:5.2f}x of the bytes  peak {memory:4.2f}x"
        )


SAVE = """
import cornu
from benchmarks.files import make
model = make(cornu, {layers})
model.save("{folder}/model.keras")
model.save_weights("{folder}/model.weights.h5")
model.save_weights("{folder}/model.safetensors")
"""

if __name__ == "__main__":
    main()
