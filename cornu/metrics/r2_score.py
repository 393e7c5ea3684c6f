"""Explained variance of regressions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.core.errors import explain
from cornu.losses.alignment import as_array
from cornu.metrics.f_score import need_matrices, row_weights
from cornu.metrics.metric import Metric, dtype_argument, name_argument

_STATE = ("squared_sum", "sum", "residual", "count")


@declared
class R2Score(Metric):
    """``1 - sum((y_true - y_pred)^2) / sum((y_true - mean(y_true))^2)``: the coefficient of determination.

    Args:
        class_aggregation: over output columns: "uniform_average", "variance_weighted_average", or None for each.
        num_regressors: of independent variables, for the adjusted score ``1 - (1 - r2) (n - 1) / (n - p - 1)``.

    Example:
        >>> metric = R2Score()
        >>> metric.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
        >>> round(float(metric.result()), 4)
        0.5714

    Source: behaviour of Keras: ``n`` counts all values, those of weight 0 too. It is not adjusted where
    ``n <= p + 1``.
    """

    _direction = "up"

    class_aggregation: str | None = "uniform_average"
    num_regressors: int = 0
    name: str | None = name_argument("r2_score")
    dtype: Any = dtype_argument()

    def check(self) -> None:
        """Refuse arguments that give no score, and begin to count."""
        if self.class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ValueError(
                explain(
                    "R2Score",
                    "class_aggregation None, 'uniform_average' or 'variance_weighted_average'",
                    repr(self.class_aggregation),
                    "Correct the argument.",
                )
            )
        if self.num_regressors < 0:
            raise ValueError(
                explain("R2Score", "num_regressors of 0 or more", self.num_regressors, "Correct the argument.")
            )
        # The number of samples, which weights do not change, matters to the adjusted score only.
        self.counts_rows_by_weight = self.num_regressors == 0
        self.num_samples = self.add_variable((), "zeros", name="num_samples")

    def build(self, columns: int) -> None:
        """Make the state."""
        self.squared_sum, self.sum, self.residual, self.count = (
            self.add_variable((columns,), "zeros", name=name) for name in _STATE
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch.

        Shapes:
            y_true, y_pred: (batch, columns).
            sample_weight: (batch,).
        """
        y_true, y_pred = as_array(y_true).astype(self.dtype), as_array(y_pred).astype(self.dtype)
        need_matrices("R2Score", y_true, y_pred)
        if not hasattr(self, "count"):
            self.build(y_true.shape[1])
        weights = row_weights(sample_weight, y_true)

        def total(x: Any) -> Any:
            return jnp.sum(jnp.where(weights != 0, x * weights, 0), axis=0)

        self.sum.assign_add(total(y_true))
        self.squared_sum.assign_add(total(jnp.square(y_true)))
        self.residual.assign_add(total(jnp.square(y_true - y_pred)))
        self.count.assign_add(total(jnp.ones_like(y_true)))
        self.num_samples.assign_add(y_true.size)

    def result(self) -> Any:
        """The score; 0 before any batch."""
        if not hasattr(self, "count"):
            return jnp.zeros((), self.dtype)
        total = self.squared_sum.value - jnp.square(self.sum.value) / self.count.value
        scores = 1 - self.residual.value / total
        scores = jnp.where(jnp.isinf(scores), 0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(scores * total) / jnp.sum(total)
        if self.num_regressors == 0:
            return scores
        n, p = self.num_samples.value, self.num_regressors
        freedom = n - p - 1
        return jnp.where(freedom > 0, 1 - (1 - scores) * (n - 1) / jnp.where(freedom > 0, freedom, 1), scores)
