"""Sums and means over batches, and any function of targets and outputs averaged so."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, Self

import jax.numpy as jnp

from cornu.core import context, registry
from cornu.losses.alignment import align_weights, as_array, squeeze_or_expand_to_same_rank
from cornu.metrics.metric import Metric


def totals(values: Any, sample_weight: Any, dtype: Any) -> tuple[Any, Any]:
    """Sum over samples of their weighted mean value, and of their mean weight (their number without weights).

    A sample is a row: an entry of the first axis. A scalar weight weights the mean of all values. Values of
    weight 0 are left out by selection, so that a NaN among them does not spread.
    """
    values = as_array(values).astype(dtype)
    if sample_weight is None:
        return _sum_of_row_means(values), values.shape[0] if values.ndim else 1
    weights = as_array(sample_weight).astype(dtype)
    if values.ndim == 0:
        values = jnp.broadcast_to(values, weights.shape)
    if weights.ndim == 0:
        return jnp.where(weights != 0, jnp.mean(values) * weights, 0), weights
    if weights.ndim >= max(values.ndim, 2) and weights.shape[-1] == 1 and weights.shape != values.shape:
        weights = weights[..., 0]
    weights = jnp.broadcast_to(align_weights(weights, values, "sample_weight"), values.shape)
    return _sum_of_row_means(jnp.where(weights != 0, values * weights, 0)), _sum_of_row_means(weights)


def _sum_of_row_means(values: Any) -> Any:
    return jnp.sum(values) / math.prod(values.shape[1:])


class Sum(Metric):
    """The weighted sum of all values: ``sum(values * sample_weight)``.

    Example:
        >>> total = Sum()
        >>> total.update_state([1.0, 3.0], sample_weight=[1.0, 0.5])
        >>> float(total.result())
        2.5
    """

    def __init__(self, name: str = "sum", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values.

        Shapes:
            values: any.
            sample_weight: fits the values from the left.
        """
        values = as_array(values).astype(self.dtype)
        if sample_weight is not None:
            weights = align_weights(as_array(sample_weight).astype(self.dtype), values, "sample_weight")
            values = jnp.where(weights != 0, values * weights, 0)
        self.total.assign_add(jnp.sum(values))

    def result(self) -> Any:
        """The sum so far."""
        return self.total.value


class Mean(Metric):
    """The weighted mean of samples: ``sum(values * sample_weight) / sum(sample_weight)``; 0 before any.

    Values of one sample (row) are averaged first, so that a sample counts once however many values it has.

    Example:
        >>> mean = Mean()
        >>> mean.update_state([1.0, 3.0, 5.0, 7.0])
        >>> float(mean.result())
        4.0
        >>> mean.reset_state()
        >>> mean.update_state([1.0, 3.0, 5.0, 7.0], sample_weight=[1, 1, 0, 0])
        >>> float(mean.result())
        2.0
    """

    counts_rows_by_weight = True

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in values.

        Shapes:
            values: (batch, ...) or a scalar.
            sample_weight: fits the values from the left.
        """
        total, count = totals(values, sample_weight, self.dtype)
        self.total.assign_add(total)
        self.count.assign_add(count)

    def result(self) -> Any:
        """The mean so far."""
        count = self.count.value
        return jnp.where(count == 0, 0, self.total.value / jnp.where(count == 0, 1, count))


class MeanMetricWrapper(Mean):
    """The mean of a function of targets and outputs: ``mean(fn(y_true, y_pred, **kwargs))``.

    Args:
        fn: returns one value for each sample position, shape (batch, ...).
        name: its name in logs; the class's if None.
        dtype: of state and result.
        kwargs: passed to ``fn``.

    Example:
        >>> def error(y_true, y_pred, power):
        ...     return abs(y_true - y_pred) ** power
        >>> metric = MeanMetricWrapper(error, name="cubic", power=3)
        >>> metric.update_state([1.0, 1.0], [3.0, 1.0])
        >>> float(metric.result())
        4.0
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        # The library's functions work row by row; one of the user may not.
        self.counts_rows_by_weight = registry.is_published(fn)

    def evaluate(self, y_true: Any, y_pred: Any) -> Any:
        """The function's values."""
        return self._fn(y_true, y_pred, **self._fn_kwargs)

    def update_state(  # pyright: ignore[reportIncompatibleMethodOverride]  # of targets and outputs, not of values
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take in a batch; a mask that travels with ``y_pred`` leaves positions out.

        Shapes:
            y_true, y_pred: as the function takes them.
            sample_weight: fits the function's values from the left.
        """
        mask = context.get_mask(y_pred)
        values = as_array(self.evaluate(as_array(y_true), as_array(y_pred))).astype(self.dtype)
        super().update_state(values, self._leave_out(values, sample_weight, mask))

    def _leave_out(self, values: Any, sample_weight: Any, present: Any) -> Any:
        if present is None:
            return sample_weight
        present = jnp.broadcast_to(align_weights(present, values, "The mask of an output"), values.shape)
        if sample_weight is None:
            return present.astype(self.dtype)
        weights = align_weights(as_array(sample_weight).astype(self.dtype), values, "sample_weight")
        return jnp.where(present, weights, 0)

    def get_config(self) -> dict[str, Any]:
        """The function and its arguments."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "fn": registry.serialize(self._fn),
            **registry.serialize(self._fn_kwargs),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The metric that a config describes."""
        return cls(**registry.deserialize(config))


class LibraryMean(MeanMetricWrapper):
    """Base of the library's means, each a class over its function, to which it passes its declared fields."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, name: str | None = None, dtype: Any = None):
        super().__init__(type(self).function, name=name, dtype=dtype)
        self.counts_rows_by_weight = True

    def evaluate(self, y_true: Any, y_pred: Any) -> Any:
        """The function's values."""
        fields = getattr(type(self), "__declared_fields__", {})
        arguments = {name: getattr(self, name) for name, f in fields.items() if not f.base}
        return type(self).function(*squeeze_or_expand_to_same_rank(y_true, y_pred), **arguments)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return Metric.get_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The metric that a config describes."""
        return cls(**config)
