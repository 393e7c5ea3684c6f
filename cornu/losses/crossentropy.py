"""Cross-entropies of classes: yes or no, one of many as one-hot, one of many as its number."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import config, context
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.losses.alignment import as_array, float_pair
from cornu.losses.loss import LibraryLoss, dtype_argument, integer_targets, name_argument, reduction_argument


def clip_probabilities(p: Any) -> Any:
    """Probabilities kept epsilon away from 0 and 1, so that their logarithms are finite."""
    return jnp.clip(p, config.epsilon(), 1.0 - config.epsilon())


def smooth_binary(y_true: Any, label_smoothing: float) -> Any:
    """Targets 0 and 1 moved towards 1/2 by the share ``label_smoothing``."""
    return y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else y_true


def smooth_categorical(y_true: Any, label_smoothing: float, axis: int) -> Any:
    """One-hot targets moved towards the uniform distribution by the share ``label_smoothing``."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]


def need_equal_shapes(name: str, y_true: Any, y_pred: Any) -> None:
    """Raise unless targets and outputs have one shape."""
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            explain(
                name,
                "targets and outputs of one shape",
                f"{show_shape(y_true.shape)} and {show_shape(y_pred.shape)}",
                "Encode class numbers as one-hot vectors, or use a sparse loss, or reshape the targets.",
            )
        )


def binary_terms(y_true: Any, y_pred: Any, from_logits: bool) -> Any:
    """``-t log(p) - (1 - t) log(1 - p)``, element by element."""
    if from_logits:
        return jnp.maximum(y_pred, 0) - y_pred * y_true + jnp.log1p(jnp.exp(-jnp.abs(y_pred)))
    p = clip_probabilities(y_pred)
    return -(y_true * jnp.log(p) + (1.0 - y_true) * jnp.log(1.0 - p))


