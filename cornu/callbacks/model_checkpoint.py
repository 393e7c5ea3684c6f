"""Save the model while it trains."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cornu.callbacks.callback import Callback
from cornu.callbacks.save_rule import SaveRule
from cornu.core.errors import explain


class ModelCheckpoint(Callback):
    """Save the model, or its weights, after each epoch, or after so many batches.

    Args:
        filepath: ends in ".keras", or ".weights.h5" for weights. It may have fields: "{epoch:02d}" and "{batch}",
            which count from 1, and all names in the logs. Folders are made.
        monitor: name in the logs, for ``save_best_only``.
        verbose: 1 prints what it does.
        save_best_only: whether to save only a model that is better than all before; each, while there is no monitored
            value.
        save_weights_only: whether to save the weights alone.
        mode: "min" or "max": which is better; "auto" asks the metric.
        save_freq: "epoch", or a number of batches, counted on over epochs. Then steps run one at a time.
        initial_value_threshold: what the first best model must be better than.

    Attributes:
        best: the monitored value of the best model so far.

    Raises:
        ValueError: for another ending; for a ``save_freq`` that is neither; when saving, if "auto" finds no metric
            that says which is better.
        KeyError: when saving, for a field that is not in the logs.

    Example:
        >>> checkpoint = ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.keras", save_best_only=True)

    Source: files and decisions as ``keras.callbacks.ModelCheckpoint``. A NaN is never better than what was there.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ):
        self.filepath = os.fspath(filepath)
        self.monitor, self.mode, self.verbose = monitor, mode, verbose
        self.save_best_only, self.save_weights_only, self.save_freq = save_best_only, save_weights_only, save_freq
        ending = ".weights.h5" if save_weights_only else ".keras"
        if not self.filepath.endswith(ending):
            raise ValueError(
                explain(
                    f"ModelCheckpoint(save_weights_only={save_weights_only})",
                    f"a filepath that ends in {ending!r}",
                    repr(self.filepath),
                    "Change the ending.",
                )
            )
        self._rule = SaveRule(type(self).__name__, save_freq, save_best_only, monitor, mode, initial_value_threshold)
        self.needs_batches = self._rule.by_batch
        self._epoch = 0

    @property
    def best(self) -> Any:
        """The monitored value of the best model so far."""
        return self._rule.best

    @best.setter
    def best(self, value: Any) -> None:
        self._rule.best = value

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._rule.due_after(batch):
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self._rule.by_batch:
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Any) -> None:
        wanted, why = self._rule.wanted(logs, self.model)
        path = self._path(epoch, batch, logs or {}) if wanted else ""
        if self.verbose:
            does = f"saving model to {path}" if wanted else ""
            print(f"Epoch {epoch + 1}: " + ", ".join(part for part in (why, does) if part))
        if not wanted:
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _path(self, epoch: int, batch: int | None, logs: Any) -> str:
        fields = {**logs, "epoch": epoch + 1}
        if batch is not None:
            fields["batch"] = batch + 1
        try:
            return self.filepath.format(**fields)
        except KeyError as error:
            raise KeyError(
                explain(
                    f"ModelCheckpoint({self.filepath!r})",
                    f"{error.args[0]!r} in the logs",
                    ", ".join(fields),
                    "Use one of these names in the filepath.",
                )
            ) from None

    def get_state(self) -> dict[str, Any] | None:
        return self._rule.get_state()

    def set_state(self, state: dict[str, Any]) -> None:
        self._rule.set_state(state)
