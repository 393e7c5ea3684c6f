"""When a checkpoint is due, and whether the model is the best so far: for callbacks that save models."""

from __future__ import annotations

import warnings
from typing import Any

from cornu.callbacks.monitor import Monitor, is_number
from cornu.core.errors import explain


class SaveRule:
    """When to save.

    Args:
        owner: name of the callback, for messages.
        save_freq: "epoch", or a number of batches, counted on over epochs.
        best_only: whether to save only a model that is better than all before.
        monitor, mode: what better means; see ``Monitor``.
        best: what the first must be better than, None for anything.
    """

    def __init__(self, owner: str, save_freq: Any, best_only: bool, monitor: str, mode: str, best: float | None):
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq > 0):
            raise ValueError(
                explain(owner, "save_freq 'epoch' or a number of batches", repr(save_freq), "Pass for example 100.")
            )
        self.owner, self.best_only, self.best = owner, best_only, best
        self._every: int | None = None if save_freq == "epoch" else save_freq
        self._watched = Monitor(owner, monitor, mode)
        self._batches = 0
        self._last_batch = -1

    @property
    def by_batch(self) -> bool:
        """Whether batches are counted, not epochs."""
        return self._every is not None

    def due_after(self, batch: int) -> bool:
        """Count the batches up to this one; whether it is time."""
        if self._every is None:
            return False
        # Batches count from 0 in each epoch; several may have run since the last that was told.
        self._batches += batch + 1 if batch <= self._last_batch else batch - self._last_batch
        self._last_batch = batch
        if self._batches < self._every:
            return False
        self._batches = 0
        return True

    def wanted(self, logs: Any, model: Any) -> tuple[bool, str]:
        """Whether a model with these logs is to be saved, and why, in words; notes the best."""
        if not self.best_only:
            return True, ""
        self._watched.settle(model)
        value, name = self._watched.value(logs), self._watched.name
        if value is None:
            return True, f"{name} is not in the logs"
        if not is_number(value):
            warnings.warn(
                explain(
                    f"{self.owner}(save_best_only=True)",
                    f"one number for {name!r}",
                    value,
                    "The model is saved. Monitor a metric that is one number.",
                ),
                stacklevel=4,
            )
            return True, ""
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._watched.improves(value, self.best):
            return False, f"{name} did not improve from {best}"
        self.best = value
        return True, f"{name} improved from {best} to {value:.5f}"

    def get_state(self) -> dict[str, Any]:
        """What a resumed run goes on from."""
        best = None if self.best is None else float(self.best)
        return {"best": best, "batches": self._batches, "last_batch": self._last_batch}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what ``get_state`` gave."""
        self.best, self._batches, self._last_batch = state["best"], state["batches"], state["last_batch"]
