"""Loss functions gathered as means over samples."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu import losses
from cornu.core.declare import declared, field
from cornu.losses.alignment import float_pair
from cornu.metrics.mean import LibraryMean, Mean
from cornu.metrics.metric import dtype_argument, name_argument


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Cosine of the angle between targets and outputs: the loss of this name with the sign turned."""
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


@declared
class MeanSquaredError(LibraryMean):
    """``mean((y_true - y_pred)^2)``.

    Example:
        >>> metric = MeanSquaredError()
        >>> metric.update_state([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]])
        >>> float(metric.result())
        0.25
    """

    _direction = "down"
    function = staticmethod(losses.mean_squared_error)
    name: str | None = name_argument("mean_squared_error")
    dtype: Any = dtype_argument()


@declared
class MeanAbsoluteError(LibraryMean):
    """``mean(|y_true - y_pred|)``."""

    _direction = "down"
    function = staticmethod(losses.mean_absolute_error)
    name: str | None = name_argument("mean_absolute_error")
    dtype: Any = dtype_argument()


@declared
class MeanAbsolutePercentageError(LibraryMean):
    """``100 mean(|y_true - y_pred| / |y_true|)``, in percent."""

    _direction = "down"
    function = staticmethod(losses.mean_absolute_percentage_error)
    name: str | None = name_argument("mean_absolute_percentage_error")
    dtype: Any = dtype_argument()


@declared
class MeanSquaredLogarithmicError(LibraryMean):
    """``mean((log(1 + y_true) - log(1 + y_pred))^2)``."""

    _direction = "down"
    function = staticmethod(losses.mean_squared_logarithmic_error)
    name: str | None = name_argument("mean_squared_logarithmic_error")
    dtype: Any = dtype_argument()


@declared
class LogCoshError(LibraryMean):
    """``mean(log(cosh(y_pred - y_true)))``."""

    _direction = "down"
    function = staticmethod(losses.log_cosh)
    name: str | None = name_argument("logcosh")
    dtype: Any = dtype_argument()


@declared
class CosineSimilarity(LibraryMean):
    """Mean cosine of the angle between targets and outputs, in [-1, 1].

    Source: as Keras, whose config leaves ``axis`` out; here it is written where it is not -1.
    """

    _direction = "up"
    function = staticmethod(cosine_similarity)
    name: str | None = name_argument("cosine_similarity")
    dtype: Any = dtype_argument()
    axis: int = field(-1, config="changed")

    def check(self) -> None:
        """Other axes may take in the batch."""
        self.counts_rows_by_weight = self.axis == -1


@declared
class KLDivergence(LibraryMean):
    """Mean ``sum(y_true log(y_true / y_pred))``, in nats."""

    _direction = "down"
    function = staticmethod(losses.kl_divergence)
    name: str | None = name_argument("kl_divergence")
    dtype: Any = dtype_argument()


@declared
class Poisson(LibraryMean):
    """Mean ``y_pred - y_true log(y_pred)``, in nats."""

    _direction = "down"
    function = staticmethod(losses.poisson)
    name: str | None = name_argument("poisson")
    dtype: Any = dtype_argument()


@declared
class Hinge(LibraryMean):
    """Mean ``max(1 - y_true y_pred, 0)``."""

    _direction = "down"
    function = staticmethod(losses.hinge)
    name: str | None = name_argument("hinge")
    dtype: Any = dtype_argument()


@declared
class SquaredHinge(LibraryMean):
    """Mean ``max(1 - y_true y_pred, 0)^2``."""

    _direction = "down"
    function = staticmethod(losses.squared_hinge)
    name: str | None = name_argument("squared_hinge")
    dtype: Any = dtype_argument()


@declared
class CategoricalHinge(LibraryMean):
    """Mean ``categorical_hinge`` of one-hot targets."""

    _direction = "down"
    function = staticmethod(losses.categorical_hinge)
    name: str | None = name_argument("categorical_hinge")
    dtype: Any = dtype_argument()


class RootMeanSquaredError(Mean):
    """``sqrt(mean((y_true - y_pred)^2))``, the root taken at the end, over all batches.

    Example:
        >>> metric = RootMeanSquaredError()
        >>> metric.update_state([[0.0], [0.0]], [[3.0], [4.0]])
        >>> round(float(metric.result()), 4)
        3.5355
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)

    def update_state(  # pyright: ignore[reportIncompatibleMethodOverride]  # of targets and outputs, not of values
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take in a batch.

        Shapes:
            y_true, y_pred: (batch, ...).
            sample_weight: fits them from the left.
        """
        y_true, y_pred = float_pair(y_true, y_pred)
        super().update_state(jnp.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        """The error so far."""
        return jnp.sqrt(super().result())


@declared
class BinaryCrossentropy(LibraryMean):
    """Mean ``binary_crossentropy``, in nats."""

    _direction = "down"
    function = staticmethod(losses.binary_crossentropy)
    name: str | None = name_argument("binary_crossentropy")
    dtype: Any = dtype_argument()
    from_logits: bool = False
    label_smoothing: float = 0


@declared
class CategoricalCrossentropy(LibraryMean):
    """Mean ``categorical_crossentropy`` of one-hot targets, in nats."""

    _direction = "down"
    function = staticmethod(losses.categorical_crossentropy)
    name: str | None = name_argument("categorical_crossentropy")
    dtype: Any = dtype_argument()
    from_logits: bool = False
    label_smoothing: float = 0
    axis: int = -1


@declared
class SparseCategoricalCrossentropy(LibraryMean):
    """Mean ``sparse_categorical_crossentropy`` of class numbers, in nats.

    Source: as Keras: positions of ``ignore_class`` add 0 but count, where the loss of this name does not count them.
    """

    _direction = "down"
    function = staticmethod(losses.sparse_categorical_crossentropy)
    name: str | None = name_argument("sparse_categorical_crossentropy")
    dtype: Any = dtype_argument()
    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1
