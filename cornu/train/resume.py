"""Checkpoints from which a killed run goes on, bit for bit: ``fit(..., resume="folder")``.

A checkpoint is one ``.npz`` file: the values of all variables that a step threads through, and a JSON text with
the position in the run, the seed of the order of rows, the history and the callbacks' own state. It is written by a
thread beside training, to a temporary name, flushed to the disk, and then renamed; the zip's checksums tell a torn
file, and then the one before is used.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import math
import threading
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from cornu.callbacks import BackupAndRestore, Callback
from cornu.core import seeds
from cornu.core.errors import explain, show_shape
from cornu.core.files import atomic_file, remove_leftovers
from cornu.core.pure import raw_values, write_values
from cornu.core.variable import Variable
from cornu.train import interrupt

_POSITION = "position.json"


@dataclasses.dataclass
class Position:
    """Where in a run a checkpoint was taken.

    Attributes:
        epoch: index of the epoch in progress, or of the next one if ``step`` is 0.
        step: steps of it already run.
        seed: of the order of rows.
        history: values of each metric so far.
        epochs: indices of the finished epochs.
        callbacks: what each callback wants kept, in order.
        stopped: whether training was over.
    """

    epoch: int = 0
    step: int = 0
    seed: int = 0
    history: dict[str, list[Any]] = dataclasses.field(default_factory=dict[str, list[Any]])
    epochs: list[int] = dataclasses.field(default_factory=list[int])
    callbacks: list[Any] = dataclasses.field(default_factory=list[Any])
    stopped: bool = False


class Resume:
    """Where and how often ``fit`` keeps checkpoints.

    Args:
        folder: made if it is not there; belongs to one run.
        every_seconds: time between two checkpoints within an epoch. At the end of each epoch there is one as well.
        keep: how many checkpoints stay.
        every_steps: steps between two checkpoints within an epoch, instead of a time.
        at_epochs: whether there is one at the end of each epoch.
        delete: whether checkpoints are removed when training has ended.

    Example:
        >>> import tempfile
        >>> Resume(tempfile.mkdtemp(), every_seconds=30).latest([]) is None
        True
    """

    def __init__(
        self,
        folder: Any,
        every_seconds: float = 60.0,
        keep: int = 2,
        *,
        every_steps: int | None = None,
        at_epochs: bool = True,
        delete: bool = False,
    ):
        if keep < 1:
            raise ValueError(explain("Resume", "keep to be 1 or more", keep, "Two guard against a torn file."))
        self.folder = Path(folder)
        self.every_seconds, self.every_steps, self.keep = every_seconds, every_steps, keep
        self.at_epochs, self.delete = at_epochs, delete
        self._last, self._last_step = time.monotonic(), 0
        self._writer: threading.Thread | None = None

    def due(self, step: int) -> bool:
        """Whether it is time for the next checkpoint within an epoch, of which ``step`` steps are done."""
        if self.every_steps is not None:
            return step - (self._last_step if self._last_step < step else 0) >= self.every_steps
        return time.monotonic() - self._last >= self.every_seconds

    def clear(self) -> None:
        """Remove all checkpoints."""
        self.finish()
        for path in self._files():
            path.unlink(missing_ok=True)
        remove_leftovers(self.folder, "checkpoint-*.npz")

    # Writing.

    def save(self, variables: list[Variable], position: Position) -> None:
        """Take a checkpoint now; writing goes on beside training."""
        self._last, self._last_step = time.monotonic(), position.step
        # Copies: the next step may use the values' memory.
        values = [np.array(value) for value in raw_values(variables)]
        names = [v.path for v in variables]
        self.finish()
        self._writer = threading.Thread(
            target=self._write, args=(names, values, dataclasses.asdict(position)), daemon=False
        )
        self._writer.start()

    def finish(self) -> None:
        """Wait for the checkpoint that is being written."""
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    def _write(self, names: list[str], values: list[np.ndarray], position: dict[str, Any]) -> None:
        numbers = [_number(p) for p in self._files()]
        target = self.folder / f"checkpoint-{max(numbers, default=0) + 1:08d}.npz"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.folder, "checkpoint-*.npz")
            with atomic_file(target) as file:
                _pack(file, names, values, position)
        except OSError as error:
            warnings.warn(
                f"Checkpoint {target.name!r} needs room and rights to be written; got {error}. Training goes on; the one before stays.",
                stacklevel=2,
            )
            return
        for old in sorted(self._files(), key=_number)[: -self.keep]:
            old.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return list(self.folder.glob("checkpoint-*.npz")) if self.folder.is_dir() else []

    # Reading.

    def latest(self, variables: list[Variable]) -> Position | None:
        """Put the newest whole checkpoint into the variables; returns its position, None if there is none."""
        for path in sorted(self._files(), key=_number, reverse=True):
            try:
                values, position = _unpack(path)
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                warnings.warn(
                    f"Checkpoint {path.name!r} needs to be whole; got {type(error).__name__}. The one before is used.",
                    stacklevel=2,
                )
                continue
            _check(path, variables, values)
            restored = [_like(v, a) for v, a in zip(variables, values, strict=True)]
            with interrupt.deferred():
                write_values(variables, restored)
            return Position(**position)
        return None


class Keeper:
    """Where a run is, and its checkpoints if it was asked for any.

    Args:
        resume: ``Resume``, a folder, or None.
        driver: has ``variables``, ``write_back``, ``as_run`` and ``restored``.
        callbacks, history: of the run.
        initial_epoch: where a fresh run starts.
    """

    def __init__(self, resume: Any, driver: Any, callbacks: Any, history: Any, initial_epoch: int):
        self.resume = _settings(resume, callbacks.callbacks)
        self.driver, self.callbacks, self.history = driver, callbacks, history
        self._first_epoch = initial_epoch
        self.position = Position(epoch=initial_epoch, seed=seeds.draw_default_seed())
        found = None if self.resume is None else self.resume.latest(driver.state.variables)
        if found is not None:
            self.position = found
            driver.state.restored()
            history.history = {name: list(values) for name, values in found.history.items()}
            history.epoch = list(found.epochs)
            for callback, state in zip(callbacks.callbacks, found.callbacks, strict=False):
                if state is not None:
                    callback.set_state(state)

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        if self.resume is not None:
            self.resume.finish()

    def order(self, epoch: int | None = None) -> np.random.Generator:
        """The generator of the order of rows in this epoch (or another): the same whenever the epoch is begun."""
        epoch = self.position.epoch if epoch is None else epoch
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([self.position.seed, epoch])))

    def orders_before(self) -> list[np.random.Generator]:
        """Those of the epochs that were run by the process whose checkpoint was found."""
        return [self.order(epoch) for epoch in range(self._first_epoch, self.position.epoch)]

    def steps_done(self, step: int) -> None:
        """So many steps of the epoch are done; a checkpoint is taken if it is time."""
        self.position.step = step
        if self.resume is not None and self.resume.due(step):
            self._save(self.resume)

    def epoch_done(self, stopped: bool) -> None:
        """The epoch and its callbacks are done."""
        self.position.epoch, self.position.step, self.position.stopped = self.position.epoch + 1, 0, stopped
        if self.resume is not None and self.resume.at_epochs:
            self._save(self.resume)

    def ended(self) -> None:
        """Training is over."""
        if self.resume is not None and self.resume.delete:
            self.resume.clear()

    def _save(self, resume: Resume) -> None:
        self.driver.state.write_back()
        states = [c.get_state() if hasattr(c, "get_state") else None for c in self.callbacks.callbacks]
        position = dataclasses.replace(
            self.position, history=self.history.history, epochs=list(self.history.epoch), callbacks=states
        )
        with contextlib.ExitStack() as stack:
            for callback in self.callbacks.callbacks:
                if isinstance(callback, Callback):
                    stack.enter_context(callback.weights_as_trained())
            stack.enter_context(self.driver.state.as_run())
            resume.save(self.driver.state.variables, position)


def _settings(resume: Any, callbacks: list[Any]) -> Resume | None:
    """What ``fit`` was given, or what a ``BackupAndRestore`` among the callbacks says."""
    if resume is not None:
        return resume if isinstance(resume, Resume) else Resume(resume)
    for callback in callbacks:
        if isinstance(callback, BackupAndRestore):
            at_epochs = callback.save_freq == "epoch"
            return Resume(
                callback.backup_dir,
                math.inf,
                every_steps=callback.every_steps,
                at_epochs=at_epochs,
                delete=callback.delete_checkpoint,
            )
    return None


def _number(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def _pack(file: Any, names: list[str], values: list[np.ndarray], position: dict[str, Any]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps({"names": names, "dtypes": [v.dtype.name for v in values], "position": position})
        archive.writestr(_POSITION, text)
        for index, value in enumerate(values):
            with archive.open(f"{index}.npy", "w", force_zip64=True) as member:
                plain = value if value.dtype.kind in "fiubc" else value.view(f"u{value.dtype.itemsize}")
                np.lib.format.write_array(member, plain, allow_pickle=False)


def _unpack(path: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    import ml_dtypes  # comes with JAX

    values: list[np.ndarray] = []
    with zipfile.ZipFile(path) as archive:
        described = json.loads(archive.read(_POSITION))
        for index, dtype in enumerate(described["dtypes"]):
            value = np.lib.format.read_array(io.BytesIO(archive.read(f"{index}.npy")), allow_pickle=False)
            wanted = np.dtype(getattr(ml_dtypes, dtype, dtype))
            values.append(value if value.dtype == wanted else value.view(wanted))
    return values, described["position"]


def _check(path: Path, variables: list[Variable], values: list[np.ndarray]) -> None:
    mine, theirs = [v.shape for v in variables], [tuple(v.shape) for v in values]
    if mine == theirs:
        return
    different = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), None)
    got = f"{len(theirs)} arrays for {len(mine)} variables"
    if different is not None:
        got = f"shape {show_shape(theirs[different])} for {variables[different].path!r}, which has {show_shape(mine[different])}"
    raise ValueError(
        explain(
            f"Checkpoint {str(path)!r}",
            "the model and optimizer that it was taken from",
            got,
            "Use another folder for another model.",
        )
    )


def _like(variable: Variable, value: np.ndarray) -> Any:
    import jax.numpy as jnp

    return jnp.asarray(value, dtype=raw_values([variable])[0].dtype)
