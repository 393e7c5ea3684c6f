# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.losses.alignment import squeeze_or_expand_to_same_rank as squeeze_or_expand_to_same_rank
from cornu.losses.crossentropy import BinaryCrossentropy as _BinaryCrossentropy
from cornu.losses.crossentropy import CategoricalCrossentropy as _CategoricalCrossentropy
from cornu.losses.crossentropy import SparseCategoricalCrossentropy as _SparseCategoricalCrossentropy
from cornu.losses.crossentropy import binary_crossentropy as binary_crossentropy
from cornu.losses.crossentropy import categorical_crossentropy as categorical_crossentropy
from cornu.losses.crossentropy import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from cornu.losses.embeddings import Circle as _Circle
from cornu.losses.embeddings import circle as circle
from cornu.losses.focal import BinaryFocalCrossentropy as _BinaryFocalCrossentropy
from cornu.losses.focal import CategoricalFocalCrossentropy as _CategoricalFocalCrossentropy
from cornu.losses.focal import CategoricalGeneralizedCrossEntropy as _CategoricalGeneralizedCrossEntropy
from cornu.losses.focal import binary_focal_crossentropy as binary_focal_crossentropy
from cornu.losses.focal import categorical_focal_crossentropy as categorical_focal_crossentropy
from cornu.losses.focal import categorical_generalized_cross_entropy as categorical_generalized_cross_entropy
from cornu.losses.likelihood import KLDivergence as _KLDivergence
from cornu.losses.likelihood import Poisson as _Poisson
from cornu.losses.likelihood import kl_divergence as kl_divergence
from cornu.losses.likelihood import poisson as poisson
from cornu.losses.loss import FunctionLoss as FunctionLoss
from cornu.losses.loss import Loss as Loss
from cornu.losses.margin import CategoricalHinge as _CategoricalHinge
from cornu.losses.margin import Hinge as _Hinge
from cornu.losses.margin import SquaredHinge as _SquaredHinge
from cornu.losses.margin import categorical_hinge as categorical_hinge
from cornu.losses.margin import hinge as hinge
from cornu.losses.margin import squared_hinge as squared_hinge
from cornu.losses.overlap import Dice as _Dice
from cornu.losses.overlap import Tversky as _Tversky
from cornu.losses.overlap import dice as dice
from cornu.losses.overlap import tversky as tversky
from cornu.losses.regression import CosineSimilarity as _CosineSimilarity
from cornu.losses.regression import Huber as _Huber
from cornu.losses.regression import LogCosh as _LogCosh
from cornu.losses.regression import MeanAbsoluteError as _MeanAbsoluteError
from cornu.losses.regression import MeanAbsolutePercentageError as _MeanAbsolutePercentageError
from cornu.losses.regression import MeanSquaredError as _MeanSquaredError
from cornu.losses.regression import MeanSquaredLogarithmicError as _MeanSquaredLogarithmicError
from cornu.losses.regression import cosine_similarity as cosine_similarity
from cornu.losses.regression import huber as huber
from cornu.losses.regression import log_cosh as log_cosh
from cornu.losses.regression import mean_absolute_error as mean_absolute_error
from cornu.losses.regression import mean_absolute_percentage_error as mean_absolute_percentage_error
from cornu.losses.regression import mean_squared_error as mean_squared_error
from cornu.losses.regression import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from cornu.losses.sequences import CTC as _CTC
from cornu.losses.sequences import ctc as ctc
from cornu.losses.targets import check_target as check_target

class BinaryCrossentropy(_BinaryCrossentropy):
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class BinaryFocalCrossentropy(_BinaryFocalCrossentropy):
    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: Any = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CTC(_CTC):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: Any = None,
    ) -> None: ...

class CategoricalCrossentropy(_CategoricalCrossentropy):
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalFocalCrossentropy(_CategoricalFocalCrossentropy):
    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalGeneralizedCrossEntropy(_CategoricalGeneralizedCrossEntropy):
    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None: ...

class CategoricalHinge(_CategoricalHinge):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None: ...

class Circle(_Circle):
    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None: ...

class CosineSimilarity(_CosineSimilarity):
    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None: ...

class Dice(_Dice):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None: ...

class Hinge(_Hinge):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None: ...

class Huber(_Huber):
    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None: ...

class KLDivergence(_KLDivergence):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None: ...

class LogCosh(_LogCosh):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None: ...

class MeanAbsoluteError(_MeanAbsoluteError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None: ...

class MeanAbsolutePercentageError(_MeanAbsolutePercentageError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None: ...

class MeanSquaredError(_MeanSquaredError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None: ...

class MeanSquaredLogarithmicError(_MeanSquaredLogarithmicError):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None: ...

class Poisson(_Poisson):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None: ...

class SparseCategoricalCrossentropy(_SparseCategoricalCrossentropy):
    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None: ...

class SquaredHinge(_SquaredHinge):
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None: ...

class Tversky(_Tversky):
    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None: ...

def as_loss(identifier: Any) -> Any: ...
def deserialize(name: Any, custom_objects: Any = None) -> Any: ...
def get(identifier: Any) -> Any: ...
def serialize(loss: Any) -> Any: ...

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
