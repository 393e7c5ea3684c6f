"""Hits and errors of yes-or-no outputs at one or several thresholds."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.losses.alignment import align_weights, float_pair
from cornu.metrics.metric import Metric, dtype_argument, name_argument

# Threshold where top_k decides: outputs that are not among the k are set to minus infinity.
_BELOW_ALL = -1e10


def confusion(
    y_true: Any, y_pred: Any, thresholds: Any, weights: Any = None, *, by_label: bool = False
) -> dict[str, Any]:
    """Weighted numbers of true and false positives and negatives: positive is ``y_pred > threshold``.

    Shapes:
        y_true, y_pred: (batch, ...), targets 0 or 1.
        thresholds: (t,), ascending.
        weights: fit the outputs from the left; entries of weight 0 are left out, whatever they hold.
        result: each (t,), or (t, labels), labels being the last axis, if ``by_label``.
    """
    thresholds = jnp.asarray(thresholds, y_pred.dtype)
    weights = jnp.ones_like(y_pred) if weights is None else weights
    weights = jnp.broadcast_to(align_weights(weights, y_pred, "sample_weight"), y_pred.shape)
    counted = weights != 0
    positives = jnp.where(counted & y_true.astype(bool), weights, 0)
    negatives = jnp.where(counted & ~y_true.astype(bool), weights, 0)
    # How many thresholds an output exceeds, then sums per bucket and from the top: t log n steps, where
    # comparing every output with every threshold takes t n.
    exceeded = jnp.searchsorted(thresholds, jnp.where(jnp.isnan(y_pred), -jnp.inf, y_pred), side="left")
    labels = y_pred.shape[-1] if by_label else 1
    place = (exceeded.reshape(-1, labels), jnp.arange(labels))

    def above(amounts: Any) -> Any:
        buckets = jnp.zeros((len(thresholds) + 1, labels), y_pred.dtype).at[place].add(amounts.reshape(-1, labels))
        sums = jnp.cumsum(buckets[::-1], axis=0)[::-1]
        return sums[1:], sums[0] - sums[1:]

    (tp, fn), (fp, tn) = above(positives), above(negatives)
    counts = {"true_positives": tp, "false_positives": fp, "true_negatives": tn, "false_negatives": fn}
    return counts if by_label else {name: count[:, 0] for name, count in counts.items()}


def divide_no_nan(a: Any, b: Any) -> Any:
    """``a / b``, 0 where ``b`` is 0."""
    return jnp.where(b == 0, 0, a / jnp.where(b == 0, 1, b))


def standardize_thresholds(thresholds: Any, default: float = 0.5) -> list[float]:
    """Thresholds in [0, 1] as a list."""
    if thresholds is None:
        return [default]
    values = [float(t) for t in (thresholds if isinstance(thresholds, (list, tuple)) else [thresholds])]
    if not all(0 <= t <= 1 for t in values):
        raise ValueError(explain("thresholds", "numbers in [0, 1]", repr(thresholds), "Correct the argument."))
    return values


def _keep_top_k(y_pred: Any, k: int) -> Any:
    # The k-th and those before it in order, so that ties do not add to the k.
    _, places = jax.lax.top_k(y_pred, k)
    kept = jnp.any(places[..., None] == jnp.arange(y_pred.shape[-1]), axis=-2)
    return jnp.where(kept, y_pred, -jnp.inf)


class ConfusionMetric(Metric):
    """Base of metrics that gather some of the four counts, one of each for every threshold.

    Attributes:
        counts: names of those that it gathers.
    """

    counts: ClassVar[tuple[str, ...]]
    true_positives: Variable
    false_positives: Variable
    true_negatives: Variable
    false_negatives: Variable
    counts_rows_by_weight = True
    thresholds: Any = None
    top_k: int | None = None
    class_id: int | None = None

    def levels(self) -> list[float]:
        """The thresholds as a list."""
        return standardize_thresholds(self.thresholds, 0.5 if self.top_k is None else _BELOW_ALL)

    def check(self) -> None:
        """Make the state."""
        size = len(self.levels())
        for name in self.counts:
            setattr(self, name, self.add_variable((size,), "zeros", name=name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Shapes:
            y_true: (batch, ...), 0 or 1.
            y_pred: (batch, ...), probabilities.
            sample_weight: fits them from the left.
        """
        y_true, y_pred = (x.astype(self.dtype) for x in float_pair(y_true, y_pred))
        weights = None if sample_weight is None else jnp.asarray(sample_weight, self.dtype)
        if self.top_k is not None:
            y_pred = _keep_top_k(y_pred, self.top_k)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        levels = jnp.asarray(self.levels())
        order = jnp.argsort(levels)
        found = confusion(y_true, y_pred, levels[order], weights)
        for name in self.counts:
            getattr(self, name).assign_add(found[name][jnp.argsort(order)])

    def _shown(self, values: Any) -> Any:
        return values[0] if len(self.levels()) == 1 else values


class _OneCount(ConfusionMetric):
    def check(self) -> None:
        self.accumulator = self.add_variable((len(self.levels()),), "zeros", name="accumulator")
        setattr(self, self.counts[0], self.accumulator)

    def result(self) -> Any:
        """The count; one for each threshold if there are several."""
        return self._shown(self.accumulator.value)


@declared
class TruePositives(_OneCount):
    """Weighted number of targets 1 with ``y_pred > threshold``.

    Example:
        >>> metric = TruePositives()
        >>> metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
        >>> float(metric.result())
        2.0
    """

    counts = ("true_positives",)
    thresholds: Any = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()


@declared
class TrueNegatives(_OneCount):
    """Weighted number of targets 0 with ``y_pred <= threshold``."""

    counts = ("true_negatives",)
    thresholds: Any = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()


@declared
class FalsePositives(_OneCount):
    """Weighted number of targets 0 with ``y_pred > threshold``."""

    counts = ("false_positives",)
    thresholds: Any = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()


@declared
class FalseNegatives(_OneCount):
    """Weighted number of targets 1 with ``y_pred <= threshold``."""

    counts = ("false_negatives",)
    thresholds: Any = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()


@declared
class Precision(ConfusionMetric):
    """``tp / (tp + fp)``: the share of right ones among outputs above the threshold.

    Args:
        thresholds: one or several in [0, 1]; 0.5 if None.
        top_k: only the k greatest outputs of a row count as positive; then without a threshold if that is None.
        class_id: only this entry of the last axis counts.

    Example:
        >>> metric = Precision()
        >>> metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    _direction = "up"
    counts = ("true_positives", "false_positives")
    thresholds: Any = None
    top_k: int | None = None
    class_id: int | None = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()

    def result(self) -> Any:
        """The precision; one for each threshold if there are several."""
        hits = self.true_positives.value
        return self._shown(divide_no_nan(hits, hits + self.false_positives.value))


@declared
class Recall(ConfusionMetric):
    """``tp / (tp + fn)``: the share of targets 1 that are above the threshold; arguments as of ``Precision``.

    Example:
        >>> metric = Recall()
        >>> metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    _direction = "up"
    counts = ("true_positives", "false_negatives")
    thresholds: Any = None
    top_k: int | None = None
    class_id: int | None = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()

    def result(self) -> Any:
        """The recall; one for each threshold if there are several."""
        hits = self.true_positives.value
        return self._shown(divide_no_nan(hits, hits + self.false_negatives.value))
