"""Merging layers: what their messages say, and masks as Keras merges them."""

import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core.errors import ShapeError
from cornu.core.spec import KerasTensor

X = np.ones((1, 3, 2), "float32")
FIRST, SECOND = np.array([[True, False, True]]), np.array([[True, True, False]])


def tensors(*shapes):
    return [KerasTensor(s) for s in shapes]


def message(layer, inputs):
    with pytest.raises(ShapeError) as caught:
        layer(inputs)
    return str(caught.value)


def test_addition_of_unlike_shapes_shows_all_of_them():
    assert message(layers.Add(name="sum"), tensors((None, 3, 4), (None, 4), (None, 5, 4))) == (
        "Add 'sum' needs inputs with the same batch size and, on every other axis, the same size or size 1; "
        "got shapes (None, 3, 4) and (None, 4) and (None, 5, 4): 3 against 5 on axis 1. "
        "Bring the inputs to the same shape, with Reshape or with other sizes in the layers before."
    )


@pytest.mark.parametrize(
    "shapes, conflict",
    [
        ([(2, 3), (3, 3)], "2 against 3 on axis 0"),
        ([(1, 3), (4, 3)], "1 against 4 on axis 0"),
        ([(None, "time", 4), (None, "words", 4)], "time against words on axis 1"),
        ([(None, "time"), (None, 5)], "time against 5 on axis 1"),
    ],
)
def test_sizes_that_do_not_merge(shapes, conflict):
    assert f": {conflict}. " in message(layers.Maximum(), tensors(*shapes))


@pytest.mark.parametrize(
    "shapes, merged",
    [
        ([(None, 3), (2, 3)], (2, 3)),
        ([(None, "time", 4), (None, None, 4)], (None, "time", 4)),
        ([("rows", None, 1), ("rows", 7, 4)], ("rows", 7, 4)),
        ([(None, None, 4), (None, 1, 4)], (None, None, 4)),
        ([(None,), (None,)], (None,)),
        ([(None,), (None, 3)], (None, 3)),
    ],
)
def test_unknown_and_named_sizes_merge(shapes, merged):
    assert layers.add(tensors(*shapes)).shape == merged


def test_what_is_no_list_of_tensors():
    x, y, z = tensors((None, 3), (None, 3), (None, 3))
    assert message(layers.Add(name="a"), x) == (
        "Add 'a' needs a list of 1 or more tensors; got one of shape (None, 3). Call it as layer([a, b])."
    )
    assert message(layers.Subtract(name="b"), [x, y, z]) == (
        "Subtract 'b' needs a list of exactly 2 tensors; got 3: (None, 3) and (None, 3) and (None, 3). "
        "Pass them as one list."
    )
    assert message(layers.Add(name="c"), [x, 1.0]) == (
        "Add 'c' needs a list of 1 or more tensors with a batch axis; got a scalar or something that is no tensor "
        "among (None, 3), None. Convert the numbers to tensors first."
    )


def test_concatenation_of_unlike_shapes():
    assert message(layers.Concatenate(name="c"), tensors((None, 3, 4), (None, 2, 4))) == (
        "Concatenate 'c' needs inputs that differ on axis 2 only; got shapes (None, 3, 4) and (None, 2, 4): "
        "3 against 2 on axis 1. Choose another axis, or bring the others to the same size."
    )
    assert message(layers.Concatenate(name="c"), tensors((None, 3), (None, 3, 1))) == (
        "Concatenate 'c' needs inputs of one rank; got shapes (None, 3) and (None, 3, 1). "
        "Add axes with Reshape where they lack."
    )
    assert message(layers.Concatenate(axis=5, name="c"), tensors((None, 3), (None, 3))) == (
        "Concatenate 'c' needs an axis between -2 and 1; got axis=5 for (None, 3) and (None, 3). Correct axis."
    )


def test_concatenation_keeps_what_is_known():
    a, b = tensors((None, "time", 3), (None, None, 5))
    assert layers.concatenate([a, b]).shape == (None, "time", 8)
    assert layers.concatenate([a, a], axis=1).shape == (None, None, 3)
    assert layers.concatenate([a], axis=1).shape == (None, "time", 3)


def test_rows_are_coupled_by_concatenation_of_rows_only():
    along_rows = layers.Concatenate(axis=-2)
    along_rows([np.ones((2, 3)), np.ones((1, 3))])
    assert along_rows.couples_rows
    along_features = layers.Concatenate()
    along_features([np.ones((2, 3)), np.ones((2, 1))])
    assert not along_features.couples_rows


def test_products_of_unlike_shapes():
    assert message(layers.Dot(1, name="d"), tensors((None, 3), (None, 4))) == (
        "Dot 'd' needs inputs of the same batch size and of the same size on the axes summed over; "
        "got shapes (None, 3) and (None, 4): 3 on axis 1 against 4 on axis 1. "
        "Choose other axes, or bring the inputs to the same size there."
    )
    assert message(layers.Dot((0, 1), name="d"), tensors((None, 3), (None, 3))) == (
        "Dot 'd' needs axes that the inputs have, other than the batch axis 0; "
        "got axes=(0, 1) for shapes (None, 3) and (None, 3). Write axes=(axis of the first, axis of the second)."
    )
    with pytest.raises(ValueError) as caught:
        layers.Dot((1, 2, 3))
    assert str(caught.value) == (
        "Dot's axes needs an int, or one for each of the two inputs; got (1, 2, 3). Write for example axes=(2, 1)."
    )


def test_cosine_of_short_vectors():
    short, none = np.array([[3e-7, 4e-7]], "float32"), np.zeros((1, 2), "float32")
    np.testing.assert_allclose(layers.dot([short, short], axes=1, normalize=True), [[1.0]], rtol=1e-6)
    np.testing.assert_array_equal(layers.dot([none, short], axes=1, normalize=True), [[0.0]])


@pytest.mark.parametrize("masks", [(FIRST, SECOND), (FIRST, None), (None, None)])
@pytest.mark.parametrize(
    "name, arguments",
    [("Add", {}), ("Average", {}), ("Concatenate", {}), ("Concatenate", {"axis": 1}), ("Dot", {"axes": 1})],
)
def test_masks_merge_as_in_keras(name, arguments, masks):
    ours = getattr(layers, name)(**arguments).compute_mask([X, X], list(masks))
    expected = getattr(keras.layers, name)(**arguments).compute_mask([X, X], list(masks))
    assert (ours is None) == (expected is None)
    if expected is not None:
        np.testing.assert_array_equal(ours, expected)


def test_masks_of_images_in_time():
    film = np.ones((1, 3, 2, 2), "float32")
    mask = layers.Concatenate(axis=2).compute_mask([film, film], [FIRST, SECOND])
    np.testing.assert_array_equal(mask, [[True, True, True]])
    mask = layers.Concatenate(axis=1).compute_mask([film, film], [FIRST, None])
    np.testing.assert_array_equal(mask, [[True, False, True, True, True, True]])
