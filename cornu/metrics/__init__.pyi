# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.losses.crossentropy import binary_crossentropy as binary_crossentropy
from cornu.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from cornu.losses.crossentropy import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from cornu.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from cornu.losses.focal import categorical_focal_crossentropy as categorical_focal_crossentropy
from cornu.losses.likelihood import kl_divergence as kl_divergence
from cornu.losses.likelihood import poisson as poisson
from cornu.losses.margin import categorical_hinge as categorical_hinge
from cornu.losses.margin import hinge as hinge
from cornu.losses.margin import squared_hinge as squared_hinge
from cornu.losses.regression import huber as huber
from cornu.losses.regression import log_cosh as log_cosh
from cornu.losses.regression import mean_absolute_error as mean_absolute_error
from cornu.losses.regression import mean_absolute_percentage_error as mean_absolute_percentage_error
from cornu.losses.regression import mean_squared_error as mean_squared_error
from cornu.losses.regression import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from cornu.metrics.accuracy import Accuracy as _Accuracy
from cornu.metrics.accuracy import BinaryAccuracy as _BinaryAccuracy
from cornu.metrics.accuracy import CategoricalAccuracy as _CategoricalAccuracy
from cornu.metrics.accuracy import SparseCategoricalAccuracy as _SparseCategoricalAccuracy
from cornu.metrics.accuracy import SparseTopKCategoricalAccuracy as _SparseTopKCategoricalAccuracy
from cornu.metrics.accuracy import TopKCategoricalAccuracy as _TopKCategoricalAccuracy
from cornu.metrics.accuracy import binary_accuracy as binary_accuracy
from cornu.metrics.accuracy import categorical_accuracy as categorical_accuracy
from cornu.metrics.accuracy import sparse_categorical_accuracy as sparse_categorical_accuracy
from cornu.metrics.accuracy import sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy
from cornu.metrics.accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from cornu.metrics.confusion import FalseNegatives as _FalseNegatives
from cornu.metrics.confusion import FalsePositives as _FalsePositives
from cornu.metrics.confusion import Precision as _Precision
from cornu.metrics.confusion import Recall as _Recall
from cornu.metrics.confusion import TrueNegatives as _TrueNegatives
from cornu.metrics.confusion import TruePositives as _TruePositives
from cornu.metrics.correlation import ConcordanceCorrelation as _ConcordanceCorrelation
from cornu.metrics.correlation import PearsonCorrelation as _PearsonCorrelation
from cornu.metrics.correlation import concordance_correlation as concordance_correlation
from cornu.metrics.correlation import pearson_correlation as pearson_correlation
from cornu.metrics.curves import AUC as _AUC
from cornu.metrics.curves import PrecisionAtRecall as _PrecisionAtRecall
from cornu.metrics.curves import RecallAtPrecision as _RecallAtPrecision
from cornu.metrics.curves import SensitivityAtSpecificity as _SensitivityAtSpecificity
from cornu.metrics.curves import SpecificityAtSensitivity as _SpecificityAtSensitivity
from cornu.metrics.f_score import F1Score as _F1Score
from cornu.metrics.f_score import FBetaScore as _FBetaScore
from cornu.metrics.iou import BinaryIoU as _BinaryIoU
from cornu.metrics.iou import IoU as _IoU
from cornu.metrics.iou import MeanIoU as _MeanIoU
from cornu.metrics.iou import OneHotIoU as _OneHotIoU
from cornu.metrics.iou import OneHotMeanIoU as _OneHotMeanIoU
from cornu.metrics.mean import Mean as Mean
from cornu.metrics.mean import MeanMetricWrapper as MeanMetricWrapper
from cornu.metrics.mean import Sum as Sum
from cornu.metrics.metric import Metric as Metric
from cornu.metrics.of_losses import BinaryCrossentropy as _BinaryCrossentropy
from cornu.metrics.of_losses import CategoricalCrossentropy as _CategoricalCrossentropy
from cornu.metrics.of_losses import CategoricalHinge as _CategoricalHinge
from cornu.metrics.of_losses import CosineSimilarity as _CosineSimilarity
from cornu.metrics.of_losses import Hinge as _Hinge
from cornu.metrics.of_losses import KLDivergence as _KLDivergence
from cornu.metrics.of_losses import LogCoshError as _LogCoshError
from cornu.metrics.of_losses import MeanAbsoluteError as _MeanAbsoluteError
from cornu.metrics.of_losses import MeanAbsolutePercentageError as _MeanAbsolutePercentageError
from cornu.metrics.of_losses import MeanSquaredError as _MeanSquaredError
from cornu.metrics.of_losses import MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError
from cornu.metrics.of_losses import Poisson as _Poisson
from cornu.metrics.of_losses import RootMeanSquaredError as RootMeanSquaredError
from cornu.metrics.of_losses import SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy
from cornu.metrics.of_losses import SquaredHinge as _SquaredHinge
from cornu.metrics.r2_score import R2Score as _R2Score
from cornu.metrics.resolve import is_resolved_by_shape as is_resolved_by_shape
from cornu.metrics.resolve import resolve_accuracy as resolve_accuracy

