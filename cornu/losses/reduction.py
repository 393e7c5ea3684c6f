"""From one loss value for each sample position to what is minimised: weights, masks, padded rows, reduction."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.losses.alignment import align_weights

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def standardize_reduction(reduction: Any) -> Any:
    """``reduction`` if it is a known one."""
    if reduction not in REDUCTIONS:
        raise ValueError(
            explain(
                "reduction",
                "one of 'sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none', None",
                repr(reduction),
                "Correct the argument.",
            )
        )
    return reduction


def reduce_values(values: Any, reduction: Any, sample_weight: Any = None, mask: Any = None, rows: Any = None) -> Any:
    """Weighted, masked and reduced losses; rows that are padding count for nothing.

    With values v, weights w, mask m in {0, 1} and real rows r in {0, 1}:

    - ``"sum"``: sum v w m r
    - ``"sum_over_batch_size"``, ``"mean"``: sum v w m r / sum m r (1 for each value, not each row)
    - ``"mean_with_sample_weight"``: sum v w m r / sum w m r, weights counted as given: those of shape (batch, 1)
      or () are not first spread over the values, as in Keras
    - ``"none"``, ``None``: v w m r

    Values without weight are left out by selection, so that a NaN in a padded or masked place does not spread.

    Shapes:
        values: (batch, ...) float.
        sample_weight, mask: fit the values from the left.
        rows: (batch,) float, 1 or 0.
    """
    present = _present(values, mask, rows)
    if present is not None:
        values = jnp.where(present, values, 0)
    weights = None
    if sample_weight is not None:
        weights = align_weights(sample_weight.astype(values.dtype), values, "sample_weight")
        values = values * weights if present is None else jnp.where(present, values * weights, 0)
    if reduction in ("none", None):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        return _divide_no_nan(total, _total_weight(values, weights, mask, rows))
    if present is None:
        return total / max(values.size, 1)
    return _divide_no_nan(total, jnp.sum(present, dtype=values.dtype))


def _present(values: Any, mask: Any, rows: Any) -> Any:
    """Which values count, in the values' shape; None if all do."""
    present = None
    if mask is not None:
        present = jnp.broadcast_to(align_weights(mask, values, "The mask of an output") != 0, values.shape)
    if rows is not None and values.ndim > 0:
        real = jnp.broadcast_to(align_weights(rows, values, "rows") > 0, values.shape)
        present = real if present is None else present & real
    return present


def _total_weight(values: Any, weights: Any, mask: Any, rows: Any) -> Any:
    if mask is not None:
        weights = weights * align_weights(mask, values, "The mask of an output").astype(weights.dtype)
    if rows is not None and weights.ndim == values.ndim > 0 and weights.shape[0] == rows.shape[0]:
        weights = jnp.where(align_weights(rows, weights, "rows") > 0, weights, 0)
    return jnp.sum(weights)


def _divide_no_nan(a: Any, b: Any) -> Any:
    return jnp.where(b == 0, 0, a / jnp.where(b == 0, 1, b))
