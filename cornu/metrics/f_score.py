"""Harmonic means of precision and recall."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import config
from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.losses.alignment import as_array
from cornu.metrics.metric import Metric, dtype_argument, name_argument

_STATE = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


class _FScore(Metric):
    counts_rows_by_weight = True
    _direction = "up"
    average: str | None
    beta: float = 1.0
    threshold: float | None

    def check(self) -> None:
        """Refuse arguments that give no score."""
        what = type(self).__name__
        if self.average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                explain(
                    what, "average None, 'micro', 'macro' or 'weighted'", repr(self.average), "Correct the argument."
                )
            )
        if not self.beta > 0:
            raise ValueError(explain(what, "beta above 0", self.beta, "Correct the argument."))
        if self.threshold is not None and not (isinstance(self.threshold, (int, float)) and 0 < self.threshold <= 1):
            raise ValueError(
                explain(what, "a threshold above 0 and up to 1", repr(self.threshold), "Correct the argument.")
            )

    def build(self, classes: int) -> None:
        """Make the state."""
        shape = () if self.average == "micro" else (classes,)
        self.true_positives, self.false_positives, self.false_negatives, self.intermediate_weights = (
            self.add_variable(shape, "zeros", name=name) for name in _STATE
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Shapes:
            y_true: (batch, classes), 0 or 1.
            y_pred: (batch, classes), probabilities.
            sample_weight: (batch,).
        """
        y_true, y_pred = as_array(y_true).astype(self.dtype), as_array(y_pred).astype(self.dtype)
        need_matrices(type(self).__name__, y_true, y_pred)
        if not hasattr(self, "true_positives"):
            self.build(y_true.shape[1])
        if self.threshold is None:
            # A row of zeros has no greatest output.
            positive = (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)
        else:
            positive = y_pred > self.threshold
        guess = positive.astype(self.dtype)
        axis = None if self.average == "micro" else 0
        weights = row_weights(sample_weight, y_true)

        def count(x: Any) -> Any:
            return jnp.sum(jnp.where(weights != 0, x * weights, 0), axis=axis)

        self.true_positives.assign_add(count(guess * y_true))
        self.false_positives.assign_add(count(guess * (1 - y_true)))
        self.false_negatives.assign_add(count((1 - guess) * y_true))
        self.intermediate_weights.assign_add(count(y_true))

    def result(self) -> Any:
        """The score; 0 before any batch."""
        if not hasattr(self, "true_positives"):
            return jnp.zeros((), self.dtype)
        hits, epsilon = self.true_positives.value, config.epsilon()
        precision = hits / (hits + self.false_positives.value + epsilon)
        recall = hits / (hits + self.false_negatives.value + epsilon)
        square = self.beta**2
        scores = (1 + square) * precision * recall / (square * precision + recall + epsilon)
        if self.average == "weighted":
            shares = self.intermediate_weights.value
            return jnp.sum(scores * shares / (jnp.sum(shares) + epsilon))
        return scores if self.average is None else jnp.mean(scores)


@declared
class FBetaScore(_FScore):
    """``(1 + beta^2) precision recall / (beta^2 precision + recall)`` for each class.

    Args:
        average: None for a score for each class; "micro" of all counts together, "macro" the mean of the classes',
            "weighted" their mean by the number of targets.
        beta: weight of recall against precision.
        threshold: outputs above it are positive; the greatest output of a row if None.

    Example:
        >>> metric = FBetaScore(beta=2.0, threshold=0.5)
        >>> metric.update_state([[1, 1], [1, 0], [1, 0]], [[0.2, 0.6], [0.6, 0.6], [0.6, 0.2]])
        >>> metric.result().round(4).tolist()
        [0.7143, 0.8333]
    """

    average: str | None = None
    beta: float = 1.0
    threshold: float | None = None
    name: str | None = name_argument("fbeta_score")
    dtype: Any = dtype_argument()


@declared
class F1Score(_FScore):
    """``2 precision recall / (precision + recall)`` for each class: ``FBetaScore`` with beta 1.

    Example:
        >>> metric = F1Score(threshold=0.5)
        >>> metric.update_state([[1, 1], [1, 0], [1, 0]], [[0.2, 0.6], [0.6, 0.6], [0.6, 0.2]])
        >>> metric.result().round(4).tolist()
        [0.8, 0.6667]
    """

    average: str | None = None
    threshold: float | None = None
    name: str | None = name_argument("f1_score")
    dtype: Any = dtype_argument()


def need_matrices(what: str, y_true: Any, y_pred: Any) -> None:
    """Raise unless targets and outputs are (batch, d) of one shape."""
    if y_true.ndim != 2 or y_true.shape != y_pred.shape:
        raise ShapeError(
            explain(
                what,
                "targets and outputs of one shape (batch, d)",
                f"{show_shape(y_true.shape)} and {show_shape(y_pred.shape)}",
                "Reshape them.",
            )
        )


def row_weights(sample_weight: Any, y_true: Any) -> Any:
    """Weights of rows as (batch, 1), for targets of shape (batch, d)."""
    if sample_weight is None:
        return jnp.ones((y_true.shape[0], 1), y_true.dtype)
    weights = as_array(sample_weight).astype(y_true.dtype)
    return weights if weights.ndim == 2 else jnp.broadcast_to(weights, y_true.shape[:1])[:, None]
