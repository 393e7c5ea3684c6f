"""Pooling layers: messages, masks, named sizes, other names."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import context, registry
from cornu.core.errors import ShapeError
from cornu.core.spec import KerasTensor


def message(make, shape=(None, 8, 8, 4)):
    with pytest.raises(ValueError) as caught:
        make()(KerasTensor(shape))
    return str(caught.value)


def test_window_larger_than_the_input():
    assert message(lambda: layers.MaxPooling2D(5, name="p"), (None, 3, 9, 1)) == (
        "MaxPooling2D 'p' needs an input no smaller than the window on each spatial axis; "
        "got window (5, 5) over size (3, 9) of an input of shape (None, 3, 9, 1). "
        "Use a smaller window, padding='same', or a larger input; earlier layers may have shrunk it too far."
    )
    with pytest.raises(ShapeError, match=r"window \(5,\) over size \(3,\)"):
        layers.AveragePooling1D(5)(np.ones((1, 3, 1)))
    assert layers.MaxPooling1D(5, padding="same")(np.ones((1, 3, 1))).shape == (1, 1, 1)


@pytest.mark.parametrize(
    "make, text",
    [
        (
            lambda: layers.MaxPooling2D(0),
            "MaxPooling2D's pool_size needs an int of 1 or more, or 2 of them; got 0. Write for example (2, 2).",
        ),
        (
            lambda: layers.MaxPooling1D(2, padding="causal"),
            "MaxPooling1D's padding needs one of 'valid', 'same'; got 'causal'. Correct the argument.",
        ),
        (
            lambda: layers.AveragePooling2D(),
            "AveragePooling2D needs a value for 'pool_size'; got none. Pass pool_size=...",
        ),
        (
            lambda: layers.AdaptiveMaxPooling2D((2,)),
            "AdaptiveMaxPooling2D's output_size needs an int of 1 or more, or 2 of them; got (2,). "
            "Write for example (2, 2).",
        ),
    ],
)
def test_arguments_that_make_no_sense(make, text):
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    assert str(caught.value) == text


def test_adaptive_pooling_of_nothing():
    assert message(lambda: layers.AdaptiveAveragePooling1D(2, name="a"), (None, 0, 3)) == (
        "AdaptiveAveragePooling1D 'a' needs spatial axes that are not empty; got an input of shape (None, 0, 3). "
        "Check the layers before."
    )


def test_wrong_rank():
    assert message(lambda: layers.GlobalAveragePooling2D(name="g"), (None, 8, 4)).startswith(
        "GlobalAveragePooling2D 'g' needs an input of 4 axes; got an input of shape (None, 8, 4). "
    )


def test_named_sizes_go_through_where_they_stay():
    film = KerasTensor((None, "time", "width", 3))
    assert layers.MaxPooling2D((1, 2))(film).shape == (None, "time", None, 3)
    assert layers.AveragePooling2D(3, 1, "same")(film).shape == (None, "time", "width", 3)
    assert layers.GlobalMaxPooling1D()(KerasTensor((None, "time", "features"))).shape == (None, "features")


def test_a_name_may_be_given_by_position():
    layer = layers.MaxPooling1D(2, 1, "same", "channels_last", "pooled")
    assert (layer.name, "name" in layer.get_config()) == ("pooled", True)


@pytest.mark.parametrize("alias, name", [("MaxPool2D", "MaxPooling2D"), ("AvgPool1D", "AveragePooling1D")])
def test_other_names_are_the_same_class(alias, name):
    assert getattr(layers, alias) is getattr(layers, name)
    data = registry.serialize(getattr(layers, alias)(2))
    assert (data["module"], data["class_name"]) == ("keras.layers", name)
    assert type(registry.deserialize({**data, "class_name": alias})) is getattr(layers, name)


def test_every_other_name_of_keras_is_there():
    ours = [n for n in layers.__all__ if "Conv" in n or "Pool" in n]
    theirs = [n for n in dir(keras.layers) if ("Conv" in n or "Pool" in n) and "LSTM" not in n]
    assert sorted(n for n in ours if "LSTM" not in n) == sorted(theirs)
    classes = {n: getattr(layers, n).__name__ for n in theirs}
    assert classes == {n: getattr(keras.layers, n).__name__ for n in theirs}


def test_mean_of_the_steps_that_count():
    x = np.arange(6.0, dtype="float32").reshape(1, 3, 2)
    x[0, 1] = np.nan
    mask = jnp.array([[True, False, True]])
    layer = layers.GlobalAveragePooling1D()
    np.testing.assert_array_equal(layer(x, mask=mask), [[2.0, 3.0]])
    carried = jnp.asarray(x)
    context.set_mask(carried, mask)
    pooled = layer(carried)
    np.testing.assert_array_equal(pooled, [[2.0, 3.0]])
    assert context.get_mask(pooled) is None


def test_no_step_counts():
    x, mask = jnp.ones((1, 3, 2)), jnp.zeros((1, 3), "bool")
    layer = layers.GlobalAveragePooling1D()
    np.testing.assert_array_equal(layer(x, mask=mask), [[0.0, 0.0]])
    gradient = jax.grad(lambda x: layer(x, mask=mask).sum())(x)
    np.testing.assert_array_equal(gradient, jnp.zeros((1, 3, 2)))


def test_long_masks_are_counted_exactly_in_bfloat16():
    x, mask = jnp.ones((1, 1001, 1)), jnp.ones((1, 1001), "bool")
    assert layers.GlobalAveragePooling1D(dtype="bfloat16")(x, mask=mask).tolist() == [[1.0]]
