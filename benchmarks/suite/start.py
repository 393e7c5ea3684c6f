"""What a fresh process costs until it trains: seconds to import, seconds to the first step, peak memory."""

from __future__ import annotations

import importlib
import os
import resource
import time
from pathlib import Path
from typing import Any

from benchmarks.suite.workloads import Workload


def measure(work: Workload, contender: Any, path: Path) -> dict[str, Any]:
    """Seconds from before the product's import; memory after an epoch, in MiB."""
    engine = contender.options.get("engine")
    product = {"jax_loops": "jax", "torch_loops": "torch"}.get(
        contender.module, "cornu" if engine == "cornu" else "keras"
    )
    if product == "keras":
        os.environ["KERAS_BACKEND"] = engine
    started = time.perf_counter()
    importlib.import_module(product)
    if product == "jax":
        importlib.import_module("jax.numpy")
    imported = time.perf_counter() - started
    module = contender.engine()
    train = module.starter(work, *_weights(product, path), **contender.options)
    train(1)
    first = time.perf_counter() - started
    train(work.steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"import s": [imported], "first step s": [first], "peak MiB": [peak]}
    return {"figures": figures, "versions": module.versions(**contender.options)}


def _weights(product: str, path: Path) -> tuple[Any, ...]:
    """Cornu and Keras draw their own; the models by hand need shapes, or weights."""
    if product in ("cornu", "keras"):
        return ()
    from benchmarks.suite import case

    shared = case.read(path)
    if product == "torch":
        return (shared,)
    return ({name: [w.shape for w in weights] for name, weights in shared.weights.items()},)
