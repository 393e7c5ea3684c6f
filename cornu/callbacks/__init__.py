"""Objects that are told how training goes."""

from cornu.callbacks.callback import Callback, CallbackList, History, LambdaCallback

__all__ = ["Callback", "CallbackList", "History", "LambdaCallback"]
