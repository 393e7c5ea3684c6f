"""What can be told of training while it runs."""

from __future__ import annotations

from typing import Any


class Callback:
    """Base of callbacks: hooks called during ``fit``, ``evaluate`` and ``predict``.

    ``logs`` are dicts of floats by metric name. Hooks may set ``self.model.stop_training = True``. A callback
    that has batch hooks makes steps run one at a time, so that it sees each.

    Attributes:
        params: ``epochs``, ``steps``, ``verbose`` of the run.
    """

    _model: Any = None
    params: dict[str, Any] | None = None

    @property
    def model(self) -> Any:
        """The model in training."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Told before the run: its ``epochs``, ``steps`` and ``verbose``."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Told before the run: the model."""
        self._model = model

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Older name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Older name of ``on_train_batch_end``."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch; epochs count from 0."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch, with its metrics and, under ``val_``, those of the validation."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a training step."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a training step, with the metrics so far in this epoch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of an evaluation or validation."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of an evaluation or validation."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of a prediction; ``logs["outputs"]`` has its outputs."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Any = None) -> None:
        """After the last epoch."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Before an evaluation or validation."""

    def on_test_end(self, logs: Any = None) -> None:
        """After an evaluation or validation."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Any = None) -> None:
        """After a prediction."""


class History(Callback):
    """What ``fit`` returns: ``history[name]`` is the list of a metric's values, one per epoch of ``epoch``."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget earlier runs' epochs; the values stay."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch's metrics."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self


class LambdaCallback(Callback):
    """Hooks given as functions.

    Args:
        on_epoch_begin, on_epoch_end: ``f(epoch, logs)``.
        on_train_begin, on_train_end: ``f(logs)``.
        on_train_batch_begin, on_train_batch_end: ``f(batch, logs)``.
    """

    def __init__(
        self,
        on_epoch_begin: Any = None,
        on_epoch_end: Any = None,
        on_train_begin: Any = None,
        on_train_end: Any = None,
        on_train_batch_begin: Any = None,
        on_train_batch_end: Any = None,
        **kwargs: Any,
    ):
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if function is not None:
                setattr(self, name, function)


class CallbackList:
    """Several callbacks as one; what a run tells goes to each in turn.

    Attributes:
        wants_batches: for "train", "test" and "predict" whether any has hooks for batches.
    """

    def __init__(self, callbacks: Any = None, model: Any = None, **params: Any):
        given = [] if callbacks is None else callbacks
        if isinstance(given, CallbackList):
            given = given.callbacks
        self.callbacks: list[Callback] = list(given) if isinstance(given, (list, tuple)) else [given]
        for callback in self.callbacks:
            if not isinstance(callback, Callback) and not hasattr(callback, "set_model"):
                raise TypeError(
                    f"callbacks needs Callback objects; got {callback!r}. Derive the class from cornu.callbacks.Callback."
                )
            callback.set_params(params)
            if model is not None:
                callback.set_model(model)
        self.wants_batches = {
            kind: any(_has_batch_hooks(c, kind) for c in self.callbacks) for kind in ("train", "test", "predict")
        }

    def append(self, callback: Callback) -> None:
        """One more."""
        self.callbacks.append(callback)

    def __getattr__(self, hook: str) -> Any:
        if not hook.startswith("on_"):
            raise AttributeError(hook)

        def tell(*args: Any, **kwargs: Any) -> None:
            for callback in self.callbacks:
                getattr(callback, hook)(*args, **kwargs)

        return tell


def _has_batch_hooks(callback: Any, kind: str) -> bool:
    names = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"] + (
        ["on_batch_begin", "on_batch_end"] if kind == "train" else []
    )
    return any(
        name in vars(callback) or getattr(type(callback), name, None) is not getattr(Callback, name) for name in names
    )
