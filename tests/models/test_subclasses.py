"""Models by subclassing, with a graph and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.saving import UnknownClassError

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


@keras.saving.register_keras_serializable("tests")
class Encoder(keras.Model):
    """No graph; its arguments are plain data, so it needs no ``get_config``."""

    def __init__(self, units: int, depth: int = 2, **kwargs: Any):
        super().__init__(**kwargs)
        self.stages = [layers.Dense(units, activation="tanh") for _ in range(depth)]
        self.head = {"mean": layers.Dense(1), "more": [layers.Dense(2)]}

    def call(self, x: Any) -> Any:
        for stage in self.stages:
            x = stage(x)
        return self.head["mean"](x), self.head["more"][0](x)


@keras.saving.register_keras_serializable("tests")
class WithGraph(keras.Model):
    """Made from inputs and outputs, with a method more."""

    def doubled(self, x: Any) -> Any:
        return 2 * self(x)


@keras.saving.register_keras_serializable("tests")
class MakesGraph(keras.Model):
    """Makes its own graph from a number."""

    def __init__(self, units: int, **kwargs: Any):
        x = keras.Input((4,))
        super().__init__(inputs=x, outputs=layers.Dense(units)(x), **kwargs)
        self.units = units

    def get_config(self) -> dict[str, Any]:
        return {"units": self.units, "name": self.name}


def saved(model: Any, folder: Path) -> Any:
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def test_without_graph(tmp_path: Path) -> None:
    model = Encoder(3)
    expected = model(X)
    again = saved(model, tmp_path)
    assert type(again) is Encoder and len(again.weights) == 8
    for one, other in zip(expected, again(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_graph_in_a_graph(tmp_path: Path) -> None:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Add()([layers.Dense(2)(x), Encoder(3)(x)[1]]))
    np.testing.assert_array_equal(saved(model, tmp_path)(X), model(X))


def test_with_graph(tmp_path: Path) -> None:
    x = keras.Input((4,))
    model = WithGraph(x, layers.Dense(2)(x), name="mine")
    assert (type(model), model.name) == (WithGraph, "mine")
    again = saved(model, tmp_path)
    assert type(again) is WithGraph
    np.testing.assert_array_equal(again.doubled(X), 2 * model(X))
    clone = keras.models.clone_model(model)
    assert type(clone) is WithGraph and clone.name == "mine"


def test_makes_its_graph(tmp_path: Path) -> None:
    model = MakesGraph(2, name="maker")
    again = saved(model, tmp_path)
    assert type(again) is MakesGraph and again.units == 2
    np.testing.assert_array_equal(again(X), model(X))


def test_trained_model_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    model = Encoder(3)
    model.compile("adam", ["mse", "mse"])
    y = [X[:, :1], X[:, :2]]
    model.train_on_batch(X, y)
    again = saved(model, tmp_path)
    assert int(again.optimizer.iterations) == 1
    for _ in range(2):
        model.train_on_batch(X, y)
        again.train_on_batch(X, y)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_class_that_is_not_registered(tmp_path: Path) -> None:
    class Stranger(layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    x = keras.Input((4,))
    path = tmp_path / "m.keras"
    keras.Model(x, Stranger(name="odd")(x)).save(path)
    with pytest.raises(UnknownClassError) as error:
        keras.models.load_model(path)
    assert str(error.value) == (
        "Loading layer 'odd' needs its class 'Stranger'; got no class registered under that name. "
        "Put `@cornu.saving.register_keras_serializable()` above `class Stranger` and import it first, "
        "or pass custom_objects={'Stranger': Stranger}."
    )
    assert keras.models.load_model(path, custom_objects={"Stranger": Stranger})(X).shape == (2, 4)


def test_errors_of_a_class_of_ones_own_stay_as_they_are(tmp_path: Path) -> None:
    class Picky(layers.Layer):
        def __init__(self, size: int = 3, **kwargs: Any):
            super().__init__(**kwargs)
            if kwargs.get("name") == "again":
                raise LookupError("my own words")

        def call(self, x: Any) -> Any:
            return x

    x = keras.Input((4,))
    config = keras.Model(x, Picky(name="first")(x)).get_config()
    config["layers"][1]["config"]["name"] = "again"
    with pytest.raises(LookupError) as error:
        keras.Model.from_config(config, {"Picky": Picky})
    assert error.value.args == ("my own words",)


@keras.saving.register_keras_serializable("tests")
class Counting(Encoder):
    """Has a weight of its own before the layers inside have theirs."""

    def __init__(self, units: int, **kwargs: Any):
        super().__init__(units, **kwargs)
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")


def test_a_weight_from_the_constructor_does_not_pass_for_a_built_model(tmp_path: Path) -> None:
    model = Counting(3)
    model(X)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert len(loaded.weights) == 9
    for one, other in zip(loaded(X), model(X), strict=True):
        np.testing.assert_array_equal(one, other)
