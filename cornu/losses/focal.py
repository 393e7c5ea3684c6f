"""Cross-entropies that give easy samples less weight, or wrong labels less pull."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.core.errors import explain
from cornu.losses.alignment import float_pair
from cornu.losses.crossentropy import (
    binary_terms,
    class_numbers,
    clip_probabilities,
    need_equal_shapes,
    smooth_binary,
    smooth_categorical,
)
from cornu.losses.loss import LibraryLoss, dtype_argument, integer_targets, name_argument, reduction_argument


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: Any = -1,
) -> Any:
    """``mean((1 - p_t)^gamma binary_crossentropy, axis)``, ``p_t`` the probability given to the target.

    Shapes:
        y_true: (batch, ..., d), in [0, 1].
        y_pred: (batch, ..., d), probabilities, or logits.
        result: (batch, ...), float.

    Args:
        apply_class_balancing: whether targets 1 weigh ``alpha`` and targets 0 ``1 - alpha``.

    Raises:
        ShapeError: targets and outputs of different shapes.

    Example:
        >>> binary_focal_crossentropy([[1.0]], [[0.5]]).round(4).tolist()
        [0.1733]

    Source: Lin et al., Focal loss for dense object detection (2017), equations 4 and 5.
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    need_equal_shapes("binary_focal_crossentropy", y_true, y_pred)
    y_true = smooth_binary(y_true, label_smoothing)
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    p_t = y_true * p + (1 - y_true) * (1 - p)
    losses = jnp.power(1.0 - p_t, gamma) * binary_terms(y_true, p, False)
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(losses, axis=tuple(axis) if isinstance(axis, (list, tuple)) else axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """``-sum(alpha (1 - p)^gamma t log(p), axis)``.

    Shapes:
        y_true: (batch, ..., classes), distributions, such as one-hot.
        y_pred: (batch, ..., classes), probabilities, or logits.
        result: (batch, ...), float.

    Args:
        alpha: weight, one or one for each class.

    Example:
        >>> categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4).tolist()
        [0.0433]

    Source: Lin et al., Focal loss for dense object detection (2017), for more than two classes.
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    need_equal_shapes("categorical_focal_crossentropy", y_true, y_pred)
    y_true = smooth_categorical(y_true, label_smoothing, axis)
    p = jax.nn.softmax(y_pred, axis=axis) if from_logits else y_pred
    p = clip_probabilities(p / jnp.sum(p, axis=axis, keepdims=True))
    alpha = jnp.asarray(alpha, p.dtype)
    return jnp.sum(alpha * jnp.power(1.0 - p, gamma) * -y_true * jnp.log(p), axis=axis)


@integer_targets
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """``(1 - p[y_true]^q) / q``: cross-entropy for ``q`` towards 0, absolute error for ``q`` towards 1.

    Shapes:
        y_true: (batch, ...) or (batch, ..., 1), class numbers.
        y_pred: (batch, ..., classes), probabilities.
        result: (batch, ...), float.

    Example:
        >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], 0.5).tolist()
        [1.0]

    Source: Zhang and Sabuncu, Generalized cross entropy loss for training deep neural networks with noisy labels
    (2018), equation 6. The gradient at probability 0, where it is infinite, is 0.
    """
    labels, y_pred = class_numbers("categorical_generalized_cross_entropy", y_true, y_pred)
    classes = jax.lax.broadcasted_iota(labels.dtype, y_pred.shape, y_pred.ndim - 1)
    p = jnp.sum(jnp.where(classes == labels[..., None], y_pred, 0), axis=-1)
    positive = p > 0
    return (1.0 - jnp.where(positive, jnp.power(jnp.where(positive, p, 1), q), 0)) / q


@declared
class BinaryFocalCrossentropy(LibraryLoss):
    """Binary cross-entropy weighted by ``(1 - p_t)^gamma``; see ``binary_focal_crossentropy`` and ``Loss``."""

    function = staticmethod(binary_focal_crossentropy)
    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: Any = -1
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("binary_focal_crossentropy")
    dtype: Any = dtype_argument()


@declared
class CategoricalFocalCrossentropy(LibraryLoss):
    """Categorical cross-entropy weighted by ``alpha (1 - p)^gamma``; see ``categorical_focal_crossentropy`` and ``Loss``."""

    function = staticmethod(categorical_focal_crossentropy)
    alpha: Any = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("categorical_focal_crossentropy")
    dtype: Any = dtype_argument()


@declared
class CategoricalGeneralizedCrossEntropy(LibraryLoss):
    """``mean((1 - p[y_true]^q) / q)``; see ``categorical_generalized_cross_entropy`` and ``Loss``.

    Raises:
        ValueError: ``q`` not between 0 and 1.
    """

    function = staticmethod(categorical_generalized_cross_entropy)
    keeps_integers = True
    q: float = 0.5
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("categorical_generalized_cross_entropy")
    dtype: Any = dtype_argument()

    def check(self) -> None:
        """Refuse a ``q`` that gives no loss."""
        if not 0 < self.q < 1:
            raise ValueError(
                explain(
                    "CategoricalGeneralizedCrossEntropy",
                    "q between 0 and 1",
                    self.q,
                    "For 0 use the cross-entropy, for 1 the absolute error.",
                )
            )
