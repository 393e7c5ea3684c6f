"""Objects that are told how training goes."""

from cornu.callbacks.callback import Callback, History, LambdaCallback
from cornu.callbacks.callback_list import CallbackList
from cornu.callbacks.early_stopping import EarlyStopping
from cornu.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from cornu.callbacks.progbar_logger import ProgbarLogger

__all__ = [
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ProgbarLogger",
    "ReduceLROnPlateau",
]
