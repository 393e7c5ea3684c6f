"""Cross-entropies, one value for each distribution, not averaged."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.core import config
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import elementwise, op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import rows_along, same_size, shape_of, shaped
from cornu.ops.tensor import Tensor, arrays, axes_of


def _bounded(p: jax.Array) -> jax.Array:
    return jnp.clip(p, config.epsilon(), 1 - config.epsilon())


def _per_distribution(target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1) -> SymbolicShape:
    a, b = shape_of(target), shape_of(output)
    if len(a) != len(b) or not a:
        raise ShapeError(
            explain(
                "categorical_crossentropy", "target and output of equal shape", f"{show_shape([a, b])}", "Use one_hot."
            )
        )
    merged = tuple(same_size(i, j, "categorical_crossentropy", [a, b]) for i, j in zip(a, b, strict=True))
    return _without(merged, axis)


def _without(shape: SymbolicShape, axis: int) -> SymbolicShape:
    (place,) = axes_of(axis, len(shape))
    return (*shape[:place], *shape[place + 1 :])


@op(spec_rule=shaped(_per_distribution), rows=rows_along("axis", 3, -1))
def categorical_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1) -> Tensor:
    """``-sum(target log p)`` along an axis, p being ``output`` scaled to sum 1, or its softmax.

    Args:
        target: distributions, for example one-hot.
        output: probabilities, kept ``config.epsilon()`` away from 0 and 1; with ``from_logits``, logits.

    Example:
        >>> categorical_crossentropy([0.0, 1.0], [0.5, 0.5]).tolist()
        0.6931
    """
    target, output = arrays(target, output)
    if target.shape != output.shape:
        _per_distribution(target, output)
    if from_logits:
        log_p = jax.nn.log_softmax(output, axis)
    else:
        log_p = jnp.log(_bounded(output / jnp.sum(output, axis, keepdims=True)))
    return -jnp.sum(target * log_p, axis)


def _per_label(target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1) -> SymbolicShape:
    a, b = shape_of(target), _without(shape_of(output), axis)
    a = a[:-1] if len(a) == len(b) + 1 and a[-1] in (1, None) else a
    if len(a) != len(b):
        raise ShapeError(
            explain(
                "sparse_categorical_crossentropy",
                f"targets of shape {show_shape(b)}, as the output without its class axis",
                show_shape(shape_of(target)),
                "Pass class numbers, or use categorical_crossentropy for one-hot targets.",
            )
        )
    return tuple(same_size(i, j, "sparse_categorical_crossentropy", [a, b]) for i, j in zip(a, b, strict=True))


@op(spec_rule=shaped(_per_label), rows=rows_along("axis", 3, -1))
def sparse_categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """``-log p[target]``, p being ``output`` scaled to sum 1 along an axis, or its softmax.

    Shapes:
        target: output's without the class axis (a last axis of size 1 is dropped); int, from 0.

    Example:
        >>> sparse_categorical_crossentropy(1, [0.5, 0.5]).tolist()
        0.6931
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    labels = jnp.reshape(target, _per_label(target, output, from_logits, axis)).astype("int32")
    if from_logits:
        log_p = jax.nn.log_softmax(output, axis)
    else:
        log_p = jnp.log(_bounded(output / jnp.sum(output, axis, keepdims=True)))
    hits = jax.nn.one_hot(labels, output.shape[axis], axis=axis, dtype=log_p.dtype)
    return -jnp.sum(hits * log_p, axis)


@op(spec_rule=elementwise)
def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """``-target log p - (1 - target) log(1 - p)``, p being ``output`` or its sigmoid.

    Args:
        output: probabilities, kept ``config.epsilon()`` away from 0 and 1; with ``from_logits``, logits.

    Example:
        >>> binary_crossentropy([1.0, 0.0], [0.5, 0.5]).tolist()
        [0.6931, 0.6931]
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    if from_logits:
        # log(1 + exp(-|z|)) does not overflow.
        return jnp.maximum(output, 0) - output * target + jnp.log1p(jnp.exp(-jnp.abs(output)))
    p = _bounded(output)
    return -target * jnp.log(p) - (1 - target) * jnp.log1p(-p)
