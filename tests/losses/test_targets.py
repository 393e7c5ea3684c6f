"""Targets that would broadcast against an output are refused, by name."""

import numpy as np
import pytest

from cornu import losses
from cornu.core.errors import ShapeError
from cornu.losses import check_target


def message(target, output, loss, name="price"):
    with pytest.raises(ShapeError) as error:
        check_target(np.zeros(target), np.zeros(output), losses.as_loss(loss), name)
    return str(error.value)


def test_messages():
    assert message((8,), (8, 10), "mse") == (
        "Target of output 'price' for mean_squared_error needs the output's shape (8, 10); got (8,). "
        "Reshape the target, or give the last layer the target's size."
    )
    assert message((8, 1), (8, 7), losses.MeanAbsoluteError(), None) == (
        "Target for mean_absolute_error needs the output's shape (8, 7); got (8, 1). "
        "Reshape the target, or give the last layer the target's size."
    )
    assert message((8, 1), (8, 7), "categorical_crossentropy") == (
        "Target of output 'price' for categorical_crossentropy needs the output's shape (8, 7); got (8, 1). "
        "Class numbers need sparse_categorical_crossentropy; or encode them as one-hot vectors."
    )
    assert message((8, 7), (8, 7), "sparse_categorical_crossentropy") == (
        "Target of output 'price' for sparse_categorical_crossentropy needs class numbers of shape (8,); got (8, 7). "
        "One-hot targets need categorical_crossentropy; or give argmax(target, axis=-1)."
    )


@pytest.mark.parametrize(
    ("target", "output", "loss"),
    [
        ((8,), (8, 1), "mse"),
        ((8, 1), (8,), "mae"),
        ((8, 5), (8, 5, 1), "binary_crossentropy"),
        ((8,), (8, 10), "sparse_categorical_crossentropy"),
        ((8, 1), (8, 10), "sparse_categorical_crossentropy"),
        ((8, 5), (8, 5, 10), losses.SparseCategoricalCrossentropy()),
        ((8, 10), (8, 5, 10), losses.SparseCategoricalCrossentropy(axis=1)),
        ((8,), (8, 10), lambda y_true, y_pred: y_pred[:, 0]),
    ],
)
def test_fitting_targets(target, output, loss):
    check_target(np.zeros(target), np.zeros(output), losses.as_loss(loss), "out")
