"""Layers that move values: what their messages say, and what the graph knows of unknown sizes."""

import numpy as np
import pytest

from cornu import layers
from cornu.core.errors import ShapeError
from cornu.core.spec import KerasTensor


def message(make, shape=None):
    with pytest.raises(ValueError) as caught:
        layer = make()
        layer(KerasTensor(shape))
    return str(caught.value)


@pytest.mark.parametrize(
    "target, shape, result",
    [
        ((-1,), (None, "time", 1), (None, "time")),
        ((-1, 2, 3), (None, "time", 6), (None, "time", 2, 3)),
        ((2, -1), (None, None, 6), (None, 2, None)),
        ((6,), (None, None, 6), (None, 6)),
        ((None, 6), (None, 2, 6), (None, 2, 6)),
        ((None, None, 2), (None, None, 3, 2), (None, None, 3, 2)),
        ((None, None, 2), (None, "rows", "columns", 2), (None, "rows", "columns", 2)),
        ((None, -1), (None, "time", 3, 4), (None, "time", 12)),
        ((None, -1), (None, None, 3, 4), (None, None, None)),
        ((0,), ("rows", 0), ("rows", 0)),
        ((), (None, 1), (None,)),
    ],
)
def test_reshape_keeps_what_is_known(target, shape, result):
    assert layers.Reshape(target)(KerasTensor(shape)).shape == result


def test_reshape_to_several_sizes_of_the_input():
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    np.testing.assert_array_equal(layers.Reshape((None, None, 2, 1))(x), x[..., None])
    np.testing.assert_array_equal(layers.Reshape((None, -1))(x), x.reshape(2, 3, 4))


def test_reshape_to_another_number_of_values():
    assert message(lambda: layers.Reshape((5,), name="r"), (None, 3, 4)) == (
        "Reshape 'r' needs 5 values in a row for target_shape (5,); got 12 values in rows of shape (3, 4). "
        "Correct target_shape, which leaves out the batch axis, or use -1 for one size."
    )
    assert message(lambda: layers.Reshape((-1, 5), name="r"), (None, 3, 4)) == (
        "Reshape 'r' needs a multiple of 5 values in a row for target_shape (-1, 5); "
        "got 12 values in rows of shape (3, 4). "
        "Correct target_shape, which leaves out the batch axis, or use -1 for one size."
    )
    with pytest.raises(ShapeError, match="needs 6 values in a row"):
        layers.Reshape((6,))(np.ones((2, 5)))


@pytest.mark.parametrize(
    "make, text",
    [
        (
            lambda: layers.Reshape((-1, -1)),
            "Reshape's target_shape needs sizes of 0 or more, of which one may be -1 (what is left); got (-1, -1). "
            "Leave out the batch axis: write for example (-1, 8).",
        ),
        (
            lambda: layers.Permute((1, 3)),
            "Permute's dims needs each axis from 1 on once, in the new order; got (1, 3). "
            "The batch axis, 0, stays and is left out: write for example (2, 1).",
        ),
        (lambda: layers.RepeatVector(0), "RepeatVector's n needs an int of 1 or more; got 0. Correct the argument."),
        (
            lambda: layers.ZeroPadding2D((1, -1)),
            "ZeroPadding2D's padding needs an int of 0 or more, or for each of 2 axes an int or a pair (before, after); "
            "got (1, -1). Write for example ((1, 1), (1, 1)).",
        ),
        (
            lambda: layers.UpSampling2D(interpolation="area"),
            "UpSampling2D's interpolation needs one of 'nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'; "
            "got 'area'. Correct the argument.",
        ),
        (
            lambda: layers.UpSampling3D((1, 2)),
            "UpSampling3D's size needs an int of 1 or more, or 3 of them; got (1, 2). Write for example (2, 2, 2).",
        ),
    ],
)
def test_arguments_that_make_no_sense(make, text):
    assert message(make, ()) == text


def test_cropping_all_there_is():
    assert message(lambda: layers.Cropping2D((1, 2), name="c"), (None, 8, 4, 3)) == (
        "Cropping2D 'c' needs something to be left on each axis; got cropping ((1, 1), (2, 2)) over sizes (8, 4) "
        "of an input of shape (None, 8, 4, 3). Crop less, or use a larger input."
    )
    with pytest.raises(ShapeError, match="something to be left"):
        layers.Cropping1D(2)(np.ones((1, 3, 1)))


def test_wrong_rank():
    assert message(lambda: layers.Permute((2, 1), name="p"), (None, 3)) == (
        "Permute 'p' needs an input of 3 axes; got an input of shape (None, 3). Add an axis "
        "(cornu.ops.expand_dims, Reshape), or check Input(shape=...), which leaves out the batch axis."
    )


def test_named_sizes_go_through_where_they_stay():
    film = KerasTensor((None, "time", "width", 3))
    assert layers.ZeroPadding2D((0, 1))(film).shape == (None, "time", None, 3)
    assert layers.UpSampling2D((1, 2))(film).shape == (None, "time", None, 3)
    assert layers.Permute((2, 1, 3))(film).shape == (None, "width", "time", 3)
    assert layers.Flatten()(KerasTensor((None, "time", 1))).shape == (None, "time")
    assert layers.Flatten()(KerasTensor((None, "time", 0))).shape == (None, 0)


def test_empty_batches():
    nothing = np.ones((0, 3, 4), "float32")
    assert layers.Flatten()(nothing).shape == (0, 12)
    assert layers.Reshape((-1, 2))(nothing).shape == (0, 6, 2)
    assert layers.ZeroPadding1D(1)(nothing).shape == (0, 5, 4)
