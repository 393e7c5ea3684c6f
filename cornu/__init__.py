"""Cornu: the functional deep-learning API, compiled whole by XLA through JAX.

import cornu as keras
from cornu import layers

x = keras.Input((784,))
y = layers.Dense(10)(layers.Dense(64, activation="relu")(x))
model = keras.Model(x, y)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
"""

from cornu.core import collector as _collector

with _collector.paused():
    from cornu import (
        activations,
        callbacks,
        config,
        constraints,
        datasets,
        dtype_policies,
        initializers,
        layers,
        losses,
        metrics,
        models,
        ops,
        optimizers,
        quantizers,
        random,
        regularizers,
        saving,
        train,
        utils,
    )
    from cornu.core.dtypes import DTypePolicy
    from cornu.core.graph import Operation
    from cornu.core.pure import pure
    from cornu.core.remat import RematScope, remat
    from cornu.core.spec import KerasTensor
    from cornu.core.variable import Variable
    from cornu.initializers import Initializer
    from cornu.layers import Input, InputSpec, Layer
    from cornu.losses import Loss
    from cornu.metrics import Metric
    from cornu.models import Functional, Model, Sequential
    from cornu.optimizers import Optimizer
    from cornu.regularizers import Regularizer

__version__ = "0.1.0"

__all__ = [
    "DTypePolicy",
    "Functional",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Operation",
    "Optimizer",
    "Regularizer",
    "RematScope",
    "Sequential",
    "Variable",
    "activations",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "dtype_policies",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "pure",
    "quantizers",
    "random",
    "regularizers",
    "remat",
    "saving",
    "train",
    "utils",
    "version",
]


def version() -> str:
    """The library's version."""
    return __version__
