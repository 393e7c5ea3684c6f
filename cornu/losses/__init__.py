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
from cornu.losses.embeddings import Circle, circle
from cornu.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from cornu.losses.likelihood import KLDivergence, Poisson, kl_divergence, poisson
from cornu.losses.loss import FunctionLoss, Loss
from cornu.losses.margin import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from cornu.losses.overlap import Dice, Tversky, dice, tversky
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
from cornu.losses.sequences import CTC, ctc
from cornu.losses.targets import check_target as check_target

__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CTC",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "dice",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

registry.publish("keras.losses", __name__)

_SHORT = {
    "bce": binary_crossentropy,
    "kld": kl_divergence,
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
