"""The circle loss of embeddings."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import context
from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.losses.alignment import as_array
from cornu.losses.loss import LibraryLoss, dtype_argument, integer_targets, name_argument, reduction_argument


@integer_targets
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """``softplus(logsumexp(gamma a_p (d_p - margin)) + logsumexp(gamma a_n (1 - margin - d_n)))`` for each row.

    ``d = max(1 - y_pred @ ref_embeddings.T, 0)`` are distances to references of the same class (p) and of others
    (n), with weights ``a_p = max(d_p + margin, 0)`` and ``a_n = max(1 + margin - d_n, 0)``. Rows without a
    reference of their class, or without one of another, give 0 and do not count in a mean.

    Shapes:
        y_true: (batch,) or (batch, 1), class numbers.
        y_pred: (batch, d), rows of length 1 (normalise them).
        ref_labels: (references,) or (references, 1); y_true if None.
        ref_embeddings: (references, d); y_pred if None.
        result: (batch,), float.

    Args:
        remove_diagonal: whether reference i is left out for row i.

    Example:
        >>> embeddings = jnp.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
        >>> circle(jnp.array([0, 0, 1]), embeddings).round(4).tolist()
        [0.0, 6.4017, 0.0]

    Source: Sun et al., Circle loss (2020), equation 6, on distances. As in Keras, gradients pass through the weights
    too; the paper holds them constant.
    """
    y_pred = as_array(y_pred)
    labels = _labels(y_true, y_pred)
    references = y_pred if ref_embeddings is None else as_array(ref_embeddings).astype(y_pred.dtype)
    reference_labels = labels if ref_labels is None else _labels(ref_labels, references)
    distances = jnp.maximum(1 - y_pred @ references.T, 0)
    positive = labels[:, None] == reference_labels[None]
    negative = ~positive
    if remove_diagonal:
        positive = positive & ~jnp.eye(*positive.shape, dtype=bool)
    rows = context.current().rows
    if rows is not None and ref_embeddings is None:
        positive, negative = positive & (rows > 0), negative & (rows > 0)
    weight_p = jnp.maximum(distances + margin, 0)
    weight_n = jnp.maximum(1 + margin - distances, 0)
    both = positive.any(axis=1) & negative.any(axis=1)
    pull = _logsumexp(gamma * weight_p * (distances - margin), positive, both)
    push = _logsumexp(gamma * weight_n * (1 - margin - distances), negative, both)
    losses = jnp.where(both, jax.nn.softplus(pull + push), 0)
    context.set_mask(losses, both)
    return losses


def _labels(y_true: Any, y_pred: Any) -> Any:
    labels = as_array(y_true)
    if labels.size != y_pred.shape[0] or y_pred.ndim != 2:
        raise ShapeError(
            explain(
                "circle",
                "embeddings of shape (batch, d) with one class number each",
                f"{show_shape(y_pred.shape)} and {show_shape(labels.shape)}",
                "Give labels of shape (batch,), and flatten the embeddings.",
            )
        )
    return labels.reshape(-1)


def _logsumexp(x: Any, among: Any, exists: Any) -> Any:
    """Over those of a row that are ``among``; 0 for rows where there are none, so that gradients stay finite."""
    return jax.nn.logsumexp(jnp.where(exists[:, None], x, 0), axis=1, where=among | ~exists[:, None])


@declared
class Circle(LibraryLoss):
    """Pulls embeddings of a class together and pushes classes apart, within a batch; see ``circle`` and ``Loss``."""

    function = staticmethod(circle)
    keeps_integers = True
    gamma: float = 80.0
    margin: float = 0.4
    remove_diagonal: bool = True
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("circle")
    dtype: Any = dtype_argument()

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """``call``; the function itself sees to the ranks."""
        return self.call(y_true, y_pred)
