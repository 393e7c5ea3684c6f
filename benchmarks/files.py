"""Loading large files against reading their bytes: ``python -m benchmarks.files [--gib 1] [--rounds 3] [--folder DIR]``.

A model of so many GiB of weights is saved in each form. Then, in processes of their own and by turns, so that what else
the machine does falls on all: the file's bytes read into one array (the floor; for ``load_weights``, whose model has
weights already, "beside" as much memory in use, which to "replace" is to give back), ``load_model`` and ``load_weights`` of each form, and Keras's where it
is installed. Files are warm in the page cache, and so is memory: what a virtual machine has not used for some seconds
can cost 20 times what reading into it does, in any of the runs, so another process uses as much right before. Peak
memory is what a process had more at its highest than before it loaded (for ``load_weights`` before the model was built,
so with the weights that it replaces).
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


def warm_memory(size: int) -> None:
    """Let another process use so many bytes and give them back: the kernel gives out first what came last."""
    subprocess.run([sys.executable, "-c", f"import numpy; numpy.ones({size}, 'u1')"], check=True)


def one(what: str, path: str, layers: int) -> dict[str, float]:
    """One loading in this process: seconds and bytes."""
    library, _, action = what.partition(" ")
    if library == "bytes":
        import numpy as np

        size = os.path.getsize(path)
        # As XLA takes memory: by malloc, in small pages, which cost 0.08 s per GiB to give back.
        old = [] if action == "read" else [bytearray(b"1") * (64 << 20) for _ in range(size // (64 << 20))]
        warm_memory(size + (256 << 20))
        before, start = peak(), time.perf_counter()
        array = np.empty(size, np.uint8)
        with open(path, "rb", buffering=0) as file:
            view = memoryview(array)
            at = 0
            while at < len(view):
                at += file.readinto(view[at : at + (64 << 20)]) or 1
        if action == "replace":
            old.clear()
        return {"seconds": time.perf_counter() - start, "peak": peak() - before}
    if library == "keras":
        os.environ["KERAS_BACKEND"] = "jax"
        import keras as used
    else:
        import cornu as used  # type: ignore[no-redef]
    make(used, 1)  # imports and JAX's start are no part of it
    before = peak()
    if action == "load_model":
        warm_memory(os.path.getsize(path) + (256 << 20))
        start = time.perf_counter()
        model = used.models.load_model(path, compile=False)
    else:
        model = make(used, layers)
        for weight in model.weights:  # type: ignore[attr-defined]  # Keras or Cornu
            weight.value.block_until_ready()  # drawing first values is no part of loading others
        warm_memory(os.path.getsize(path) + (256 << 20))
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
            for action in (("read", "beside", "replace") if library == "bytes" else ("load_model", "load_weights"))
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
        floors = ("beside", "replace") if what.endswith("load_weights") else ("read",)
        pairs = [(seconds[0] / min(run["seconds"] for run in found[f"bytes {f}", form]), f) for f in floors]
        middle = statistics.median(seconds)
        memory = max(run["peak"] for run in runs) / size
        spread = f"({seconds[0]:.3f}-{seconds[-1]:.3f})"
        against = "" if what.startswith("bytes") else ", ".join(f"{r:.2f}x of {f}" for r, f in pairs)
        print(f"{form:18} {what:18} {middle:7.3f} s {spread:17} peak {memory:4.2f}x  {against}")


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
