"""Losses of rates and of distributions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import config
from cornu.core.declare import declared
from cornu.losses.alignment import float_pair
from cornu.losses.loss import LibraryLoss, dtype_argument, name_argument, reduction_argument


def poisson(y_true: Any, y_pred: Any) -> Any:
    """``mean(y_pred - y_true log(y_pred + epsilon), axis=-1)``: minus the log-likelihood of counts, up to a constant.

    Shapes:
        y_true: (batch, ..., d), counts.
        y_pred: (batch, ..., d), rates, not negative.
        result: (batch, ...), float, in nats.

    Example:
        >>> poisson([[2.0, 0.0]], [[1.0, 3.0]]).round(4).tolist()
        [2.0]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + config.epsilon()), axis=-1)


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """``sum(y_true log(y_true / y_pred), axis=-1)``, both kept between epsilon and 1.

    Shapes:
        y_true, y_pred: (batch, ..., classes), distributions.
        result: (batch, ...), float, in nats.

    Example:
        >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).round(4).tolist()
        [0.1438]

    Source: Kullback and Leibler, On information and sufficiency (1951).
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    y_true = jnp.clip(y_true, config.epsilon(), 1)
    y_pred = jnp.clip(y_pred, config.epsilon(), 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


@declared
class Poisson(LibraryLoss):
    """``mean(y_pred - y_true log(y_pred))``; see ``poisson`` and ``Loss``."""

    function = staticmethod(poisson)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("poisson")
    dtype: Any = dtype_argument()


@declared
class KLDivergence(LibraryLoss):
    """``mean(sum(y_true log(y_true / y_pred)))``; see ``kl_divergence`` and ``Loss``."""

    function = staticmethod(kl_divergence)
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("kl_divergence")
    dtype: Any = dtype_argument()
