"""Copies: by config, by JSON, by clone_model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def model_with_inner() -> Any:
    x = keras.Input((4,), name="x")
    inner = keras.Model(x, layers.Dense(3, name="in")(x), name="inner")
    y = keras.Input((4,), name="y")
    return keras.Model(y, layers.Dense(2, name="out")(inner(y)), name="outer")


def test_clone_has_new_weights_and_the_same_names() -> None:
    model = model_with_inner()
    clone = keras.models.clone_model(model)
    assert [o.name for o in clone.operations] == [o.name for o in model.operations]
    assert clone.name == "outer" and not set(map(id, clone.weights)) & set(map(id, model.weights))
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(X), model(X))


def test_clone_function_gets_each_layer_once_and_inner_models_whole() -> None:
    seen: list[str] = []

    def copy(layer: Any) -> Any:
        seen.append(layer.name)
        config = layer.get_config()
        return type(layer).from_config(config)

    keras.models.clone_model(model_with_inner(), clone_function=copy)
    assert seen == ["inner", "out"]
    seen.clear()
    keras.models.clone_model(model_with_inner(), clone_function=copy, recursive=True)
    assert seen == ["in", "out"]


def test_clone_function_may_change_layers() -> None:
    def wider(layer: Any) -> Any:
        return layers.Dense(7, name=layer.name) if layer.name == "in" else type(layer).from_config(layer.get_config())

    clone = keras.models.clone_model(model_with_inner(), clone_function=wider, recursive=True)
    assert clone.get_layer("inner").output_shape == (None, 7)


def test_call_function() -> None:
    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        outputs = layer(*args, **kwargs)
        return outputs * 2.0 if layer.name == "out" else outputs

    model = model_with_inner()
    clone = keras.models.clone_model(model, call_function=call)
    clone.set_weights(model.get_weights())
    np.testing.assert_allclose(clone(X), 2 * model(X), rtol=1e-6)


def test_input_tensors() -> None:
    model = model_with_inner()
    x = keras.Input((4,), name="mine")
    clone = keras.models.clone_model(model, input_tensors=x)
    assert clone.inputs[0] is x
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(X), model(X))


def test_clone_of_a_chain() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2)], name="chain")
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(X), model(X))
    unbuilt = keras.models.clone_model(keras.Sequential([layers.Dense(3)]))
    assert not unbuilt.built


def test_shared_layers_stay_shared() -> None:
    a, b = keras.Input((4,)), keras.Input((4,))
    dense = layers.Dense(2)
    assert len(keras.models.clone_model(keras.Model([a, b], [dense(a), dense(b)])).weights) == 2


def test_clone_does_not_need_registration() -> None:
    class Mine(layers.Layer):
        def call(self, x: Any) -> Any:
            return x + 1.0

    x = keras.Input((4,))
    clone = keras.models.clone_model(keras.Model(x, Mine()(x)))
    np.testing.assert_array_equal(clone(X), X + 1)


def test_json() -> None:
    model = model_with_inner()
    text = model.to_json()
    again = keras.models.model_from_json(text)
    assert again.to_json() == text
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(X), model(X))


def test_registered_function_in_a_graph() -> None:
    from cornu.core.op import op

    @keras.saving.register_keras_serializable("tests")
    @op
    def halve(x: Any, by: float = 2.0) -> Any:
        return x / by

    x = keras.Input((4,))
    model = keras.Model(x, halve(halve(x), by=4.0))
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_allclose(again(X), X / 8, rtol=1e-6)


@pytest.mark.parametrize("value", [2.5, np.float32(2.5), np.full((1, 4), 2.5, "float32"), [1.0, 2.0, 3.0, 4.0]])
def test_constants_in_a_graph(value: Any) -> None:
    from cornu.core.op import op

    @keras.saving.register_keras_serializable("tests")
    @op
    def plus(x: Any, y: Any) -> Any:
        import jax.numpy as jnp

        return x + jnp.asarray(y)

    x = keras.Input((4,))
    model = keras.Model(x, plus(x, value))
    for copy in (keras.models.model_from_json(model.to_json()), keras.models.clone_model(model)):
        np.testing.assert_allclose(copy(X), X + np.asarray(value, "float32"), rtol=1e-6)
