"""The word "accuracy" means what it means in Keras, by shape alone."""

import numpy as np
import pytest

from cornu import losses
from cornu.metrics import as_metric, is_resolved_by_shape, resolve_accuracy


@pytest.mark.parametrize(
    ("target", "output", "kind"),
    [
        ((4,), (4, 1), "Binary"),
        ((4, 1), (4, 1), "Binary"),
        ((4,), (4,), "Binary"),
        ((4, 3), (4, 3, 1), "Binary"),
        ((4, 5), (4, 5), "Categorical"),
        ((4,), (4, 5), "SparseCategorical"),
        ((4, 1), (4, 5), "SparseCategorical"),
        ((4, 3), (4, 3, 5), "SparseCategorical"),
    ],
)
def test_by_shape(target, output, kind):
    accuracy = resolve_accuracy("acc", np.zeros(target), np.zeros(output))
    assert (type(accuracy).__name__, accuracy.name) == (kind + "Accuracy", "acc")
    loss = losses.BinaryCrossentropy(from_logits=True)
    entropy = resolve_accuracy("ce", np.zeros(target), np.zeros(output), loss)
    assert (type(entropy).__name__, entropy.name, entropy.from_logits) == (kind + "Crossentropy", "ce", True)


def test_which_words():
    assert all(map(is_resolved_by_shape, ["accuracy", "acc", "Accuracy", "crossentropy", "ce"]))
    assert not any(map(is_resolved_by_shape, ["mse", None, as_metric("mse")]))
    with pytest.raises(ValueError) as error:
        resolve_accuracy("auc", np.zeros(4), np.zeros(4))
    assert str(error.value) == (
        "A metric to be told by shapes needs to be 'accuracy' or 'crossentropy'; got 'auc'. Correct the name."
    )
