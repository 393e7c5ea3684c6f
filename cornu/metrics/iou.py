"""Intersection over union of predicted and true classes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import config
from cornu.core.allowance import bounded
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.losses.alignment import align_weights, as_array
from cornu.metrics.confusion import divide_no_nan
from cornu.metrics.metric import Metric, name_argument


def _integer_dtype() -> Any:
    return field(None, base=True)


class _ConfusionMatrix(Metric):
    """Base: counts of (true class, predicted class), and the mean over some classes of ``tp / (tp + fp + fn)``."""

    _direction = "up"
    counts_rows_by_weight = True
    num_classes: int
    target_class_ids: Any = None
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1

    def __init__(self, name: str | None = None, dtype: Any = None):
        super().__init__(name=name, dtype="int32" if dtype is None else dtype)

    def check(self) -> None:
        """Refuse class numbers that are none, and make the state."""
        bounded(self.num_classes, f"{type(self).__name__}'s num_classes")
        ids = range(self.num_classes) if self.target_class_ids is None else self.target_class_ids
        self.target_class_ids = list(ids)
        for class_id in self.target_class_ids:
            if not 0 <= class_id < self.num_classes:
                raise ValueError(
                    explain(
                        type(self).__name__,
                        f"target_class_ids from 0 to {self.num_classes - 1}",
                        class_id,
                        "Correct the argument.",
                    )
                )
        shape = (self.num_classes, self.num_classes)
        self.total_confusion_matrix = self.add_variable(shape, "zeros", name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Shapes:
            y_true, y_pred: (batch, ...), class numbers; or with an axis of classes, which ``argmax`` takes away.
            sample_weight: fits the class numbers from the left. Integer state counts its whole part.
        """
        y_true = as_array(y_true) if self.sparse_y_true else jnp.argmax(as_array(y_true), axis=self.axis)
        y_pred = as_array(y_pred) if self.sparse_y_pred else jnp.argmax(as_array(y_pred), axis=self.axis)
        if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
            y_true = y_true[..., 0]
        if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
            y_pred = y_pred[..., 0]
        weights = jnp.ones(y_true.shape, self.dtype)
        if sample_weight is not None:
            weights = weights * align_weights(as_array(sample_weight).astype(self.dtype), y_true, "sample_weight")
        n = self.num_classes
        counted = (weights != 0) & (y_true >= 0) & (y_true < n) & (y_pred >= 0) & (y_pred < n)
        if self.ignore_class is not None:
            counted = counted & (y_true != self.ignore_class)
        # One row more for what does not count, so that the sum is over a fixed number of cells.
        cell = jnp.where(counted, y_true.astype("int32") * n + y_pred.astype("int32"), n * n)
        cells = jnp.zeros(n * n + 1, self.dtype).at[cell.reshape(-1)].add(weights.reshape(-1))
        self.total_confusion_matrix.assign_add(cells[:-1].reshape(n, n))

    def result(self) -> Any:
        """Mean over those of the classes that occur."""
        matrix = self.total_confusion_matrix.value.astype(config.floatx())
        hits = jnp.diagonal(matrix)
        union = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
        ids = jnp.asarray(self.target_class_ids)
        hits, union = hits[ids], union[ids]
        return divide_no_nan(jnp.sum(hits / (union + config.epsilon())), jnp.sum(union != 0))


@declared
class IoU(_ConfusionMatrix):
    """Mean over chosen classes of ``tp / (tp + fp + fn)``.

    Args:
        target_class_ids: the classes.
        ignore_class: true class whose entries do not count.
        sparse_y_true, sparse_y_pred: whether these are class numbers, else one value for each class.
        axis: of the classes, where not sparse.

    Example:
        >>> metric = IoU(num_classes=2, target_class_ids=[0])
        >>> metric.update_state([0, 0, 1, 1], [0, 1, 0, 1])
        >>> round(float(metric.result()), 4)
        0.3333
    """

    num_classes: int
    target_class_ids: Any
    name: str | None = name_argument()
    dtype: Any = _integer_dtype()
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1


@declared
class BinaryIoU(_ConfusionMatrix):
    """``IoU`` of two classes, outputs of ``threshold`` and above being class 1.

    Example:
        >>> metric = BinaryIoU(threshold=0.3)
        >>> metric.update_state([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])
        >>> round(float(metric.result()), 4)
        0.3333
    """

    num_classes = 2
    target_class_ids: Any = (0, 1)
    threshold: float = 0.5
    name: str | None = name_argument()
    dtype: Any = _integer_dtype()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch of targets 0 or 1 and of probabilities, both (batch, ...)."""
        super().update_state(y_true, as_array(y_pred) >= self.threshold, sample_weight)


@declared
class MeanIoU(_ConfusionMatrix):
    """``IoU`` over all classes.

    Example:
        >>> metric = MeanIoU(num_classes=2)
        >>> metric.update_state([0, 0, 1, 1], [0, 1, 0, 1])
        >>> round(float(metric.result()), 4)
        0.3333
    """

    num_classes: int
    name: str | None = name_argument()
    dtype: Any = _integer_dtype()
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1


@declared
class OneHotIoU(_ConfusionMatrix):
    """``IoU`` of one-hot targets."""

    sparse_y_true = False
    num_classes: int
    target_class_ids: Any
    name: str | None = name_argument()
    dtype: Any = _integer_dtype()
    ignore_class: int | None = None
    sparse_y_pred: bool = False
    axis: int = -1


@declared
class OneHotMeanIoU(_ConfusionMatrix):
    """``IoU`` over all classes of one-hot targets."""

    sparse_y_true = False
    num_classes: int
    name: str | None = name_argument()
    dtype: Any = _integer_dtype()
    ignore_class: int | None = None
    sparse_y_pred: bool = False
    axis: int = -1
