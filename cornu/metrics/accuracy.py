"""How often outputs name the right class, and which accuracy is meant by the word ``"accuracy"``."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from cornu.core import config
from cornu.core.declare import declared, field
from cornu.losses.alignment import as_array, squeeze_or_expand_to_same_rank
from cornu.metrics.mean import LibraryMean
from cornu.metrics.metric import dtype_argument, name_argument


def _float(x: Any) -> Any:
    return x.astype(config.floatx())


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where ``y_true == y_pred``, else 0.

    Shapes:
        y_true, y_pred: (batch, ...), class numbers.
        result: (batch, ...), float.
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(as_array(y_true), as_array(y_pred))
    return _float(y_true == y_pred)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where ``y_true == (y_pred > threshold)``, else 0.

    Shapes:
        y_true: (batch, ...), 0 or 1.
        y_pred: (batch, ...), probabilities.
        result: (batch, ...), float.

    Example:
        >>> binary_accuracy([[1.0], [0.0]], [[0.6], [0.6]]).tolist()
        [[1.0], [0.0]]
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(as_array(y_true), as_array(y_pred))
    return _float(y_true == (y_pred > threshold).astype(y_true.dtype if y_true.dtype != bool else y_pred.dtype))


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where ``argmax(y_true) == argmax(y_pred)`` along the last axis, else 0.

    Shapes:
        y_true: (batch, ..., classes), one-hot.
        y_pred: (batch, ..., classes), probabilities or logits.
        result: (batch, ...), float.

    Example:
        >>> categorical_accuracy([[0.0, 1.0]], [[0.2, 0.8]]).tolist()
        [1.0]
    """
    return _float(jnp.argmax(as_array(y_true), axis=-1) == jnp.argmax(as_array(y_pred), axis=-1))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where ``y_true == argmax(y_pred)`` along the last axis, else 0.

    Shapes:
        y_true: (batch, ...) or (batch, ..., 1), class numbers.
        y_pred: (batch, ..., classes), probabilities or logits.
        result: (batch, ...), float.

    Example:
        >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.2, 0.8]]).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = as_array(y_true), as_array(y_pred)
    return _float(_without_class_axis(y_true, y_pred) == jnp.argmax(y_pred, axis=-1))


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where fewer than ``k`` classes have a greater output than the class ``argmax(y_true)``, else 0.

    Shapes:
        y_true: (batch, ..., classes), one-hot.
        y_pred: (batch, ..., classes), probabilities or logits.
        result: (batch, ...), float.

    Example:
        >>> top_k_categorical_accuracy([[0.0, 0.0, 1.0]], [[0.5, 0.2, 0.3]], k=2).tolist()
        [1.0]
    """
    return sparse_top_k_categorical_accuracy(jnp.argmax(as_array(y_true), axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Any:
    """1 where fewer than ``k`` classes have a greater output than the class ``y_true``, else 0.

    Shapes:
        y_true: (batch, ...), class numbers.
        y_pred: (batch, ..., classes), probabilities or logits; class numbers, likeliest first, if ``from_sorted_ids``.
        result: as y_true, float.

    Example:
        >>> sparse_top_k_categorical_accuracy([2, 1], [[0.5, 0.2, 0.3]] * 2, k=2).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = as_array(y_true), as_array(y_pred)
    labels = _without_class_axis(y_true, y_pred)[..., None]
    if from_sorted_ids:
        hits = jnp.any(labels == y_pred[..., :k], axis=-1)
    else:
        is_target = lax.broadcasted_iota("int32", y_pred.shape, y_pred.ndim - 1) == labels
        target = jnp.sum(jnp.where(is_target, y_pred, 0), axis=-1, keepdims=True)
        hits = (jnp.sum(y_pred > target, axis=-1) < k) & jnp.any(is_target, axis=-1)
    return _float(hits.reshape(y_true.shape))


def _without_class_axis(y_true: Any, y_pred: Any) -> Any:
    return y_true[..., 0] if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true


@declared
class Accuracy(LibraryMean):
    """How often targets and outputs, both class numbers, are equal.

    Example:
        >>> metric = Accuracy()
        >>> metric.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]])
        >>> float(metric.result())
        0.75
    """

    _direction = "up"
    function = staticmethod(accuracy)
    name: str | None = name_argument("accuracy")
    dtype: Any = dtype_argument()


@declared
class BinaryAccuracy(LibraryMean):
    """How often ``y_true == (y_pred > threshold)``; see ``binary_accuracy``."""

    _direction = "up"
    function = staticmethod(binary_accuracy)
    name: str | None = name_argument("binary_accuracy")
    dtype: Any = dtype_argument()
    threshold: float = 0.5


@declared
class CategoricalAccuracy(LibraryMean):
    """How often the greatest output is the one-hot target's class; see ``categorical_accuracy``."""

    _direction = "up"
    function = staticmethod(categorical_accuracy)
    name: str | None = name_argument("categorical_accuracy")
    dtype: Any = dtype_argument()


@declared
class SparseCategoricalAccuracy(LibraryMean):
    """How often the greatest output is the target's class; see ``sparse_categorical_accuracy``."""

    _direction = "up"
    function = staticmethod(sparse_categorical_accuracy)
    name: str | None = name_argument("sparse_categorical_accuracy")
    dtype: Any = dtype_argument()


@declared
class TopKCategoricalAccuracy(LibraryMean):
    """How often the one-hot target's class is among the ``k`` greatest outputs; see ``top_k_categorical_accuracy``."""

    _direction = "up"
    function = staticmethod(top_k_categorical_accuracy)
    k: int = 5
    name: str | None = name_argument("top_k_categorical_accuracy")
    dtype: Any = dtype_argument()


@declared
class SparseTopKCategoricalAccuracy(LibraryMean):
    """How often the target's class is among the ``k`` greatest outputs; see ``sparse_top_k_categorical_accuracy``."""

    _direction = "up"
    function = staticmethod(sparse_top_k_categorical_accuracy)
    k: int = 5
    name: str | None = name_argument("sparse_top_k_categorical_accuracy")
    dtype: Any = dtype_argument()
    from_sorted_ids: bool = field(False, config="changed")
