"""Checkpoints in Orbax's format."""

from __future__ import annotations

import json
import os
from typing import Any

import jax
import numpy as np

from cornu.callbacks.callback import Callback
from cornu.callbacks.optional import optional_package
from cornu.callbacks.save_rule import SaveRule
from cornu.core import tree

_WEIGHTS = ("trainable_variables", "non_trainable_variables")


class OrbaxCheckpoint(Callback):
    """Save the model's values with Orbax, after each epoch, or after so many batches.

    Needs the extra ``cornu[orbax]``. Each step's folder holds ``pytree``, which is ``model.get_state_tree()``, and
    ``model_config``, the model's JSON text. To read one: ``orbax.checkpoint.CheckpointManager(directory)``, and
    ``model.set_state_tree(...)`` of what its ``restore`` gives for ``pytree``.

    Args:
        directory: folder; steps are numbered by epoch, or by batch, from 0.
        monitor: name in the logs, for ``save_best_only``.
        verbose: 1 prints what it does.
        save_best_only: whether to save only a model that is better than all before; each, while there is no monitored
            value.
        mode: "min" or "max": which is better; "auto" asks the metric.
        save_freq: "epoch", or a number of batches, counted on over epochs. Then steps run one at a time.
        initial_value_threshold: what the first best model must be better than.
        max_to_keep: how many of the last stay.
        save_on_background: whether writing goes on beside training.
        save_weights_only: whether to leave out the optimizer, the metrics and the config.

    Raises:
        ImportError: if the package is not there.
        ValueError: for a ``save_freq`` that is neither; when saving, if "auto" finds no metric that says which is
            better.

    Source: arguments, folders and decisions as ``keras.callbacks.OrbaxCheckpoint``.
    """

    def __init__(
        self,
        directory: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ):
        self._orbax = optional_package("orbax.checkpoint", "orbax", type(self).__name__)
        self.directory = os.path.abspath(os.fspath(directory))
        self.monitor, self.mode, self.verbose = monitor, mode, verbose
        self.save_best_only, self.save_weights_only, self.save_freq = save_best_only, save_weights_only, save_freq
        self._rule = SaveRule(type(self).__name__, save_freq, save_best_only, monitor, mode, initial_value_threshold)
        self.needs_batches = self._rule.by_batch
        self._batches = 0
        self.manager = self._orbax.CheckpointManager(
            self.directory,
            options=self._orbax.CheckpointManagerOptions(
                max_to_keep=max_to_keep, enable_async_checkpointing=save_on_background
            ),
        )

    @property
    def best(self) -> Any:
        """The monitored value of the best model so far."""
        return self._rule.best

    def is_multihost_enabled(self) -> bool:
        """Whether several processes train together."""
        return jax.process_count() > 1

    def is_primary_host(self) -> bool:
        """Whether this is the first of the processes that train together."""
        return jax.process_index() == 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batches += 1
        if self._rule.due_after(batch):
            self._save(self._batches - 1, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self._rule.by_batch:
            self._save(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        self.wait_until_finished()

    def wait_until_finished(self) -> None:
        """Until all checkpoints are on the disk."""
        self.manager.wait_until_finished()

    def _save(self, step: int, logs: Any) -> None:
        wanted, why = self._rule.wanted(logs, self.model)
        if self.verbose:
            does = f"saving to {os.path.join(self.directory, str(step))}" if wanted else ""
            print(f"Step {step}: " + ", ".join(part for part in (why, does) if part))
        if not wanted:
            return
        values = self.model.get_state_tree()
        if self.save_weights_only:
            values = {group: values[group] for group in _WEIGHTS}
        # Copies: the next step may use the values' memory while they are being written. Orbax has no empty groups.
        values = {group: tree.map_structure(np.array, branch) for group, branch in values.items() if branch}
        items = {"pytree": self._orbax.args.StandardSave(values)}
        if not self.save_weights_only:
            items["model_config"] = self._orbax.args.JsonSave(json.loads(self.model.to_json()))
        self.manager.save(step, args=self._orbax.args.Composite(**items), force=True)

    def get_state(self) -> dict[str, Any] | None:
        return {**self._rule.get_state(), "steps": self._batches}

    def set_state(self, state: dict[str, Any]) -> None:
        self._rule.set_state(state)
        self._batches = state["steps"]
