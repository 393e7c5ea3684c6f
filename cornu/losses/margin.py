"""Maximum-margin losses."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.losses.alignment import float_pair
from cornu.losses.loss import LibraryLoss, dtype_argument, name_argument, reduction_argument


def _signs(y_true: Any) -> Any:
    """Targets -1 and 1: those given as 0 and 1, in all of the batch, are mapped. A NaN decides nothing."""
    zero_one = jnp.all((y_true == 0) | (y_true == 1) | jnp.isnan(y_true))
    return jnp.where(zero_one, 2 * y_true - 1, y_true)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """``mean(max(1 - y_true y_pred, 0), axis=-1)``.

    Shapes:
        y_true: (batch, ..., d), -1 or 1; targets that are all 0 or 1 are mapped to these.
        y_pred: (batch, ..., d), of any size.
        result: (batch, ...), float.

    Example:
        >>> hinge([[-1.0, 1.0]], [[0.5, 2.0]]).tolist()
        [0.75]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    return jnp.mean(jnp.maximum(1 - _signs(y_true) * y_pred, 0), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """``mean(max(1 - y_true y_pred, 0)^2, axis=-1)``.

    Shapes:
        y_true: (batch, ..., d), -1 or 1; targets that are all 0 or 1 are mapped to these.
        y_pred: (batch, ..., d), of any size.
        result: (batch, ...), float.

    Example:
        >>> squared_hinge([[-1.0, 1.0]], [[1.0, 2.0]]).tolist()
        [2.0]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1 - _signs(y_true) * y_pred, 0)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """``max(wrong - right + 1, 0)``, with ``right = sum(y_true y_pred)`` and ``wrong = max((1 - y_true) y_pred)``.

    Shapes:
        y_true: (batch, ..., classes), one-hot.
        y_pred: (batch, ..., classes), of any size.
        result: (batch, ...), float.

    Example:
        >>> categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
        [0.5]

    Source: Crammer and Singer, On the algorithmic implementation of multiclass kernel-based vector machines (2001).
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1, 0)


@declared
class Hinge(LibraryLoss):
    """``mean(max(1 - y_true y_pred, 0))``; see ``hinge`` and ``Loss``."""

    function = staticmethod(hinge)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("hinge")
    dtype: Any = dtype_argument()


@declared
class SquaredHinge(LibraryLoss):
    """``mean(max(1 - y_true y_pred, 0)^2)``; see ``squared_hinge`` and ``Loss``."""

    function = staticmethod(squared_hinge)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("squared_hinge")
    dtype: Any = dtype_argument()


@declared
class CategoricalHinge(LibraryLoss):
    """``mean(max(wrong - right + 1, 0))`` of one-hot targets; see ``categorical_hinge`` and ``Loss``."""

    function = staticmethod(categorical_hinge)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("categorical_hinge")
    dtype: Any = dtype_argument()
