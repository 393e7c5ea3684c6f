"""Models written once for both libraries, with data on which to predict and to train."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """A compiled model, and data for it."""

    model: Any
    x: Any
    y: Any


CASES: dict[str, Callable[[Any], Case]] = {}


def case(build: Callable[[Any], Case]) -> Callable[[Any], Case]:
    """Enter a builder, ``library -> Case``, under its name."""
    CASES[build.__name__] = build
    return build


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


def onehot(rows: int, classes: int) -> np.ndarray:
    return np.eye(classes, dtype="float32")[np.arange(rows) % classes]


@case
def chain(keras: Any) -> Case:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError(), metrics=["mae"])
    return Case(model, numbers(8, 4), numbers(8, 2))


@case
def chain_of_chains(keras: Any) -> Case:
    inner = keras.Sequential([keras.layers.Dense(3), keras.layers.BatchNormalization()], name="inner")
    model = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    return Case(model, numbers(8, 4), numbers(8, 2))


@case
def two_outputs_by_name(keras: Any) -> Case:
    layers = keras.layers
    title, tags = keras.Input((5,), name="title"), keras.Input((3,), name="tags")
    x = layers.concatenate([layers.Dense(4)(title), tags])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(2, activation="softmax", name="department")(x)
    model = keras.Model([title, tags], {"priority": priority, "department": department})
    model.compile(
        keras.optimizers.RMSprop(1e-2),
        loss={"priority": keras.losses.BinaryCrossentropy(from_logits=True), "department": "categorical_crossentropy"},
        loss_weights={"priority": 1.0, "department": 0.2},
        metrics={"department": ["accuracy"]},
    )
    y = {"priority": onehot(8, 2)[:, :1], "department": onehot(8, 2)}
    return Case(model, {"title": numbers(8, 5), "tags": numbers(8, 3)}, y)


@case
def shared_layer(keras: Any) -> Case:
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    dense = keras.layers.Dense(3, kernel_regularizer="l2")
    model = keras.Model([a, b], keras.layers.Dot(1)([dense(a), dense(b)]))
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), "mse")
    return Case(model, [numbers(8, 6), numbers(8, 6) + 1], numbers(8, 1))


@case
def nested_twice_and_called_twice(keras: Any) -> Case:
    x = keras.Input((4,))
    inner = keras.Model(x, keras.layers.Dense(4, activation="tanh")(x), name="inner")
    y = keras.Input((4,))
    middle = keras.Model(y, keras.layers.Dense(3)(inner(inner(y))), name="middle")
    z = keras.Input((4,))
    # inner(z) here as well would be a file that Keras cannot read, its own neither.
    model = keras.Model(z, [middle(z), keras.layers.Dense(4)(z)])
    model.compile(keras.optimizers.AdamW(0.01, weight_decay=0.1), ["mse", "mae"], loss_weights=[1.0, 0.5])
    return Case(model, numbers(8, 4), [numbers(8, 3), numbers(8, 4)])


@case
def ends_in_a_nested_model(keras: Any) -> Case:
    x = keras.Input((4,))
    encoder = keras.Model(x, keras.layers.Dense(2)(x), name="encoder")
    y = keras.Input((2,))
    decoder = keras.Model(y, keras.layers.Dense(4)(y), name="decoder")
    z = keras.Input((4,))
    model = keras.Model(z, decoder(encoder(z)), name="autoencoder")
    model.compile("nadam", "mse")
    return Case(model, numbers(8, 4), numbers(8, 4))


@case
def functions(keras: Any) -> Case:
    ops = keras.ops
    x = keras.Input((3, 4))
    y = keras.layers.Dense(4)(x)
    y = (2.0 * y - x / 3.0) ** 2 + np.arange(4, dtype="float32")
    y = ops.concatenate([y[:, :2, 0], ops.sum(y, axis=1, keepdims=False)], axis=-1)
    y = ops.where(y > 1.0, y, -y) @ np.ones((6, 2), "float32")
    model = keras.Model(x, keras.layers.Dense(2)(ops.relu(y)))
    model.compile("adagrad", "mse")
    return Case(model, numbers(8, 3, 4), numbers(8, 2))


@case
def dicts(keras: Any) -> Case:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = keras.layers.Dense(3)
    model = keras.Model({"one": a, "other": b}, {"sum": shared(a) + shared(b), "first": shared(a)})
    model.compile(keras.optimizers.Lion(0.01), {"sum": "mse", "first": "mae"})
    return Case(
        model, {"one": numbers(8, 4), "other": numbers(8, 4) + 1}, {"sum": numbers(8, 3), "first": numbers(8, 3)}
    )


@case
def residual_with_norm(keras: Any) -> Case:
    layers = keras.layers
    x = keras.Input((4,))
    y = layers.BatchNormalization()(layers.Dense(4, use_bias=False)(x))
    model = keras.Model(x, layers.Dense(2)(layers.add([x, layers.LayerNormalization(axis=[-1])(y)])))
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)), "mse")
    return Case(model, numbers(8, 4), numbers(8, 2))


@case
def frozen(keras: Any) -> Case:
    first = keras.layers.Dense(3, name="first")
    model = keras.Sequential([keras.Input((4,)), first, keras.layers.BatchNormalization(), keras.layers.Dense(2)])
    first.trainable = False
    model.compile(keras.optimizers.Adam(0.01, use_ema=True, amsgrad=True), "mse", weighted_metrics=["mae"])
    return Case(model, numbers(8, 4), numbers(8, 2))


@case
def accumulated_gradients(keras: Any) -> Case:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.01, gradient_accumulation_steps=2, clipnorm=1.0), "mse")
    return Case(model, numbers(8, 4), numbers(8, 2))


@case
def other_dtypes(keras: Any) -> Case:
    x = keras.Input((4,))
    y = keras.layers.Dense(4, dtype="mixed_bfloat16")(x)
    model = keras.Model(x, keras.layers.Dense(2, dtype="float32")(y))
    model.compile("sgd", "mse")
    return Case(model, numbers(8, 4), numbers(8, 2))


OPTIMIZERS = ("Adadelta", "Adafactor", "Adamax", "Ftrl", "Lamb", "Muon", "Nadam", "Lion", "RMSprop")


def with_optimizer(name: str) -> Callable[[Any], Case]:
    def build(keras: Any) -> Case:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
        model.compile(getattr(keras.optimizers, name)(0.01), "mse")
        return Case(model, numbers(8, 4), numbers(8, 2))

    return build


CASES.update({f"optimizer_{name}": with_optimizer(name) for name in OPTIMIZERS})
