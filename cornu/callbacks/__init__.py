"""Objects that are told how training goes."""

from cornu.callbacks.callback import Callback, History, LambdaCallback
from cornu.callbacks.callback_list import CallbackList
from cornu.callbacks.progbar_logger import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "LambdaCallback", "ProgbarLogger"]
