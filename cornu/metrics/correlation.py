"""How outputs vary with targets."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import config
from cornu.core.declare import declared
from cornu.losses.alignment import float_pair
from cornu.losses.regression import normalize
from cornu.metrics.mean import LibraryMean
from cornu.metrics.metric import dtype_argument, name_argument


def pearson_correlation(y_true: Any, y_pred: Any, axis: Any = -1) -> Any:
    """``cov(y_true, y_pred) / (std(y_true) std(y_pred))`` along ``axis``; 0 where either is constant.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: without ``axis``, float, in [-1, 1].

    Example:
        >>> pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]).round(4).tolist()
        [1.0]

    Source: as Keras, where a constant gives NaN.
    """
    y_true, y_pred = (x - jnp.mean(x, axis=axis, keepdims=True) for x in float_pair(y_true, y_pred))
    return jnp.sum(normalize(y_true, axis) * normalize(y_pred, axis), axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: Any = -1) -> Any:
    """``2 cov / (var(y_true) + var(y_pred) + (mean(y_true) - mean(y_pred))^2)`` along ``axis``.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: without ``axis``, float, in [-1, 1]; 1 only where both are equal.

    Example:
        >>> concordance_correlation([[1.0, 2.0, 3.0]], [[2.0, 3.0, 4.0]]).round(4).tolist()
        [0.5714]

    Source: Lin, A concordance correlation coefficient to evaluate reproducibility (1989).
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    true_mean, pred_mean = (jnp.mean(x, axis=axis, keepdims=True) for x in (y_true, y_pred))
    covariance = jnp.mean((y_true - true_mean) * (y_pred - pred_mean), axis=axis)
    variances = jnp.var(y_true, axis=axis) + jnp.var(y_pred, axis=axis)
    shift = jnp.square(jnp.squeeze(true_mean - pred_mean, axis=axis))
    return 2 * covariance / (variances + shift + config.epsilon())


@declared
class PearsonCorrelation(LibraryMean):
    """Mean ``pearson_correlation`` along an axis; ``axis=0`` for the correlation over the samples of a batch."""

    _direction = "up"
    function = staticmethod(pearson_correlation)
    name: str | None = name_argument("pearson_correlation")
    dtype: Any = dtype_argument()
    axis: Any = -1

    def check(self) -> None:
        """Other axes may take in the batch."""
        self.counts_rows_by_weight = self.axis == -1


@declared
class ConcordanceCorrelation(LibraryMean):
    """Mean ``concordance_correlation`` along an axis; ``axis=0`` for that over the samples of a batch."""

    _direction = "up"
    function = staticmethod(concordance_correlation)
    name: str | None = name_argument("concordance_correlation")
    dtype: Any = dtype_argument()
    axis: Any = -1

    def check(self) -> None:
        """Other axes may take in the batch."""
        self.counts_rows_by_weight = self.axis == -1
