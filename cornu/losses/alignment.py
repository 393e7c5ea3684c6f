"""How targets, outputs and weights that differ in rank are laid side by side."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.variable import Variable


def as_array(x: Any) -> Any:
    """``x`` as a jax array, with the mask that travels with it if it is one already."""
    return jnp.asarray(x.value if isinstance(x, Variable) else x)


def squeeze_or_expand_to_same_rank(first: Any, second: Any) -> tuple[Any, Any]:
    """Two arrays whose ranks differ by a last axis of size 1, brought to one rank; others as they are.

    The one with the extra axis of size 1 loses it, except that a (batch,) array meets a (batch, 1) one at rank 2.

    Example:
        >>> [x.shape for x in squeeze_or_expand_to_same_rank(jnp.zeros((4, 3, 1)), jnp.zeros((4, 3)))]
        [(4, 3), (4, 3)]
        >>> [x.shape for x in squeeze_or_expand_to_same_rank(jnp.zeros(4), jnp.zeros((4, 1)))]
        [(4, 1), (4, 1)]
    """
    if first.ndim - second.ndim == 1 and first.shape[-1] == 1:
        return (first, second[:, None]) if first.ndim == 2 else (first[..., 0], second)
    if second.ndim - first.ndim == 1 and second.shape[-1] == 1:
        return (first[:, None], second) if second.ndim == 2 else (first, second[..., 0])
    return first, second


def float_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets and outputs as float arrays of the outputs' dtype, and of one rank where a last 1 allows it."""
    y_pred = as_array(y_pred)
    if not jnp.issubdtype(y_pred.dtype, jnp.floating):
        y_pred = y_pred.astype(jnp.result_type(float))
    y_true = as_array(y_true).astype(y_pred.dtype)
    return squeeze_or_expand_to_same_rank(y_true, y_pred)


def align_weights(weights: Any, values: Any, what: str) -> Any:
    """Weights with as many axes as the values, so that one for each row reaches all values of that row.

    Axes are matched from the left: (batch,) weights values of shape (batch, time). A last axis of size 1 is
    dropped. Weights that fit only from the right, as (time,) for (batch, time), are taken so.
    """
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    if values.ndim == 0 or weights.ndim == 0:
        return weights
    left = weights.reshape(weights.shape + (1,) * max(values.ndim - weights.ndim, 0))
    for candidate in (left, weights):
        if candidate.ndim <= values.ndim and _fits(candidate.shape, values.shape):
            return candidate
    raise ShapeError(
        explain(
            what,
            f"a shape that fits the losses' {show_shape(values.shape)} from the left",
            show_shape(weights.shape),
            "Give one weight for each row, or one for each loss value.",
        )
    )


def _fits(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    return all(a in (1, b) for a, b in zip(reversed(shape), reversed(target), strict=False))
