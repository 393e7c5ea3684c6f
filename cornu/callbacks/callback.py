"""What can be told of training while it runs."""

from __future__ import annotations

import contextlib
from typing import Any


class Callback:
    """Base of callbacks: hooks called during ``fit``, ``evaluate`` and ``predict``.

    ``logs`` are dicts of floats by metric name. Hooks may set ``self.model.stop_training = True``. A callback
    that has batch hooks makes steps run one at a time, so that it sees each.

    Attributes:
        params: ``epochs``, ``steps``, ``verbose`` of the run.
        needs_batches: False for a callback whose batch hooks take what comes: they are called where another
            callback, or a loop of the user's own, tells of batches, and do not make steps run one at a time.
        watches: True for a callback whose ``on_train_batch_end`` is then called a few times a second all the same,
            between compiled calls of several steps.
    """

    _model: Any = None
    params: dict[str, Any] | None = None
    needs_batches: bool = True
    watches: bool = False

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

    def get_state(self) -> dict[str, Any] | None:
        """What a resumed run has to give back, as JSON could write it; None if nothing.

        Asked for after ``on_epoch_end``, when a checkpoint of the run is taken.
        """
        return None

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what ``get_state`` gave; told after ``on_train_begin``, which starts anew."""

    def weights_as_trained(self) -> contextlib.AbstractContextManager[None]:
        """A ``with`` block in which the weights are those to train on with, for a callback that shows others.

        Entered while a checkpoint of the run is taken.
        """
        return contextlib.nullcontext()

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
