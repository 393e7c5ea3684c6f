"""The models that are timed, written once for Keras-like libraries, with data, batch size and optimizer.

``build(keras)`` takes the library (``cornu`` or ``keras``); weights are copied across in the library's order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Workload:
    """One model with its data.

    Attributes:
        title: for the table.
        batch: rows per step.
        rows: rows per epoch.
        build: ``build(keras)`` makes the model, uncompiled.
        data: ``data(rng, rows)`` makes ``(x, y)`` as lists of arrays.
        optimizer: "rmsprop" or "adam", rate 1e-3.
        losses: one name for each output: "sparse", "onehot", "binary" (from logits) or "mse".
        loss_weights: factors, or None.
    """

    title: str
    batch: int
    rows: int
    build: Callable[[Any], Any]
    data: Callable[[np.random.Generator, int], tuple[list[np.ndarray], list[np.ndarray]]]
    optimizer: str
    losses: tuple[str, ...]
    loss_weights: tuple[float, ...] | None = None


def _mlp(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10)(x))


def _mlp_data(rng: np.random.Generator, rows: int) -> Any:
    x = rng.random((rows, 784), dtype=np.float32)
    return [x], [rng.integers(10, size=rows).astype(np.int32)]


def _autoencoder(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Reshape((4, 4, 1))(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    return keras.Model(inputs, layers.Conv2DTranspose(1, 3, activation="relu")(x))


def _image_data(rng: np.random.Generator, rows: int) -> Any:
    x = rng.random((rows, 28, 28, 1), dtype=np.float32)
    return [x], [x]


def _resnet(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    block = layers.MaxPooling2D(3)(x)
    for _ in range(2):
        x = layers.Conv2D(64, 3, activation="relu", padding="same")(block)
        x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
        block = layers.add([x, block])
    x = layers.Conv2D(64, 3, activation="relu")(block)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(10)(x))


def _resnet_data(rng: np.random.Generator, rows: int) -> Any:
    x = rng.random((rows, 32, 32, 3), dtype=np.float32)
    return [x], [np.eye(10, dtype=np.float32)[rng.integers(10, size=rows)]]


def _tickets(keras: Any) -> Any:
    layers = keras.layers
    title, body, tags = keras.Input((10,)), keras.Input((100,)), keras.Input((12,))
    a = layers.LSTM(128)(layers.Embedding(10000, 64)(title))
    b = layers.LSTM(32)(layers.Embedding(10000, 64)(body))
    x = layers.concatenate([a, b, tags])
    return keras.Model(
        [title, body, tags], [layers.Dense(1, name="priority")(x), layers.Dense(4, name="department")(x)]
    )


def _ticket_data(rng: np.random.Generator, rows: int) -> Any:
    x = [
        rng.integers(10000, size=(rows, 10)).astype(np.float32),
        rng.integers(10000, size=(rows, 100)).astype(np.float32),
        rng.integers(2, size=(rows, 12)).astype(np.float32),
    ]
    return x, [rng.random((rows, 1), dtype=np.float32), rng.integers(2, size=(rows, 4)).astype(np.float32)]


WORKLOADS = {
    "W1": Workload("MNIST MLP", 64, 64 * 600, _mlp, _mlp_data, "rmsprop", ("sparse",)),
    "W2": Workload("autoencoder", 128, 128 * 12, _autoencoder, _image_data, "adam", ("mse",)),
    "W3": Workload("toy ResNet", 64, 64 * 12, _resnet, _resnet_data, "rmsprop", ("onehot",)),
    "W4": Workload("tickets, LSTM", 32, 32 * 60, _tickets, _ticket_data, "rmsprop", ("binary", "onehot"), (1.0, 0.2)),
}


def initial_weights(keras_model: Any, seed: int = 5) -> list[np.ndarray]:
    """Weights that depend on shapes and the seed alone: uniform, scaled by the fan-in; zeros for vectors."""
    rng = np.random.default_rng(seed)
    found = []
    for weight in keras_model.get_weights():
        if weight.ndim < 2:
            found.append(np.zeros(weight.shape, np.float32))
            continue
        limit = np.sqrt(3.0 / np.prod(weight.shape[:-1]))
        found.append(rng.uniform(-limit, limit, weight.shape).astype(np.float32))
    return found
