"""Several callbacks told as one."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from cornu.callbacks.callback import Callback, History
from cornu.callbacks.progbar_logger import ProgbarLogger

# Seconds between two looks of callbacks that watch: each waits for the steps under way.
_LOOK_SECONDS = 0.2


class CallbackList(Callback):
    """Several callbacks as one; what a run tells goes to each in turn.

    Args:
        callbacks: a callback, a list of them, or another ``CallbackList``.
        add_history: whether a ``History`` is added if there is none.
        add_progbar: whether a ``ProgbarLogger`` is added if there is none.
        model: told to each.
        params: told to each, if there are any.

    Attributes:
        callbacks: the callbacks, in order.
        wants_batches: for "train", "test" and "predict" whether any needs to see each batch.

    Raises:
        TypeError: for an object that is no callback.

    Example:
        >>> told = CallbackList(add_history=True)
        >>> told.on_train_begin()
        >>> told.on_epoch_end(0, {"loss": 0.5})
        >>> told.callbacks[0].history
        {'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ):
        given = [] if callbacks is None else callbacks
        if isinstance(given, CallbackList):
            given = given.callbacks
        self.callbacks: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
        for callback in self.callbacks:
            if not isinstance(callback, Callback) and not hasattr(callback, "set_model"):
                raise TypeError(
                    f"callbacks needs Callback objects; got {callback!r}. Derive the class from cornu.callbacks.Callback."
                )
        self._looked = -float("inf")
        for wanted, cls in ((add_progbar, ProgbarLogger), (add_history, History)):
            if wanted and not any(isinstance(c, cls) for c in self.callbacks):
                self.callbacks.append(cls())
        if params:
            self.set_params(params)
        if model is not None:
            self.set_model(model)

    @property
    def wants_batches(self) -> dict[str, bool]:
        """For "train", "test" and "predict" whether any callback needs to see each batch."""
        return {kind: any(_needs_batches(c, kind) for c in self.callbacks) for kind in ("train", "test", "predict")}

    @property
    def draws_progress(self) -> bool:
        """Whether a callback draws the progress of the run."""
        return any(isinstance(c, ProgbarLogger) for c in self.callbacks)

    def look(self, batch: int, read: Callable[[], dict[str, Any]]) -> None:
        """Batches up to this one are done: tell callbacks that watch, if it is time; ``read`` gets the logs."""
        watching = [c for c in self.callbacks if getattr(c, "watches", False)]
        now = time.perf_counter()
        if watching and now - self._looked >= _LOOK_SECONDS:
            self._looked, logs = now, read()
            for callback in watching:
                callback.on_train_batch_end(batch, logs)

    def append(self, callback: Callback) -> None:
        """One more, which the model and parameters have been told."""
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)


def _tell(hook: str) -> Any:
    """A hook that calls that of each callback, with every argument and by position: functions name theirs freely."""
    told = getattr(Callback, hook)

    def once(self: CallbackList, logs: Any = None) -> None:
        logs = {} if logs is None else logs
        for callback in self.callbacks:
            getattr(callback, hook)(logs)

    def numbered(self: CallbackList, index: int, logs: Any = None) -> None:
        logs = {} if logs is None else logs
        for callback in self.callbacks:
            getattr(callback, hook)(index, logs)

    tell: Any = numbered if "epoch" in hook or "batch" in hook else once
    return functools.wraps(told)(tell)


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _hook, _tell(_hook))


def _needs_batches(callback: Any, kind: str) -> bool:
    if not getattr(callback, "needs_batches", True):
        return False
    names = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"] + (
        ["on_batch_begin", "on_batch_end"] if kind == "train" else []
    )
    return any(
        name in vars(callback) or getattr(type(callback), name, None) is not getattr(Callback, name) for name in names
    )
