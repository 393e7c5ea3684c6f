"""The learning rate, set from epoch to epoch: by a function, or when a number in the logs stands still."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback
from cornu.callbacks.monitor import Monitor
from cornu.core.errors import explain


class LearningRateScheduler(Callback):
    """Set the learning rate at the start of each epoch: ``schedule(epoch)`` or ``schedule(epoch, learning_rate)``.

    Logs get the rate as "learning_rate".

    Args:
        schedule: a function of the epoch, from 0, and, if it takes two arguments, of the present rate; gives a float.
        verbose: 1 prints each rate.

    Raises:
        ValueError: for a rate that is not a float, at the epoch's start; for a model without an optimizer.

    Example:
        >>> halved = LearningRateScheduler(lambda epoch, rate: rate / 2)

    Source: behaviour as ``keras.callbacks.LearningRateScheduler``; how many arguments the function takes is read from
    its signature.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        self.schedule, self.verbose = schedule, verbose
        self._takes_rate = _takes_two(schedule)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        present = get_rate(self)
        rate = self.schedule(epoch, present) if self._takes_rate else self.schedule(epoch)
        if not isinstance(rate, (float, np.floating)):
            raise ValueError(
                explain(
                    "LearningRateScheduler",
                    "a schedule that returns a float",
                    f"{rate!r} at epoch {epoch}",
                    "Return float(...).",
                )
            )
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            print(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = get_rate(self)


class ReduceLROnPlateau(Callback):
    """Multiply the learning rate by ``factor`` after ``patience`` epochs in which a number did not get better.

    Logs get the rate that the epoch was run with as "learning_rate".

    Args:
        monitor: name in the logs.
        factor: below 1.
        patience: epochs to wait for something better.
        verbose: 1 prints each change.
        mode: "min" or "max": which is better; "auto" asks the metric.
        min_delta: better means better by more than this.
        cooldown: epochs after a change in which it does not wait.
        min_lr: the rate goes no lower.

    Attributes:
        best: so far; None at first.
        wait: epochs since.
        cooldown_counter: epochs of cooldown left.

    Raises:
        ValueError: for a factor of 1 or more; at the first epoch's end, if "auto" finds no metric that says which is
            better.

    Source: decisions as ``keras.callbacks.ReduceLROnPlateau``. A NaN is never better than what was there.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ):
        if kwargs:
            known = "Correct the name; Keras 1's 'epsilon' is min_delta."
            raise TypeError(explain(type(self).__name__, "only arguments that it has", ", ".join(kwargs), known))
        if factor >= 1.0:
            raise ValueError(explain(type(self).__name__, "a factor below 1", factor, "Pass for example 0.1."))
        self.monitor, self.mode = monitor, mode
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.min_delta, self.cooldown, self.min_lr = abs(min_delta), cooldown, min_lr
        self._watched = Monitor(type(self).__name__, monitor, mode)
        self._start()

    def _start(self) -> None:
        self.best: Any = None
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._start()

    def in_cooldown(self) -> bool:
        """Whether a change was made so recently that it does not wait."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._watched.settle(self.model)
        value = self._watched.value(logs)
        if logs is not None:
            logs["learning_rate"] = get_rate(self)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._watched.improves(value, self.best, self.min_delta):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        present = get_rate(self)
        if present <= np.float32(self.min_lr):
            return
        rate = max(present * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            print(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
        self.cooldown_counter = self.cooldown
        self.wait = 0

    def get_state(self) -> dict[str, Any] | None:
        best = None if self.best is None else float(self.best)
        return {"best": best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def set_state(self, state: dict[str, Any]) -> None:
        self.best, self.wait, self.cooldown_counter = state["best"], state["wait"], state["cooldown_counter"]


def get_rate(callback: Callback) -> float:
    """The learning rate now.

    Raises:
        ValueError: for a model without an optimizer.
    """
    optimizer = getattr(callback.model, "optimizer", None)
    if optimizer is None:
        raise ValueError(
            explain(
                type(callback).__name__,
                "a model with an optimizer",
                "one without",
                "Compile the model with an optimizer.",
            )
        )
    return float(np.asarray(optimizer.learning_rate))


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        signature = inspect.signature(function)
    except ValueError:  # a function written in C that does not say
        return True
    try:
        signature.bind(0, 0.1)
    except TypeError:
        return False
    return True
