"""How steps are dispatched: which arrays go where, how many steps in one compiled call, and when values come back.

Rows of arrays are put on the device once and gathered inside the compiled call, so that a call takes a step
number and no data; several steps then run in one call (a loop whose length is not compiled in). Computations
with convolutions do not go into loops on the CPU, where XLA would run them on one thread. Batches that come
one by one, and rows of arrays too large for the device, are read while a step computes. A smaller last batch is
padded, and ``Context.rows`` says which rows are real; a model that cannot honour that runs such a batch at its own
size instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context, spec, tree
from cornu.core.errors import explain, plain_notes
from cornu.core.spec import KerasTensor
from cornu.data import ArrayBatches, Batches
from cornu.train import interrupt
from cornu.train.feed import feed, warn_of_end
from cornu.train.find_non_finite import diagnose
from cornu.train.program import Compiled, Program
from cornu.train.setup import Setup
from cornu.train.state import State
from cornu.train.watch import Batch, Watch

# Arrays up to this size go to the device whole.
_RESIDENT_BYTES = 2 << 30
# A compiled call should return about this often (seconds), for the progress bar and Ctrl-C: three times a second. The
# device waits a millisecond or two between calls (the guide's ResNet: 2,000 rows per second with 0.2, 2,050 with this).
_CALL_SECONDS = 1 / 3
# But on the CPU each call takes fresh memory for its intermediate values, and the system about a microsecond for each
# page of it: 99,000 pages for a step of an encoder, 392 ms one by one and 307 with 7 to a call. So many share that.
_SHARING_STEPS = 8
_LONGEST_CALL_SECONDS = 2.0
# Called with the index of a step.
Announce = Callable[[int], None]


class Driver:
    """Runs one kind of step ("train", "test" or "predict") of a model over batches.

    Attributes:
        steps: batches per epoch, None if not known.
        rows_seen: real rows run in the current epoch.
        outputs: what the last dispatched predict steps returned, one for each batch: (leaves, rows).
        logs: what a train or test step written by the user returned.
        watch: finds the first step that is not finite.
        epoch_index: which epoch this is, where there are any.
    """

    def __init__(self, model: Any, setup: Setup, kind: str, batches: Batches, steps: int | None = None):
        self.model, self.setup, self.kind, self.batches = model, setup, kind, batches
        self.steps = steps if steps is not None else batches.steps
        self.limit = steps
        self.rows_seen = 0
        self.outputs: list[tuple[Any, int]] = []
        self.logs: Any = None
        self.watch = Watch()
        self.epoch_index: int | None = None
        self._output_structure: Any = None
        self._verdict: Any = None
        self._at_once = 1
        # Rows of the largest batch so far; smaller ones are padded to it.
        self._size = batches.batch_size if isinstance(batches, ArrayBatches) else 0
        sample = self._sample()
        if not isinstance(batches, ArrayBatches):
            self._size = _rows_in(sample)
        with interrupt.deferred(cut_by=2):
            prepare(model, setup, kind, sample)
        self.state = State(model, setup, kind)
        self.program = Program(self.state)

    # Getting ready.

    def _sample(self) -> Any:
        """A batch, for shapes and dtypes."""
        if self.batches.endless and self.limit is None:
            argument = "steps_per_epoch= (validation_steps= for validation data)" if self.kind == "train" else "steps="
            raise ValueError(explain("Data without an end", argument, "none", "Say how many batches to take."))
        return self._weighed(self.batches.sample())

    @cached_property
    def _resident(self) -> Any:
        """The arrays on the device, if they are arrays in memory and not too large."""
        batches = self.batches
        if not isinstance(batches, ArrayBatches) or self.setup.eager:
            return None
        if not batches.in_memory or batches.nbytes > _RESIDENT_BYTES:
            return None
        return tuple(_put(a) for a in batches.arrays)

    # Running.

    def epoch(
        self, generator: np.random.Generator | None, *, before: Announce | None = None, skip: int = 0
    ) -> Generator[tuple[int, int]]:
        """Run the batches of one epoch; yields ``(first, count)`` of the steps just run, after each dispatch.

        Args:
            generator: of the order of rows.
            before: told of each step that is about to run; they run one by one then.
            skip: so many steps were run before (by a run that goes on here).
        """
        self.rows_seen = 0
        self.batches.begin()
        try:
            if self._resident is not None:
                yield from self._run_resident(generator, before, skip)
            else:
                yield from self._run_streamed(generator, before, skip)
        finally:
            self.state.write_back()
        self.batches.end()

    def close(self) -> None:
        """The run is over: nothing goes on reading."""
        self.batches.close()

    def _run_resident(
        self, generator: np.random.Generator | None, before: Announce | None, skip: int
    ) -> Iterator[tuple[int, int]]:
        batches = self.batches
        assert isinstance(batches, ArrayBatches) and self.steps is not None
        size, total = batches.batch_size, min(self.steps, batches.steps)
        order = batches.order(generator)
        ragged = batches.rows % size != 0
        exact = ragged and self.program.couples_rows
        if not exact:
            padded = ragged or self.kind != "train"
            try:
                yield from self._dispatch(order, skip, total, size, padded, before)
                return
            except context.RowsCoupled:
                self.program.remember_coupling()
                exact = ragged
        full = min(total, batches.rows // size)
        yield from self._dispatch(order, skip, full, size, False, before)
        if full < total > skip:
            rest = order[full * size : batches.rows]
            announce = _say_nothing if before is None else lambda _: before(full)
            for _ in self._dispatch(rest, 0, 1, len(rest), False, announce):
                yield full, 1

    def _dispatch(
        self, order: np.ndarray, first: int, total: int, size: int, padded: bool, before: Announce | None
    ) -> Iterator[tuple[int, int]]:
        assert isinstance(self.batches, ArrayBatches)
        compiled = self.program.resident(self.batches, self._resident, size, padded)
        on_device = jax.device_put(order)
        rows = min(self.batches.rows, len(order))
        while first < total:
            if before is not None:
                self.state.write_back()
                before(first)
            room = self._room()
            count = min(self._chunk(total - first), room) if compiled.looped and before is None else 1
            started = time.perf_counter()
            self._call(compiled, self._resident, on_device, np.int32(first), np.int32(count), np.int32(rows))
            self.state.owing.ran(count)
            self._note(0, lambda step: self._batch_at(order, step, size, rows))
            real = min((first + count) * size, rows) - first * size
            self.rows_seen += real
            if self.kind == "predict":
                self.outputs[-1] = (self.outputs[-1][0], real)
            yield first, count
            first += count
            if compiled.looped and before is None:
                self._pace(count, started)

    def _room(self) -> int:
        """Steps that may be run now; rows of tables are caught up if there are none."""
        if self.state.owing.room() == 0:
            self.state.write_back()
            with interrupt.deferred():
                self.state.owing.settle()
        return self.state.owing.room()

    def _chunk(self, left: int) -> int:
        """Steps of the next call, of those left: a few more than chosen rather than a last call of a few."""
        return left if left <= self._at_once * 5 // 4 else self._at_once

    def _pace(self, count: int, started: float) -> None:
        """Choose how many steps the next call runs, by how long one took."""
        self.state.wait()
        self.check(wait=False)
        per_step = max((time.perf_counter() - started) / count, 1e-7)
        self._at_once = min(count * 8, steps_at_once(per_step))

    def _run_streamed(
        self, generator: np.random.Generator | None, before: Announce | None, skip: int
    ) -> Iterator[tuple[int, int]]:
        source = self.batches.read(generator, self.limit, skip)
        index = skip - 1
        device = jax.config.jax_default_device  # type: ignore[reportAttributeAccessIssue]  # made at run time
        with feed(source, partial(self._load, device), self._reads_beside, self.batches.give_back) as loaded:
            for index, (batch, leaves, rows, weights) in enumerate(loaded, skip):
                if before is not None:
                    self.state.write_back()
                    before(index)
                self._room()
                self._run_batch(batch, leaves, rows, weights)
                self.state.owing.ran(1)
                self._note(index, lambda _, batch=batch: (batch, None))
                self.rows_seen += rows
                if self.kind == "predict":
                    self.outputs[-1] = (self.outputs[-1][0], rows)
                if not self._reads_beside:
                    self.state.write_back()  # the next batch comes from code that may look
                yield index, 1
        if self.limit is not None and index + 1 < self.limit and not isinstance(self.batches, ArrayBatches):
            warn_of_end(index + 1, self.limit)

    @property
    def _reads_beside(self) -> bool:
        return self.batches.beside and not self.setup.eager

    def _weighed(self, batch: Any) -> Any:
        return batch if self.batches.weigh is None else self.batches.weigh(batch)

    def _load(self, device: Any, batch: Any) -> tuple[Any, tuple[Any, ...], int, Any]:
        """A batch ready to be run: ``(its structure, arrays on the device, rows, weights of rows)``.

        The arrays have rows of zeros up to the size of the batches before, and weights say which are real; there are
        no weights, and no such rows, where rows affect each other.
        """
        batch = self._weighed(batch)
        leaves = [leaf for leaf in tree.flatten(batch) if leaf is not None]
        rows = int(leaves[0].shape[0])
        if self.setup.eager:
            return batch, tuple(leaves), rows, None
        self._size = max(self._size, rows)
        weights = None
        if not self.program.couples_rows:
            weights = (np.arange(self._size) < rows).astype(np.float32)
            leaves = [pad(leaf, self._size) for leaf in leaves]
        with jax.default_device(device):  # that of the thread that trains
            return batch, tuple(map(_put, leaves)), rows, None if weights is None else _put(weights)

    def _run_batch(self, batch: Any, leaves: tuple[Any, ...], rows: int, weights: Any) -> None:
        if self.setup.eager:
            return self._run_eagerly(batch)
        if weights is not None and not self.program.couples_rows:
            try:
                return self._call(self.program.streamed(batch, leaves, weights), leaves, weights)
            except context.RowsCoupled:
                self.program.remember_coupling()
        if weights is not None and len(weights) > rows:
            leaves = tuple(_put(np.asarray(leaf)[:rows]) for leaf in leaves)
        return self._call(self.program.streamed(batch, leaves, None), leaves, None)

    def _run_eagerly(self, batch: Any) -> None:
        """The step, uncompiled: breakpoints and prints in layers work."""
        fixed, values = self.state.take()
        leaves = tuple(jnp.asarray(leaf) for leaf in tree.flatten(batch) if leaf is not None)
        with interrupt.deferred(cut_by=2), jax.disable_jit():
            after, extra = self.program.step(batch)(fixed, values, leaves, None)
        self.state.put(fixed, after)
        self.state.write_back()
        self._keep(extra)

    def _call(self, compiled: Compiled, *data: Any) -> None:
        """One compiled call; an interrupt waits until its values are safe."""
        with interrupt.deferred(), plain_notes():
            fixed, values = self.state.take()
            after, extra = compiled.run(fixed, values, *data)
            if compiled.may_raise:
                jax.block_until_ready(after)
            self.state.put(fixed, after)
            self._keep(extra)

    def _keep(self, extra: Any) -> None:
        """What a step returned beside values: outputs of predictions, logs of steps written by the user, verdicts."""
        if self.kind == "predict":
            self.outputs.append((extra, 0))
        elif self.kind == "train":
            self.logs, self._verdict = extra
        else:
            self.logs = extra

    # Steps that are not finite.

    def _note(self, first: int, batch: Batch) -> None:
        """A training call was dispatched: its verdict is on the way."""
        if self.kind == "train":
            self.watch.add(first, self._verdict, batch)
            self.check(wait=False)

    def _batch_at(self, order: np.ndarray, step: int, size: int, rows: int) -> tuple[Any, np.ndarray]:
        """The batch of a step, on the host, and the numbers of its rows."""
        index = order[step * size : min((step + 1) * size, rows)]
        return self.batches.pack(np.asarray(a)[index] for a in self.batches.arrays), index  # type: ignore[union-attr]  # resident

    def check(self, wait: bool = True) -> None:
        """Say which step was the first that was not finite, and why, if there was one.

        Args:
            wait: whether to wait for the steps under way.
        """
        if wait:
            self.watch.settle()
        if self.watch.found is None or self.watch.report is not None:
            return
        self.state.write_back()
        step, batch_of = self.watch.found
        where = f"Step {step + 1}" + ("" if self.epoch_index is None else f" of epoch {self.epoch_index + 1}")
        try:
            with interrupt.deferred(cut_by=2):
                why = diagnose(self.model, *batch_of(step))
        except Exception as error:  # an operation that does not run by itself must not end training
            why = f"Where it arose was not found ({type(error).__name__}). Lower the learning rate, or clip gradients."
        self.setup.non_finite = f"{where} needs a finite loss and gradients; got others. {why}"
        self.watch.say(f"{self.setup.non_finite} The step changed no weights; training goes on.")


def steps_at_once(per_step: float) -> int:
    """How many steps of so many seconds a call runs; at least one.

    Example:
        >>> [steps_at_once(seconds) for seconds in (0.001, 0.1, 0.5, 3.0)]
        [333, 8, 4, 1]
    """
    shared = min(_SHARING_STEPS, int(_LONGEST_CALL_SECONDS / per_step))
    return max(1, shared, int(_CALL_SECONDS / per_step))


def prepare(model: Any, setup: Setup, kind: str, sample: Any) -> None:
    """Build what is not built: the model, losses and metrics, the optimizer.

    Args:
        sample: a batch, for shapes and dtypes.
    """
    x, y, _ = tree.map_structure(_rowless, sample)
    if not model.built:
        model(x)
    if kind == "predict":
        return
    y_pred = model.output if getattr(model, "functional", None) is not None else _spec_of_outputs(model, x)
    setup.settle(model, y, y_pred)
    if kind == "train" and setup.optimizer is not None and not setup.optimizer.built:
        setup.optimizer.build(model.trainable_variables)


def _say_nothing(step: int) -> None:
    """Who asks for single steps and need not be told of them."""


def _rowless(a: Any) -> Any:
    """Shape and dtype of an array with its batch axis unknown; symbolic."""
    if a is None:
        return None
    return KerasTensor((None, *a.shape[1:]), str(a.dtype))


def _spec_of_outputs(model: Any, x: Any) -> Any:
    return tree.map_structure(spec.spec_of, model.compute_output_spec(x))


def _rows_in(batch: Any) -> int:
    return next(int(leaf.shape[0]) for leaf in tree.flatten(batch) if leaf is not None)


def _put(a: Any) -> Any:
    """The array on the device; compiles nothing, unlike ``jnp.asarray``."""
    return a if isinstance(a, jax.Array) else jax.device_put(np.asarray(a))


def pad(a: Any, size: int) -> Any:
    """Rows of zeros appended up to ``size``."""
    missing = size - a.shape[0]
    if missing == 0:
        return a
    a = np.asarray(a)
    return np.concatenate([a, np.zeros((missing, *a.shape[1:]), a.dtype)])
