"""Models in models: shared, cut out of each other, and opened across levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.core.errors import GraphError

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def inner_model(name: str = "inner") -> Any:
    x = keras.Input((4,), name=f"{name}_x")
    h = layers.Dense(3, activation="tanh", name=f"{name}_first")(x)
    return keras.Model(x, layers.Dense(4, name=f"{name}_last")(h), name=name)


def around(inner: Any, name: str) -> Any:
    x = keras.Input((4,), name=f"{name}_x")
    y = layers.Dense(4, name=f"{name}_after")(inner(x))
    return keras.Model(x, y, name=name)


def saved(model: Any, folder: Path) -> Any:
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def test_shared_layer(tmp_path: Path) -> None:
    a, b = keras.Input((4,)), keras.Input((4,))
    dense = layers.Dense(2)
    model = keras.Model([a, b], dense(a) - dense(b))
    assert len(model.weights) == 2
    np.testing.assert_array_equal(model([X, X]), np.zeros((2, 2)))
    again = saved_without_functions([dense(a), dense(b)], [a, b], tmp_path)
    assert len(again.weights) == 2
    one, other = again([X, 2 * X])
    np.testing.assert_allclose(one, np.asarray(dense(X)), rtol=1e-6)
    np.testing.assert_allclose(other, np.asarray(dense(2 * X)), rtol=1e-6)


def saved_without_functions(outputs: Any, inputs: Any, folder: Path) -> Any:
    return saved(keras.Model(inputs, outputs), folder)


def test_calls_of_a_shared_layer_keep_their_order(tmp_path: Path) -> None:
    """The first call waits for a layer that comes later in the list; the second could be made at once."""
    a = keras.Input((4,))
    shared, late = layers.Dense(4, name="shared"), layers.Dense(4, name="late")
    model = keras.Model(a, [shared(late(a)), shared(a)])
    config = model.get_config()
    config["layers"].sort(key=lambda data: data["name"] == "late")
    assert [data["name"] for data in config["layers"]][-1] == "late"
    again = keras.Model.from_config(config)
    again.get_layer("shared").set_weights(shared.get_weights())
    again.get_layer("late").set_weights(late.get_weights())
    for one, other in zip(model(X), again(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_shared_model(tmp_path: Path) -> None:
    inner = inner_model()
    a, b = keras.Input((4,)), keras.Input((4,))
    model = keras.Model([a, b], [inner(a), inner(b)])
    again = saved(model, tmp_path)
    assert len(again.weights) == 4
    for one, other in zip(model([X, 2 * X]), again([X, 2 * X]), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_layer_of_an_inner_model_used_outside_too(tmp_path: Path) -> None:
    """Keras cannot read such a file of its own; here the layer is one again."""
    inner = inner_model()
    x = keras.Input((4,))
    model = keras.Model(x, [inner(x), inner.get_layer("inner_first")(x)])
    again = saved(model, tmp_path)
    assert again.get_layer("inner").get_layer("inner_first") is again.get_layer("inner_first")
    assert len(again.weights) == 4
    for one, other in zip(model(X), again(X), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_same_model_twice_gives_the_same_config() -> None:
    inner = inner_model()
    x = keras.Input((4,))
    model = keras.Model(x, [inner(x), inner.get_layer("inner_first")(x)])
    assert model.get_config() == model.get_config()


def test_all_layers_of_a_model() -> None:
    model = inner_model()
    features = keras.Model(model.input, [layer.output for layer in model.layers])
    outputs = features(X)
    np.testing.assert_array_equal(outputs[0], X)
    np.testing.assert_array_equal(outputs[-1], model(X))


def test_a_tensor_of_a_nested_model() -> None:
    inner = inner_model()
    outer = around(inner, "outer")
    hidden = inner.get_layer("inner_first")
    model = keras.Model(outer.input, [hidden.output, outer.output])
    np.testing.assert_allclose(model(X)[0], hidden(X), rtol=1e-6)
    np.testing.assert_allclose(model(X)[1], outer(X), rtol=1e-6)


def test_a_tensor_two_levels_down() -> None:
    inner = inner_model()
    middle = around(inner, "middle")
    outer = around(middle, "outer")
    model = keras.Model(outer.input, [inner.get_layer("inner_first").output, middle.get_layer("middle_after").output])
    np.testing.assert_allclose(model(X)[0], inner.get_layer("inner_first")(X), rtol=1e-6)
    np.testing.assert_allclose(model(X)[1], middle(X), rtol=1e-6)


def test_opening_a_call_leaves_the_weights_shared(tmp_path: Path) -> None:
    inner = inner_model()
    outer = around(inner, "outer")
    model = keras.Model(outer.input, inner.get_layer("inner_first").output)
    assert [w.path for w in model.weights] == [w.path for w in inner.get_layer("inner_first").weights]
    np.testing.assert_array_equal(saved(model, tmp_path)(X), model(X))


def test_an_inner_tensor_of_a_model_called_twice() -> None:
    inner = inner_model()
    x = keras.Input((4,), name="x")
    outer = keras.Model(x, inner(inner(x)), name="outer")
    with pytest.raises(GraphError) as error:
        keras.Model(outer.input, inner.get_layer("inner_first").output, name="cut")
    assert str(error.value) == (
        "Model 'cut' needs to know which call of 'inner' the tensor behind 'inner_x' belongs to; got 2 calls of it. "
        "Make a model of the inner tensors first, Model(inner.input, tensors), and call that where you want it."
    )


def test_a_model_that_begins_inside(tmp_path: Path) -> None:
    model = inner_model()
    hidden = model.get_layer("inner_first").output
    rest = keras.Model(hidden, model.output, name="rest")
    h = model.get_layer("inner_first")(X)
    np.testing.assert_allclose(rest(h), model(X), rtol=1e-6)
    assert rest.get_layer("inner_last") is model.get_layer("inner_last")
    np.testing.assert_array_equal(saved(rest, tmp_path)(h), rest(h))


def test_disconnected() -> None:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    with pytest.raises(GraphError) as error:
        keras.Model(a, layers.Dense(2, name="d")(b), name="m")
    assert str(error.value) == (
        "Model 'm' needs every output to depend only on its inputs; got tensor 'b' of shape (None, 4), which none of "
        "the inputs ('a' (None, 4)) leads to (found by way of d <- 'b'). "
        "Add 'b' to the inputs, or check that the layers were called on this model's tensors."
    )


def test_two_layers_of_one_name() -> None:
    x = keras.Input((4,), name="x")
    y = layers.Dense(2, name="same")(layers.Dense(3, name="same")(x))
    with pytest.raises(GraphError) as error:
        keras.Model(x, y, name="m")
    assert str(error.value) == (
        "Model 'm' needs different names for its layers; got 'same' for two of them (Dense and Dense). "
        "Give one of them another name=, or use one layer in both places."
    )


def test_trainable_reaches_all_layers_inside() -> None:
    outer = around(inner_model(), "outer")
    outer.trainable = False
    assert not outer.trainable_weights and len(outer.non_trainable_weights) == 6
    outer.trainable = True
    outer.get_layer("inner").trainable = False
    assert [w.path.split("/")[0] for w in outer.trainable_weights] == ["outer_after"] * 2
    outer.get_layer("inner").get_layer("inner_last").trainable = True
    assert len(outer.trainable_weights) == 4
    again = keras.Model.from_config(outer.get_config())
    assert [w.shape for w in again.trainable_weights] == [w.shape for w in outer.trainable_weights]


def test_ensemble(tmp_path: Path) -> None:
    members = [inner_model(f"member_{i}") for i in range(3)]
    x = keras.Input((4,))
    model = keras.Model(x, layers.Average()([member(x) for member in members]))
    expected = np.mean([np.asarray(member(X)) for member in members], 0)
    np.testing.assert_allclose(saved(model, tmp_path)(X), expected, rtol=1e-5)


def test_get_layer() -> None:
    model = inner_model()
    assert model.get_layer(index=1) is model.get_layer("inner_first")
    with pytest.raises(ValueError) as error:
        model.get_layer("inner_frist")
    assert str(error.value) == (
        "get_layer of 'inner' needs the name of one of its layers; got 'inner_frist'. "
        "Did you mean 'inner_first' or 'inner_last' or 'inner_x'?"
    )
