"""Chains of layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def copies(model: Any, folder: Path) -> list[Any]:
    """The model by way of a config and of a file, with its weights."""
    model.save(folder / "model.keras")
    configured = keras.Sequential.from_config(model.get_config())
    configured.set_weights(model.get_weights())
    return [configured, keras.models.load_model(folder / "model.keras")]


BUILT: dict[str, Any] = {
    "input": lambda: keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)]),
    "input_shape": lambda: keras.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(2)]),
    "input_layer": lambda: keras.Sequential([layers.InputLayer((4,)), layers.Dense(2)]),
    "nested": lambda: keras.Sequential(
        [keras.Sequential([keras.Input((4,)), layers.Dense(3)]), keras.Sequential([layers.Dense(2)])]
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_built_at_once(name: str, tmp_path: Path) -> None:
    model = BUILT[name]()
    assert model.built and model.output_shape == (None, 2)
    assert not any(isinstance(layer, layers.InputLayer) for layer in model.layers)
    for copy in copies(model, tmp_path):
        assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
        np.testing.assert_array_equal(copy(X), model(X))


def test_built_by_data_or_build() -> None:
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    assert not model.built and model.weights == []
    model(X)
    assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
    other = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    other.build((None, 4))
    assert [w.shape for w in other.weights] == [(4, 3), (3,), (3, 2), (2,)]
    assert other.input_shape == (None, 4)


def test_config_of_an_unbuilt_chain() -> None:
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)], name="chain")
    again = keras.Sequential.from_config(model.get_config())
    assert not again.built and again.name == "chain"
    assert again(X).shape == (2, 2)


def test_add_and_pop() -> None:
    model = keras.Sequential(name="chain")
    model.add(keras.Input((4,)))
    model.add(layers.Dense(3, name="a"))
    model.add(layers.Dense(2, name="b"))
    assert model.output_shape == (None, 2)
    first = model.get_layer("a").kernel
    assert model.pop().name == "b"
    assert model.output_shape == (None, 3)
    model.add(layers.Dense(5, name="c"))
    assert model(X).shape == (2, 5)
    assert model.get_layer("a").kernel is first


def test_as_a_layer_of_a_graph(tmp_path: Path) -> None:
    chain = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    x = keras.Input((4,))
    model = keras.Model(x, [chain(x), layers.Dense(1)(chain(x))])
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    for one, other in zip(again(X), model(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_its_layers_in_another_model() -> None:
    chain = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2)])
    features = keras.Model(chain.inputs, chain.get_layer("a").output)
    np.testing.assert_allclose(features(X), chain.get_layer("a")(X), rtol=1e-6)


def test_two_layers_of_one_name() -> None:
    with pytest.raises(ValueError) as error:
        keras.Sequential([layers.Dense(1, name="d"), layers.Dense(2, name="d")], name="chain")
    assert str(error.value) == (
        "Model 'chain' needs different names for its layers; got 'd' for two of them. Give one of them another name=."
    )


def test_a_number_is_no_layer() -> None:
    with pytest.raises(TypeError) as error:
        keras.Sequential([3], name="chain")
    assert str(error.value) == "Model 'chain' needs layers; got 3. Pass Layer objects: Dense(3), not Dense or 3."
