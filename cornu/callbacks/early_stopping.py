"""Stop when a number in the logs no longer gets better."""

from __future__ import annotations

from typing import Any

from cornu.callbacks.callback import Callback
from cornu.callbacks.monitor import Monitor


class EarlyStopping(Callback):
    """Stop training after ``patience`` epochs in which a monitored number did not get better.

    Args:
        monitor: name in the logs.
        min_delta: better means better by more than this.
        patience: epochs to wait for something better.
        verbose: 1 prints when it stops.
        mode: "min" or "max": which is better; "auto" asks the metric.
        baseline: waiting goes on until a value is better than this, too.
        restore_best_weights: whether the model gets the weights of its best epoch at the end, however that comes.
        start_from_epoch: epochs before this one are not looked at.

    Attributes:
        best, best_epoch, best_weights: so far; None, 0, None at first.
        wait: epochs since.
        stopped_epoch: index of the epoch it stopped at, else 0.

    Raises:
        ValueError: at the first epoch's end, if "auto" finds no metric that says which is better.

    Example:
        >>> import numpy as np
        >>> from types import SimpleNamespace
        >>> stopping, model = EarlyStopping("loss", patience=2), SimpleNamespace(stop_training=False)
        >>> stopping.set_model(model)
        >>> stopping.on_train_begin()
        >>> for epoch, loss in enumerate([3.0, 2.0, 2.0, 2.5]):
        ...     stopping.on_epoch_end(epoch, {"loss": loss})
        >>> model.stop_training, stopping.best_epoch
        (True, 1)

    Source: decisions as ``keras.callbacks.EarlyStopping``. A NaN is never better than what was there.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        self.monitor, self.mode = monitor, mode
        self.min_delta = abs(min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._watched = Monitor(type(self).__name__, monitor, mode)
        self._start()

    def _start(self) -> None:
        self.best: Any = None
        self.best_epoch = 0
        self.best_weights: Any = None
        self.wait = 0
        self.stopped_epoch = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._start()

    def get_monitor_value(self, logs: Any) -> Any:
        """The monitored value, None if the logs have none."""
        return self._watched.value(logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._watched.settle(self.model)
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            # There is something to go back to even if nothing is ever better than NaN.
            self._remember(epoch)
        self.wait += 1
        if self._watched.improves(value, self.best, self.min_delta):
            self.best = value
            self._remember(epoch)
            if self.baseline is None or self._watched.improves(value, self.baseline, self.min_delta):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: Any = None) -> None:
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_state(self) -> dict[str, Any] | None:
        """Without the best weights: a resumed run that finds nothing better ends with the weights it has then."""
        best = None if self.best is None else float(self.best)
        return {"best": best, "best_epoch": self.best_epoch, "wait": self.wait, "stopped_epoch": self.stopped_epoch}

    def set_state(self, state: dict[str, Any]) -> None:
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.wait, self.stopped_epoch = state["wait"], state["stopped_epoch"]
