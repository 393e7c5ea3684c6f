"""Numbers of a run told to those who keep them for many runs: MLflow, Weights & Biases."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback
from cornu.callbacks.optional import optional_package


class MLflowLogger(Callback):
    """Log each epoch's metrics to MLflow, and at the beginning what the model is trained with.

    Needs the extra ``cornu[mlflow]``. Goes into the active run; where there is none one is started, and ended with
    training.

    Args:
        run_name: name of a run that is started.
        parameters: logged with those of the run (epochs, steps, and the optimizer's config).

    Raises:
        ImportError: if the package is not there.

    Example:
        >>> MLflowLogger(run_name="baseline", parameters={"data": "v2"})  # doctest: +SKIP
    """

    def __init__(self, run_name: str | None = None, parameters: dict[str, Any] | None = None):
        self._package = optional_package("mlflow", "mlflow", type(self).__name__)
        self.run_name, self.parameters = run_name, parameters or {}
        self._started = False

    def on_train_begin(self, logs: Any = None) -> None:
        if self._package.active_run() is None:
            self._package.start_run(run_name=self.run_name)
            self._started = True
        self._package.log_params({**run_parameters(self), **self.parameters})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._package.log_metrics(plain_numbers(logs), step=epoch)

    def on_train_end(self, logs: Any = None) -> None:
        if self._started:
            self._package.end_run()
            self._started = False


class WandbLogger(Callback):
    """Log each epoch's metrics to Weights & Biases, and at the beginning what the model is trained with.

    Needs the extra ``cornu[wandb]``. Goes into the active run; where there is none one is started, and finished with
    training.

    Args:
        project: of a run that is started.
        **options: further arguments of ``wandb.init``: ``name``, ``mode="offline"``, ``dir``, ``config``...

    Raises:
        ImportError: if the package is not there.

    Example:
        >>> WandbLogger(project="tickets", mode="offline")  # doctest: +SKIP
    """

    def __init__(self, project: str | None = None, **options: Any):
        self._package = optional_package("wandb", "wandb", type(self).__name__)
        self.project, self.options = project, options
        self._started = False

    def on_train_begin(self, logs: Any = None) -> None:
        if self._package.run is None:
            self._package.init(project=self.project, **self.options)
            self._started = True
        self._package.config.update(run_parameters(self), allow_val_change=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._package.run.log({"epoch": epoch, **plain_numbers(logs)})

    def on_train_end(self, logs: Any = None) -> None:
        if self._started:
            self._package.run.finish()
            self._started = False


def run_parameters(callback: Callback) -> dict[str, Any]:
    """What a run is made with: its epochs and steps, and the optimizer's config, flat."""
    found = {name: value for name, value in (callback.params or {}).items() if name != "verbose" and value is not None}
    optimizer = getattr(callback.model, "optimizer", None)
    if optimizer is not None:
        config = {name: value for name, value in optimizer.get_config().items() if value is not None}
        found["optimizer"] = config.pop("name", type(optimizer).__name__)
        found.update({f"optimizer_{name}": _plain(value) for name, value in config.items()})
    return found


def plain_numbers(logs: Any) -> dict[str, float]:
    """The logs that are one number each."""
    return {name: float(value) for name, value in (logs or {}).items() if np.ndim(value) == 0}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else str(value)
