"""Each contender trains one workload in a process of its own and prints what it measured as one line of JSON.

``python -m benchmarks.suite.contenders W1 cornu`` runs one of them by hand.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.suite.workloads import WORKLOADS, Workload, initial_weights

# Seconds of training that are timed, after a first epoch that compiles.
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))


def timed_epochs(epoch: Callable[[], Any], rows: int) -> list[float]:
    """Rows per second of epochs, for about ``SECONDS`` and at least three epochs."""
    rates = []
    end = time.perf_counter() + SECONDS
    while len(rates) < 3 or time.perf_counter() < end:
        started = time.perf_counter()
        epoch()
        rates.append(rows / (time.perf_counter() - started))
    return rates


def keras_like(keras: Any, work: Workload, spe: int | None = None) -> dict[str, Any]:
    """``fit`` of Cornu or of Keras."""
    started = time.perf_counter()
    x, y = work.data(np.random.default_rng(0), work.rows)
    model = work.build(keras)
    model.set_weights(initial_weights(model))
    losses = {
        "sparse": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "onehot": lambda: keras.losses.CategoricalCrossentropy(from_logits=True),
        "binary": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
        "mse": lambda: keras.losses.MeanSquaredError(),
    }
    optimizer = keras.optimizers.RMSprop(1e-3) if work.optimizer == "rmsprop" else keras.optimizers.Adam(1e-3)
    loss = [losses[name]() for name in work.losses]
    options = {} if spe is None else {"steps_per_execution": spe}
    weights = list(work.loss_weights) if work.loss_weights else None
    model.compile(optimizer, loss if len(loss) > 1 else loss[0], loss_weights=weights, **options)
    few = slice(2 * work.batch)
    x_few, y_few = [a[few] for a in x], [a[few] for a in y]
    first = model.evaluate(
        x_few if len(x) > 1 else x_few[0], y_few if len(y) > 1 else y_few[0], batch_size=work.batch, verbose=0
    )
    x, y = (x if len(x) > 1 else x[0]), (y if len(y) > 1 else y[0])
    first_loss = first[0] if isinstance(first, list) else first
    before = time.perf_counter()
    model.fit(x, y, batch_size=work.batch, epochs=1, verbose=0)
    setup = time.perf_counter() - before
    # As users do it: epochs of one fit. Epoch ends are noted by a callback.
    ends = []
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    per_epoch = max(1e-4, _one(model, x, y, work))
    epochs = max(4, int(SECONDS / per_epoch))
    model.fit(x, y, batch_size=work.batch, epochs=epochs, verbose=0, callbacks=[note])
    rates = [work.rows / (b - a) for a, b in itertools.pairwise(ends)]
    return {
        "rates": rates,
        "first_fit_s": setup,
        "first_loss": float(first_loss),
        "total_s": time.perf_counter() - started,
    }


def _one(model: Any, x: Any, y: Any, work: Workload) -> float:
    started = time.perf_counter()
    model.fit(x, y, batch_size=work.batch, epochs=1, verbose=0)
    return time.perf_counter() - started


def cornu(work: Workload) -> dict[str, Any]:
    import jax

    import cornu as library

    return {**keras_like(library, work), "versions": f"cornu {library.__version__}, jax {jax.__version__}"}


def _keras(work: Workload, backend: str, spe: int | None) -> dict[str, Any]:
    os.environ["KERAS_BACKEND"] = backend
    import keras

    return {**keras_like(keras, work, spe), "versions": f"keras {keras.__version__} on {backend}"}


def jax_by_hand(work: Workload, scanned: bool) -> dict[str, Any]:
    """The best plain JAX that we can write for the workload, kernels as JAX has them."""
    import jax

    from benchmarks.suite import by_hand

    return {**by_hand.run_jax(work, scanned, timed_epochs), "versions": f"jax {jax.__version__}"}


def torch_by_hand(work: Workload, compiled: bool, channels_last: bool) -> dict[str, Any]:
    import torch

    from benchmarks.suite import by_hand_torch

    torch.set_num_threads(os.cpu_count() or 1)
    result = by_hand_torch.run(work, compiled, channels_last, timed_epochs)
    return {**result, "versions": f"torch {torch.__version__}"}


CONTENDERS: dict[str, Callable[[Workload], dict[str, Any]]] = {
    "cornu": cornu,
    "jax": lambda w: jax_by_hand(w, scanned=False),
    "jax-scanned": lambda w: jax_by_hand(w, scanned=True),
    "keras-jax": lambda w: _keras(w, "jax", None),
    "keras-jax-16": lambda w: _keras(w, "jax", 16),
    "keras-tensorflow": lambda w: _keras(w, "tensorflow", None),
    "keras-tensorflow-16": lambda w: _keras(w, "tensorflow", 16),
    "keras-torch": lambda w: _keras(w, "torch", None),
    "torch": lambda w: torch_by_hand(w, compiled=False, channels_last=False),
    "torch-channels-last": lambda w: torch_by_hand(w, compiled=False, channels_last=True),
    "torch-compile": lambda w: torch_by_hand(w, compiled=True, channels_last=False),
}


if __name__ == "__main__":
    print("\n" + json.dumps(CONTENDERS[sys.argv[2]](WORKLOADS[sys.argv[1]])))
