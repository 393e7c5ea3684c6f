"""Losses of numbers: distances between targets and outputs, averaged over the last axis."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import config
from cornu.core.declare import declared, field
from cornu.losses.alignment import float_pair
from cornu.losses.loss import LibraryLoss, dtype_argument, name_argument, reduction_argument


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((y_true - y_pred)^2, axis=-1)``.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: (batch, ...), float.

    Example:
        >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [2.5]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """``mean(|y_true - y_pred|, axis=-1)``.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: (batch, ...), float.

    Example:
        >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """``100 mean(|y_true - y_pred| / max(|y_true|, epsilon), axis=-1)``, in percent.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: (batch, ...), float.

    Example:
        >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).tolist()
        [25.0]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    scale = jnp.maximum(jnp.abs(y_true), config.epsilon())
    return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / scale), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((log(1 + y_true) - log(1 + y_pred))^2, axis=-1)``, both first raised to at least epsilon.

    Shapes:
        y_true, y_pred: (batch, ..., d), not negative.
        result: (batch, ...), float.

    Example:
        >>> mean_squared_logarithmic_error([[0.0]], [[math.e - 1]]).round(4).tolist()
        [1.0]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    epsilon = config.epsilon()
    true_log = jnp.log(jnp.maximum(y_true, epsilon) + 1)
    pred_log = jnp.log(jnp.maximum(y_pred, epsilon) + 1)
    return jnp.mean(jnp.square(true_log - pred_log), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Mean over the last axis of ``e^2 / 2`` where ``|e| <= delta``, else ``delta (|e| - delta / 2)``; ``e = y_pred - y_true``.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: (batch, ...), float.

    Example:
        >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]

    Source: Huber, Robust estimation of a location parameter (1964).
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    error = y_pred - y_true
    size = jnp.abs(error)
    return jnp.mean(jnp.where(size <= delta, 0.5 * jnp.square(error), delta * size - 0.5 * delta**2), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """``mean(log(cosh(y_pred - y_true)), axis=-1)``, as ``e + softplus(-2 e) - log 2``, which does not overflow.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: (batch, ...), float.

    Example:
        >>> log_cosh([[0.0]], [[100.0]]).round(2).tolist()
        [99.31]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - math.log(2.0), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Minus the cosine of the angle between targets and outputs: ``-sum(y_true / |y_true| * y_pred / |y_pred|)``.

    0 where either is zero, with zero gradient.

    Shapes:
        y_true, y_pred: (batch, ..., d).
        result: (batch, ...), float, in [-1, 1]; -1 where they point the same way.

    Example:
        >>> cosine_similarity([[0.0, 1.0]], [[0.0, 3.0]]).tolist()
        [-1.0]

    Source: values as Keras; its gradient at zero vectors is NaN.
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    return -jnp.sum(normalize(y_true, axis) * normalize(y_pred, axis), axis=axis)


def normalize(x: Any, axis: Any) -> Any:
    """``x / |x|`` along an axis; zero, with zero gradient, where ``|x|`` is below 1e-12."""
    square = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    # 1e-24 is a normal number of float32 and bfloat16; float16 has no smaller one than 6e-8.
    least = max(1e-24, float(jnp.finfo(x.dtype).tiny))
    nonzero = square > least
    return jnp.where(nonzero, x * jax.lax.rsqrt(jnp.where(nonzero, square, 1)), 0)


@declared
class MeanSquaredError(LibraryLoss):
    """``mean((y_true - y_pred)^2)``; see ``mean_squared_error`` and ``Loss``.

    Example:
        >>> float(MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]]))
        2.5
    """

    function = staticmethod(mean_squared_error)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("mean_squared_error")
    dtype: Any = dtype_argument()


@declared
class MeanAbsoluteError(LibraryLoss):
    """``mean(|y_true - y_pred|)``; see ``mean_absolute_error`` and ``Loss``."""

    function = staticmethod(mean_absolute_error)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("mean_absolute_error")
    dtype: Any = dtype_argument()


@declared
class MeanAbsolutePercentageError(LibraryLoss):
    """``100 mean(|y_true - y_pred| / |y_true|)``; see ``mean_absolute_percentage_error`` and ``Loss``."""

    function = staticmethod(mean_absolute_percentage_error)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("mean_absolute_percentage_error")
    dtype: Any = dtype_argument()


@declared
class MeanSquaredLogarithmicError(LibraryLoss):
    """``mean((log(1 + y_true) - log(1 + y_pred))^2)``; see ``mean_squared_logarithmic_error`` and ``Loss``."""

    function = staticmethod(mean_squared_logarithmic_error)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("mean_squared_logarithmic_error")
    dtype: Any = dtype_argument()


@declared
class Huber(LibraryLoss):
    """Squared for errors up to ``delta``, linear beyond; see ``huber`` and ``Loss``.

    Source: as Keras, whose config leaves ``delta`` out; here it is written where it is not 1.
    """

    function = staticmethod(huber)
    delta: float = field(1.0, config="changed")
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("huber_loss")
    dtype: Any = dtype_argument()


@declared
class LogCosh(LibraryLoss):
    """``mean(log(cosh(y_pred - y_true)))``; see ``log_cosh`` and ``Loss``."""

    function = staticmethod(log_cosh)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("log_cosh")
    dtype: Any = dtype_argument()


@declared
class CosineSimilarity(LibraryLoss):
    """Minus the cosine of the angle between targets and outputs; see ``cosine_similarity`` and ``Loss``.

    Source: as Keras, whose config leaves ``axis`` out; here it is written where it is not -1.
    """

    function = staticmethod(cosine_similarity)
    axis: int = field(-1, config="changed")
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("cosine_similarity")
    dtype: Any = dtype_argument()
