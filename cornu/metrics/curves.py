"""Metrics of the whole curve that outputs trace as the threshold moves."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import config
from cornu.core.allowance import bounded
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.losses.alignment import align_weights, float_pair
from cornu.metrics.confusion import ConfusionMetric, confusion, divide_no_nan, standardize_thresholds
from cornu.metrics.metric import Metric, dtype_argument, name_argument

_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def _one_of(what: str, *accepted: str) -> Any:
    def convert(value: Any) -> Any:
        if value not in accepted:
            raise ValueError(
                explain(what, f"one of {', '.join(map(repr, accepted))}", repr(value), "Correct the argument.")
            )
        return value

    return convert


@declared
class AUC(Metric):
    """Area under a curve of rates at ``num_thresholds`` thresholds.

    Args:
        num_thresholds: 2 or more, evenly spaced over [0, 1].
        curve: "ROC" (recall over false-positive rate), "PR" (precision over recall), or "PRGAIN" (both as gains over
            the prevalence).
        summation_method: heights between thresholds: "interpolation", "minoring" (the lower) or "majoring".
        thresholds: instead of evenly spaced ones, in [0, 1]; 0 and 1 are added.
        multi_label: an area for each label (last axis), then their mean.
        num_labels: how many; from the first batch if None.
        label_weights: of the labels in that mean; without ``multi_label``, of their entries.
        from_logits: whether outputs are logits.

    Example:
        >>> metric = AUC(num_thresholds=3)
        >>> metric.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
        >>> float(metric.result())
        0.75

    Source: Fawcett, An introduction to ROC analysis (2006); "PR" by interpolation: Davis and Goadrich, The relationship
    between precision-recall and ROC curves (2006); "PRGAIN": Flach and Kull, Precision-recall-gain curves (2015).
    """

    _direction = "up"
    counts_rows_by_weight = True

    num_thresholds: int = 200
    curve: str = field("ROC", _one_of("AUC's curve", "ROC", "PR", "PRGAIN"))
    summation_method: str = field(
        "interpolation", _one_of("AUC's summation_method", "interpolation", "minoring", "majoring")
    )
    name: str | None = name_argument()
    dtype: Any = dtype_argument()
    thresholds: Any = field(None, config=False)
    multi_label: bool = False
    num_labels: int | None = None
    label_weights: Any = None
    from_logits: bool = False

    def check(self) -> None:
        """Settle the thresholds, and make the state if the number of labels is known."""
        if self.num_labels and not self.multi_label:
            raise ValueError(explain("AUC", "multi_label=True with num_labels", "False", "Correct the arguments."))
        self._given = None if self.thresholds is None else sorted(standardize_thresholds(list(self.thresholds)))
        if self._given is None and self.num_thresholds < 2:
            raise ValueError(explain("AUC", "num_thresholds of 2 or more", self.num_thresholds, "Raise it."))
        bounded(self.num_thresholds, "AUC's num_thresholds")
        inner = (
            np.arange(1, self.num_thresholds - 1) / (self.num_thresholds - 1) if self._given is None else self._given
        )
        # A little beyond both ends, so that outputs of 0 and 1 are on the inner side.
        self.thresholds = [-config.epsilon(), *(float(t) for t in inner), 1.0 + config.epsilon()]
        self.num_thresholds = len(self.thresholds)
        if not self.multi_label or self.num_labels:
            self.build(self.num_labels)

    def build(self, labels: int | None) -> None:
        """Make the state, which has an axis of labels if ``multi_label``."""
        shape = (self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,)
        self.true_positives, self.false_positives, self.true_negatives, self.false_negatives = (
            self.add_variable(shape, "zeros", name=name) for name in _COUNTS
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Shapes:
            y_true: (batch, ...), 0 or 1.
            y_pred: (batch, ...), probabilities, or logits.
            sample_weight: fits them from the left.
        """
        y_true, y_pred = (x.astype(self.dtype) for x in float_pair(y_true, y_pred))
        if not hasattr(self, "true_positives"):
            self.build(y_pred.shape[-1])
        if self.from_logits:
            y_pred = jax.nn.sigmoid(y_pred)
        weights = None if sample_weight is None else jnp.asarray(sample_weight, self.dtype)
        if self.label_weights is not None and not self.multi_label:
            own = jnp.asarray(self.label_weights, self.dtype)
            weights = own * (
                jnp.ones_like(y_pred) if weights is None else align_weights(weights, y_pred, "sample_weight")
            )
        found = confusion(y_true, y_pred, self.thresholds, weights, by_label=self.multi_label)
        for name in _COUNTS:
            getattr(self, name).assign_add(found[name])

    def result(self) -> Any:
        """The area; 0 before any batch."""
        if not hasattr(self, "true_positives"):
            return jnp.zeros((), self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        x, y = self._curve()
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        else:
            heights = (jnp.minimum if self.summation_method == "minoring" else jnp.maximum)(y[:-1], y[1:])
        return self._over_labels(jnp.sum((x[:-1] - x[1:]) * heights, axis=0))

    def interpolate_pr_auc(self) -> Any:
        """Area under the precision-recall curve, true positives being linear in positives between thresholds."""
        tp, fn = self.true_positives.value, self.false_negatives.value
        p = tp + self.false_positives.value
        gained_tp, gained_p = tp[:-1] - tp[1:], jnp.maximum(p[:-1] - p[1:], 0)
        slope = divide_no_nan(gained_tp, gained_p)
        intercept = tp[1:] - slope * p[1:]
        both = (p[:-1] > 0) & (p[1:] > 0)
        ratio = jnp.where(both, p[:-1] / jnp.where(both, p[1:], 1), 1)
        areas = divide_no_nan(slope * (gained_tp + intercept * jnp.log(ratio)), tp[1:] + fn[1:])
        return self._over_labels(jnp.sum(areas, axis=0))

    def _curve(self) -> tuple[Any, Any]:
        tp, fp, tn, fn = (getattr(self, name).value for name in _COUNTS)
        recall = divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            return divide_no_nan(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, divide_no_nan(tp, tp + fp)
        odds = divide_no_nan(tp + fn, fp + tn)
        hit = tp > 0
        safe = jnp.where(hit, tp, 1)
        recall_gain = jnp.maximum(jnp.where(hit, 1 - fn / safe * odds, 0), 0)
        return recall_gain, jnp.where(hit, 1 - fp / safe * odds, 1)

    def _over_labels(self, areas: Any) -> Any:
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, areas.dtype)
        return divide_no_nan(jnp.sum(areas * weights), jnp.sum(weights))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; thresholds only if they were given."""
        given = {} if self._given is None else {"thresholds": self._given}
        return {**super().get_config(), **given}


class _AtRate(ConfusionMetric):
    """Base: one rate at the best of the thresholds where another has at least a given value."""

    _direction = "up"
    counts = _COUNTS
    num_thresholds: int

    def levels(self) -> list[float]:
        n = self.num_thresholds
        bounded(n, f"{type(self).__name__}'s num_thresholds")
        return [0.5] if n == 1 else [i / (n - 1) for i in range(n)]

    def check(self) -> None:
        least = self._least()
        if not 0 <= least <= 1:
            raise ValueError(explain(type(self).__name__, "a rate in [0, 1]", least, "Correct the argument."))
        if not self.num_thresholds > 0:
            raise ValueError(
                explain(type(self).__name__, "num_thresholds of 1 or more", self.num_thresholds, "Raise it.")
            )
        self.thresholds = self.levels()
        super().check()

    def _least(self) -> float:
        raise NotImplementedError

    def _rates(self) -> tuple[Any, Any]:
        raise NotImplementedError

    def result(self) -> Any:
        """The best rate; 0 if no threshold is good enough."""
        constrained, wanted = self._rates()
        return jnp.max(jnp.where(constrained >= self._least(), wanted, 0))

    @property
    def _sensitivity(self) -> Any:
        return divide_no_nan(self.true_positives.value, self.true_positives.value + self.false_negatives.value)

    @property
    def _specificity(self) -> Any:
        return divide_no_nan(self.true_negatives.value, self.true_negatives.value + self.false_positives.value)

    @property
    def _precision(self) -> Any:
        return divide_no_nan(self.true_positives.value, self.true_positives.value + self.false_positives.value)


@declared
class SensitivityAtSpecificity(_AtRate):
    """Best ``tp / (tp + fn)`` over thresholds where ``tn / (tn + fp) >= specificity``.

    Example:
        >>> metric = SensitivityAtSpecificity(0.5)
        >>> metric.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
        >>> float(metric.result())
        0.5
    """

    specificity: float
    num_thresholds: int = 200
    class_id: int | None = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()

    def _least(self) -> float:
        return self.specificity

    def _rates(self) -> tuple[Any, Any]:
        return self._specificity, self._sensitivity


@declared
class SpecificityAtSensitivity(_AtRate):
    """Best ``tn / (tn + fp)`` over thresholds where ``tp / (tp + fn) >= sensitivity``."""

    sensitivity: float
    num_thresholds: int = 200
    class_id: int | None = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()

    def _least(self) -> float:
        return self.sensitivity

    def _rates(self) -> tuple[Any, Any]:
        return self._sensitivity, self._specificity


@declared
class PrecisionAtRecall(_AtRate):
    """Best ``tp / (tp + fp)`` over thresholds where ``tp / (tp + fn) >= recall``."""

    recall: float
    num_thresholds: int = 200
    class_id: int | None = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()

    def _least(self) -> float:
        return self.recall

    def _rates(self) -> tuple[Any, Any]:
        return self._sensitivity, self._precision


@declared
class RecallAtPrecision(_AtRate):
    """Best ``tp / (tp + fn)`` over thresholds where ``tp / (tp + fp) >= precision``."""

    precision: float
    num_thresholds: int = 200
    class_id: int | None = None
    name: str | None = name_argument()
    dtype: Any = dtype_argument()

    def _least(self) -> float:
        return self.precision

    def _rates(self) -> tuple[Any, Any]:
        return self._precision, self._sensitivity