def log_probabilities(y_pred: Any, from_logits: bool, axis: int) -> Any:
    """Log-probabilities from logits, or from numbers in proportion to probabilities."""
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    return jnp.log(clip_probabilities(y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)))


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: Any = -1
) -> Any:
    """``mean(-t log(p) - (1 - t) log(1 - p), axis)`` with ``p`` kept epsilon (1e-7) away from 0 and 1.

    Shapes:
        y_true: (batch, ..., d), in [0, 1].
        y_pred: (batch, ..., d), probabilities, or logits.
        result: (batch, ...), float, in nats.

    Args:
        label_smoothing: share by which targets are moved towards 1/2.

    Raises:
        ShapeError: targets and outputs of different shapes.

    Example:
        >>> binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).round(4).tolist()
        [0.6931]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    need_equal_shapes("binary_crossentropy", y_true, y_pred)
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return jnp.mean(binary_terms(smooth_binary(y_true, label_smoothing), y_pred, from_logits), axis=axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """``-sum(t log(p), axis)``; probabilities are first divided by their sum, then kept epsilon from 0 and 1.

    Shapes:
        y_true: (batch, ..., classes), distributions, such as one-hot.
        y_pred: (batch, ..., classes), probabilities, or logits.
        result: (batch, ...), float, in nats.

    Args:
        label_smoothing: share by which targets are moved towards the uniform distribution.
        axis: of the classes.

    Raises:
        ShapeError: targets and outputs of different shapes.

    Example:
        >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4).tolist()
        [0.6931]
    """
    y_true, y_pred = float_pair(y_true, y_pred)
    need_equal_shapes("categorical_crossentropy", y_true, y_pred)
    y_true = smooth_categorical(y_true, label_smoothing, axis)
    return -jnp.sum(y_true * log_probabilities(y_pred, from_logits, axis), axis=axis)


@integer_targets
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """``-log(p[y_true])``: the cross-entropy where targets are class numbers.

    Shapes:
        y_true: (batch, ...) or (batch, ..., 1), class numbers from 0. A number that is no class gives 0.
        y_pred: (batch, ..., classes), probabilities, or logits.
        result: (batch, ...), float, in nats.

    Args:
        ignore_class: class number whose positions give 0 and do not count in a mean.
        axis: of the classes.

    Raises:
        ShapeError: targets that are not the outputs' shape without the class axis.

    Example:
        >>> sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [0.25, 0.75]]).round(4).tolist()
        [0.6931, 1.3863]
    """
    labels, y_pred = class_numbers("sparse_categorical_crossentropy", y_true, y_pred, axis)
    log_p = log_probabilities(y_pred, from_logits, axis)
    classes = jax.lax.broadcasted_iota(labels.dtype, log_p.shape, axis % log_p.ndim)
    # Selection, not a product with one-hot vectors: a logit of -inf elsewhere gives no NaN, and XLA fuses it
    # into the sum, so that of y_pred's size only the log-probabilities are stored (measured on CPU: one array).
    losses = -jnp.sum(jnp.where(classes == jnp.expand_dims(labels, axis), log_p, 0), axis=axis)
    if ignore_class is None:
        return losses
    valid = labels != ignore_class
    losses = jnp.where(valid, losses, 0)
    context.set_mask(losses, valid)
    return losses


def class_numbers(name: str, y_true: Any, y_pred: Any, axis: int = -1) -> tuple[Any, Any]:
    """Integer targets without an axis of size 1, and float outputs whose shape they fit but for the class axis."""
    y_true, y_pred = as_array(y_true), as_array(y_pred)
    if not jnp.issubdtype(y_pred.dtype, jnp.floating):
        y_pred = y_pred.astype(jnp.result_type(float))
    labels = y_true if jnp.issubdtype(y_true.dtype, jnp.integer) else y_true.astype("int32")
    place = axis % y_pred.ndim
    wanted = y_pred.shape[:place] + y_pred.shape[place + 1 :]
    if labels.shape != wanted and labels.shape[-1:] == (1,):
        labels = labels[..., 0]
    if labels.shape != wanted:
        raise ShapeError(
            explain(
                name,
                f"class numbers of shape {show_shape(wanted)} for outputs of shape {show_shape(y_pred.shape)}",
                show_shape(y_true.shape),
                "Give one class number for each sample; one-hot targets need the categorical loss.",
            )
        )
    return labels, y_pred


@declared
class BinaryCrossentropy(LibraryLoss):
    """``mean(-t log(p) - (1 - t) log(1 - p))``; see ``binary_crossentropy`` and ``Loss``.

    Example:
        >>> loss = BinaryCrossentropy(from_logits=True)
        >>> round(float(loss([[1.0], [0.0]], [[0.0], [0.0]])), 4)
        0.6931
    """

    function = staticmethod(binary_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: Any = -1
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("binary_crossentropy")
    dtype: Any = dtype_argument()


@declared
class CategoricalCrossentropy(LibraryLoss):
    """``mean(-sum(t log(p)))`` with one-hot targets; see ``categorical_crossentropy`` and ``Loss``."""

    function = staticmethod(categorical_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("categorical_crossentropy")
    dtype: Any = dtype_argument()


@declared
class SparseCategoricalCrossentropy(LibraryLoss):
    """``mean(-log(p[y_true]))`` with class numbers as targets; see ``sparse_categorical_crossentropy`` and ``Loss``.

    Source: as Keras, whose config leaves ``axis`` out; here it is written where it is not -1. Integer targets
    stay integers, where Keras casts them to float32, which is wrong above 16,777,216.
    """

    function = staticmethod(sparse_categorical_crossentropy)
    keeps_integers = True
    from_logits: bool = False
    ignore_class: int | None = None
    reduction: str | None = reduction_argument()
    axis: int = field(-1, config="changed")
    name: str | None = name_argument("sparse_categorical_crossentropy")
    dtype: Any = dtype_argument()

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """``call``; the function itself sees to the ranks."""
        return self.call(y_true, y_pred)
