"""Which metric is meant by the words "accuracy" and "crossentropy"."""

from __future__ import annotations

from typing import Any

from cornu.core.errors import explain
from cornu.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from cornu.metrics.metric import Metric
from cornu.metrics.of_losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

ACCURACY = ("accuracy", "acc")
CROSSENTROPY = ("crossentropy", "ce")


def is_resolved_by_shape(kind: Any) -> bool:
    """Whether a metric's name stands for several, to be told apart by the shapes of target and output."""
    return isinstance(kind, str) and kind.lower() in (*ACCURACY, *CROSSENTROPY)


def resolve_accuracy(kind: str, y_true: Any, y_pred: Any, loss: Any = None) -> Metric:
    """The metric that a word means for one output, under the word as its name.

    Binary where the output has one unit; sparse where the target has an axis less, or a last axis of 1; else
    categorical: by shape alone, as in Keras. Cross-entropies take ``from_logits`` from the loss, if it has it.

    Args:
        kind: "accuracy", "acc", "crossentropy" or "ce", in any case.
        y_true, y_pred: anything with a shape.
        loss: the output's loss, or None.

    Example:
        >>> import numpy as np
        >>> resolve_accuracy("acc", np.zeros(8), np.zeros((8, 10)))
        <SparseCategoricalAccuracy name=acc>
    """
    target, output = tuple(y_true.shape), tuple(y_pred.shape)
    if len(output) < 2 or output[-1] == 1:
        which = 0
    elif len(target) < len(output) or target[-1] == 1:
        which = 1
    else:
        which = 2
    if kind.lower() in ACCURACY:
        return (BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy)[which](name=kind)
    if kind.lower() in CROSSENTROPY:
        classes: tuple[Any, ...] = (BinaryCrossentropy, SparseCategoricalCrossentropy, CategoricalCrossentropy)
        return classes[which](name=kind, from_logits=bool(getattr(loss, "from_logits", False)))
    raise ValueError(
        explain("A metric to be told by shapes", "to be 'accuracy' or 'crossentropy'", repr(kind), "Correct the name.")
    )
