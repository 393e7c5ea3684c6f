"""What training and evaluation report: numbers gathered over batches."""

from typing import Any

from cornu.core import registry
from cornu.core.names import snake_case
from cornu.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from cornu.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from cornu.metrics.confusion import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives
from cornu.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from cornu.metrics.curves import (
    AUC,
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from cornu.metrics.f_score import F1Score, FBetaScore
from cornu.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from cornu.metrics.mean import Mean, MeanMetricWrapper, Sum
from cornu.metrics.metric import Metric
from cornu.metrics.of_losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from cornu.metrics.r2_score import R2Score
from cornu.metrics.resolve import is_resolved_by_shape as is_resolved_by_shape
from cornu.metrics.resolve import resolve_accuracy as resolve_accuracy

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

registry.publish("keras.metrics", __name__)

_SHORT = {
    "bce": BinaryCrossentropy,
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
}
_ALIASES = {
    **{snake_case(name): globals()[name] for name in __all__ if isinstance(globals()[name], type)},
    **_SHORT,
    **{name.upper(): metric for name, metric in _SHORT.items()},
    "rmse": RootMeanSquaredError,
    "RMSE": RootMeanSquaredError,
}


def get(identifier: Any) -> Any:
    """A metric from a ``Metric``, class, function, name or config; None stays None.

    "accuracy" alone is ``Accuracy``, which compares class numbers; in ``compile`` shapes tell which one is meant.

    Example:
        >>> get("mse"), get("Mean").dtype
        (<MeanSquaredError name=mean_squared_error>, 'float32')
    """
    return registry.get(identifier, "keras.metrics", "A metric", aliases=_ALIASES)


def as_metric(identifier: Any) -> Any:
    """Like ``get``, with functions made into ``MeanMetricWrapper`` objects: what training calls.

    A metric given by a string has that string as its name.

    Example:
        >>> as_metric("mae"), as_metric(mean_squared_error)
        (<MeanAbsoluteError name=mae>, <MeanMetricWrapper name=mean_squared_error>)
    """
    metric = get(identifier)
    if metric is None:
        return None
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric, name=getattr(metric, "__name__", None) or getattr(metric, "name", None))
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


def serialize(metric: Any) -> Any:
    """The config of a metric or of a metric function."""
    return registry.serialize(metric)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The metric that a name or config describes."""
    with registry.custom_objects(custom_objects):
        return get(config)