class AUC(_AUC):
    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None: ...

class Accuracy(_Accuracy):
    def __init__(
        self,
        name: str | None = "accuracy",
        dtype: Any = None,
    ) -> None: ...

class BinaryAccuracy(_BinaryAccuracy):
    def __init__(
        self,
        name: str | None = "binary_accuracy",
        dtype: Any = None,
        threshold: float = 0.5,
    ) -> None: ...

class BinaryCrossentropy(_BinaryCrossentropy):
    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None: ...

class BinaryIoU(_BinaryIoU):
    def __init__(
        self,
        target_class_ids: Any = ...,
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class CategoricalAccuracy(_CategoricalAccuracy):
    def __init__(
        self,
        name: str | None = "categorical_accuracy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalCrossentropy(_CategoricalCrossentropy):
    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None: ...

class CategoricalHinge(_CategoricalHinge):
    def __init__(
        self,
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None: ...

class ConcordanceCorrelation(_ConcordanceCorrelation):
    def __init__(
        self,
        name: str | None = "concordance_correlation",
        dtype: Any = None,
        axis: Any = -1,
    ) -> None: ...

class CosineSimilarity(_CosineSimilarity):
    def __init__(
        self,
        name: str | None = "cosine_similarity",
        dtype: Any = None,
        axis: int = -1,
    ) -> None: ...

class F1Score(_F1Score):
    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None: ...

class FBetaScore(_FBetaScore):
    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None: ...

class FalseNegatives(_FalseNegatives):
    def __init__(
        self,
        thresholds: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class FalsePositives(_FalsePositives):
    def __init__(
        self,
        thresholds: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class Hinge(_Hinge):
    def __init__(
        self,
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None: ...

class IoU(_IoU):
    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None: ...

class KLDivergence(_KLDivergence):
    def __init__(
        self,
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None: ...

class LogCoshError(_LogCoshError):
    def __init__(
        self,
        name: str | None = "logcosh",
        dtype: Any = None,
    ) -> None: ...

class MeanAbsoluteError(_MeanAbsoluteError):
    def __init__(
        self,
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None: ...

class MeanAbsolutePercentageError(_MeanAbsolutePercentageError):
    def __init__(
        self,
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None: ...

class MeanIoU(_MeanIoU):
    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None: ...

class MeanSquaredError(_MeanSquaredError):
    def __init__(
        self,
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None: ...

class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError):
    def __init__(
        self,
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None: ...

class OneHotIoU(_OneHotIoU):
    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None: ...

class OneHotMeanIoU(_OneHotMeanIoU):
    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None: ...

class PearsonCorrelation(_PearsonCorrelation):
    def __init__(
        self,
        name: str | None = "pearson_correlation",
        dtype: Any = None,
        axis: Any = -1,
    ) -> None: ...

class Poisson(_Poisson):
    def __init__(
        self,
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None: ...

class Precision(_Precision):
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class PrecisionAtRecall(_PrecisionAtRecall):
    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class R2Score(_R2Score):
    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None: ...

class Recall(_Recall):
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class RecallAtPrecision(_RecallAtPrecision):
    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class SensitivityAtSpecificity(_SensitivityAtSpecificity):
    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class SparseCategoricalAccuracy(_SparseCategoricalAccuracy):
    def __init__(
        self,
        name: str | None = "sparse_categorical_accuracy",
        dtype: Any = None,
    ) -> None: ...

class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy):
    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None: ...

class SparseTopKCategoricalAccuracy(_SparseTopKCategoricalAccuracy):
    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None: ...

class SpecificityAtSensitivity(_SpecificityAtSensitivity):
    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class SquaredHinge(_SquaredHinge):
    def __init__(
        self,
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None: ...

class TopKCategoricalAccuracy(_TopKCategoricalAccuracy):
    def __init__(
        self,
        k: int = 5,
        name: str | None = "top_k_categorical_accuracy",
        dtype: Any = None,
    ) -> None: ...

class TrueNegatives(_TrueNegatives):
    def __init__(
        self,
        thresholds: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

class TruePositives(_TruePositives):
    def __init__(
        self,
        thresholds: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None: ...

def as_metric(identifier: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Any = None) -> Any: ...
def get(identifier: Any) -> Any: ...
def serialize(metric: Any) -> Any: ...

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
