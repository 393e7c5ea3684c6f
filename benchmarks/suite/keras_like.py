"""Cornu and Keras, whose programs are the same: ``fit``, ``predict``, one sample, and the first steps."""

from __future__ import annotations

import importlib
import itertools
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.suite import clock, data
from benchmarks.suite.case import Case, give
from benchmarks.suite.models import MODELS
from benchmarks.suite.workloads import Workload

_LOSSES = {
    "sparse": lambda losses: losses.SparseCategoricalCrossentropy(from_logits=True),
    "onehot": lambda losses: losses.CategoricalCrossentropy(from_logits=True),
    "binary": lambda losses: losses.BinaryCrossentropy(from_logits=True),
    "mse": lambda losses: losses.MeanSquaredError(),
}


def library(engine: str) -> Any:
    """``cornu``, or ``keras`` on an engine."""
    if engine == "cornu":
        return importlib.import_module("cornu")
    os.environ["KERAS_BACKEND"] = engine
    return importlib.import_module("keras")


def versions(engine: str) -> str:
    """For the table."""
    found = library(engine)
    if engine == "cornu":
        return f"cornu {found.__version__}"
    return f"keras {found.__version__}, {engine} {importlib.import_module(engine).__version__}"


def compiled_model(keras: Any, work: Workload, **options: Any) -> Any:
    """The workload's model; options of ``compile``."""
    if work.half:
        keras.config.set_dtype_policy("mixed_bfloat16")
    model = MODELS[work.family](keras, **work.sizes)
    optimizer = keras.optimizers.RMSprop(1e-3) if work.optimizer == "rmsprop" else keras.optimizers.Adam(1e-3)
    losses = [_LOSSES[name](keras.losses) for name in work.losses]
    factors = list(work.loss_weights) if work.loss_weights else None
    model.compile(optimizer, _alone(losses), loss_weights=factors, **options)
    return model


def first_loss(model: Any, work: Workload) -> float:
    """Of the first batch, before training."""
    x, y = data.make(work, work.batch)
    result = model.evaluate(_alone(x), _alone(y), batch_size=work.batch, verbose=0)
    return float(result[0] if isinstance(result, list) else result)


class Run:
    """One contender in its process."""

    def __init__(self, work: Workload, case: Case, engine: str, way: str = "predict", **options: Any):
        self.work, self.way, self.keras = work, way, library(engine)
        self.model = compiled_model(self.keras, work, **options)
        give(self.model, case.weights)

    def loss(self) -> float:
        return first_loss(self.model, self.work)

    def measure(self, seconds: float) -> dict[str, list[float]]:
        if self.work.kind == "fit":
            return {"rows/s": self._fit(seconds)}
        x = _alone(data.make(self.work)[0])
        if self.work.kind == "latency":
            return {"ms": clock.milliseconds(self._call(x), seconds)}
        call = lambda: self.model.predict(x, batch_size=self.work.batch, verbose=0)  # noqa: E731
        return {"rows/s": clock.rates(call, self.work.rows, seconds)}

    def _call(self, x: Any) -> Callable[[], Any]:
        """One sample to NumPy, in one of three ways."""
        if self.way == "predict":
            return lambda: self.model.predict(x, verbose=0)
        if self.way == "predict_on_batch":
            return lambda: self.model.predict_on_batch(x)
        return lambda: np.asarray(self.keras.ops.convert_to_numpy(self.model(x)))

    def _fit(self, seconds: float) -> list[float]:
        """Epochs of one ``fit``, as users train; a callback notes their ends. An epoch before it compiles.

        Its first two do not count: TensorFlow's second was up to 1.7 times slower than those that follow.
        """
        x, y = (_alone(part) for part in data.make(self.work))
        ends: list[float] = []
        note = self.keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))

        def fit(epochs: int, *callbacks: Any) -> float:
            started = time.perf_counter()
            self.model.fit(
                x, y, batch_size=self.work.batch, epochs=epochs, verbose=0, callbacks=list(callbacks)
            )  # fmt: skip
            return time.perf_counter() - started

        fit(1)
        fit(max(4, 2 + int(seconds / fit(1))), note)
        return [self.work.rows / (b - a) for a, b in itertools.pairwise(ends[1:])]


def starter(work: Workload, engine: str, **options: Any) -> Callable[[int], Any]:
    """A function that trains a number of steps."""
    model = compiled_model(library(engine), work, **options)
    x, y = (_alone(part) for part in data.make(work))

    def train(steps: int) -> Any:
        rows = slice(steps * work.batch)
        return model.fit(x[rows], y[rows], batch_size=work.batch, verbose=0)

    return train


def _alone(parts: list[Any]) -> Any:
    """A single input or output is given without a list."""
    return parts if len(parts) > 1 else parts[0]
