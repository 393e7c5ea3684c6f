"""What training minimises: functions of targets and outputs, and classes over them that weight and reduce."""

from typing import Any

from cornu.core import registry
from cornu.losses.alignment import squeeze_or_expand_to_same_rank as squeeze_or_expand_to_same_rank
from cornu.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from cornu.losses.loss import FunctionLoss, Loss
from cornu.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from cornu.losses.targets import check_target as check_target

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "sparse_categorical_crossentropy",
]

registry.publish("keras.losses", __name__)

_SHORT = {
    "bce": binary_crossentropy,
    "mse": mean_squared_error,
    "mae": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "msle": mean_squared_logarithmic_error,
}
_ALIASES = {**_SHORT, **{name.upper(): function for name, function in _SHORT.items()}}


def get(identifier: Any) -> Any:
    """A loss from a ``Loss``, function, class, name or config; None stays None.

    Example:
        >>> get("mse") is mean_squared_error, get("Huber").name
        (True, 'huber_loss')
    """
    return registry.get(identifier, "keras.losses", "A loss", aliases=_ALIASES)


def as_loss(identifier: Any) -> Any:
    """Like ``get``, with functions made into ``Loss`` objects: what training calls."""
    loss = get(identifier)
    return loss if loss is None or isinstance(loss, Loss) else FunctionLoss(loss)


def serialize(loss: Any) -> Any:
    """The config of a loss or of a loss function."""
    return registry.serialize(loss)


def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """The loss that a name or config describes."""
    with registry.custom_objects(custom_objects):
        return get(name)
