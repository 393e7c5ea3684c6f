"""Losses of overlap between sets, for segmentation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import config, context
from cornu.core.declare import declared
from cornu.losses.alignment import float_pair
from cornu.losses.loss import LibraryLoss, dtype_argument, name_argument, reduction_argument, takes_in_batch


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """``1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred))``, sums over ``axis``.

    Shapes:
        y_true, y_pred: (batch, ..., d), in [0, 1].
        result: without the summed axes; a scalar for the whole batch if ``axis`` is None.

    Example:
        >>> dice([[0.0, 1.0, 1.0]], [[0.0, 1.0, 0.0]]).round(4).tolist()
        0.3333

    Source: Sorensen-Dice coefficient; Milletari et al., V-Net (2016), without their squares.
    """
    y_true, y_pred = map(_without_padding, float_pair(y_true, y_pred))
    axis = _axes(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    return 1 - 2.0 * both / (jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis) + config.epsilon())


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Any:
    """``1 - hits / (hits + alpha misses + beta false alarms)``, each a sum over ``axis``.

    ``hits = sum(t p)``, ``misses = sum(t (1 - p))``, ``false alarms = sum((1 - t) p)``.

    Shapes:
        y_true, y_pred: (batch, ..., d), in [0, 1].
        result: without the summed axes; a scalar for the whole batch if ``axis`` is None.

    Example:
        >>> tversky([[0.0, 1.0, 1.0]], [[0.0, 1.0, 0.0]], alpha=0.0, beta=1.0).round(4).tolist()
        0.0

    Source: Salehi et al., Tversky loss function for image segmentation (2017), equation 3. As in Keras, alpha
    weighs misses and beta false alarms; the paper has them the other way round.
    """
    y_true, y_pred = map(_without_padding, float_pair(y_true, y_pred))
    axis = _axes(axis)
    hits = jnp.sum(y_true * y_pred, axis=axis)
    false_alarms = jnp.sum((1 - y_true) * y_pred, axis=axis)
    misses = jnp.sum(y_true * (1 - y_pred), axis=axis)
    return 1 - hits / (hits + alpha * misses + beta * false_alarms + config.epsilon())


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, (list, tuple)) else axis


def _without_padding(x: Any) -> Any:
    """``x`` with zeros in padded rows, which then add to no sum."""
    rows = context.current().rows
    if rows is None or x.shape[:1] != rows.shape:
        return x
    return jnp.where((rows > 0).reshape(rows.shape + (1,) * (x.ndim - 1)), x, 0)


class _OverlapLoss(LibraryLoss):
    axis: Any

    def mixes_rows(self, y_pred: Any) -> bool:
        """No: the functions leave padded rows out themselves."""
        return False

    def keeps_rows(self, y_pred: Any) -> bool:
        """Whether the batch axis is not among those summed over."""
        return not takes_in_batch(self.axis, y_pred.ndim)


@declared
class Dice(_OverlapLoss):
    """One minus twice the overlap by the sum of the sizes; see ``dice`` and ``Loss``."""

    function = staticmethod(dice)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("dice")
    axis: Any = None
    dtype: Any = dtype_argument()


@declared
class Tversky(_OverlapLoss):
    """One minus overlap by overlap, false alarms and misses, these weighted; see ``tversky`` and ``Loss``."""

    function = staticmethod(tversky)
    alpha: float = 0.5
    beta: float = 0.5
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("tversky")
    axis: Any = None
    dtype: Any = dtype_argument()
