"""How steps are dispatched: which arrays go where, how many steps in one compiled call, and when values come back.

Rows of arrays are put on the device once and gathered inside the compiled call, so that a call takes a step
number and no data; several steps then run in one call (a loop whose length is not compiled in). Computations
with convolutions do not go into loops on the CPU, where XLA would run them on one thread. Batches that come
one by one, and rows of arrays too large for the device, are read and put there by a thread beside. A smaller last batch is padded, and ``Context.rows`` says which rows are
real; a model that cannot honour that runs such a batch at its own size instead.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context, spec, tree
from cornu.core.errors import explain, plain_notes
from cornu.core.pure import holding, raw_values, write_values
from cornu.core.spec import KerasTensor
from cornu.core.variable import Variable
from cornu.data import ArrayBatches, Batches, repack
from cornu.data.batches import structure_key
from cornu.kernels import compile_cache
from cornu.kernels.compiler import calls_python, compiler_options, has_convolution
from cornu.train import interrupt
from cornu.train.feed import feed, warn_of_end
from cornu.train.find_non_finite import diagnose
from cornu.train.rows import NeedsAllRows, Owing, find_tables
from cornu.train.setup import Setup
from cornu.train.step import is_overridden, logs_itself, sees_rows, train_step, variables_of
from cornu.train.watch import Batch, Watch

# Arrays up to this size go to the device whole.
_RESIDENT_BYTES = 2 << 30
# A compiled call should return about this often (seconds), for the progress bar and Ctrl-C.
_CALL_SECONDS = 0.2
# But on the CPU each call takes fresh memory for its intermediate values, and the system about a microsecond for each
# page of it: 99,000 pages for a step of an encoder, 392 ms one by one and 307 with 7 to a call. So many share that.
_SHARING_STEPS = 8
_LONGEST_CALL_SECONDS = 2.0
# Called with the index of a step.
Announce = Callable[[int], None]


@dataclasses.dataclass(frozen=True)
class Compiled:
    """A compiled call.

    Attributes:
        run: ``(fixed, values, *data) -> (values, extra)``.
        looped: whether it runs several steps at once.
        may_raise: whether Python code in it may raise while it runs; then it leaves its arguments' memory alone, for
            what it is given is all that is left of the weights, and is waited for.
    """

    run: Callable[..., Any]
    looped: bool
    may_raise: bool


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
        self._prepare()
        self._owing = self._tables()
        self._fixed, self._values = self._variables()
        # Values between calls, as long as nobody can look: (values of _fixed, values of _values).
        self._carried: Any = None
        self._ids = self._identify()
        self._resident = self._place()

    # Getting ready.

    def _prepare(self) -> None:
        """Build what is not built: the model, losses and metrics, the optimizer."""
        if self.batches.endless and self.limit is None:
            argument = "steps_per_epoch= (validation_steps= for validation data)" if self.kind == "train" else "steps="
            raise ValueError(explain("Data without an end", argument, "none", "Say how many batches to take."))
        sample = self._weighed(self.batches.sample())
        if not isinstance(self.batches, ArrayBatches):
            self._size = _rows_in(sample)
        x, y, _ = tree.map_structure(_rowless, sample)
        if not self.model.built:
            self.model(x)
        if self.kind == "predict":
            return
        y_pred = (
            self.model.output
            if getattr(self.model, "functional", None) is not None
            else _spec_of_outputs(self.model, x)
        )
        self.setup.settle(self.model, y, y_pred)
        if self.kind == "train" and self.setup.optimizer is not None and not self.setup.optimizer.built:
            self.setup.optimizer.build(self.model.trainable_variables)

    def _variables(self) -> tuple[list[Variable], list[list[Variable]]]:
        """Variables that a step reads only, and groups of those that it returns anew."""
        params, others, slots, metrics = variables_of(self.model)
        if self.kind == "train":
            debts = [self._owing.variables] if self._owing.tables else []
            return [], [params, others, slots, metrics, *debts]
        if self.kind == "test":
            return params, [others, metrics]
        return params, [others]

    def _identify(self) -> tuple[int, ...]:
        return tuple(id(v) for v in itertools.chain(self._fixed, *self._values))

    def _tables(self) -> Owing:
        """The tables that are updated by rows, with what these owe: the same in all runs over the same variables."""
        params, setup = self.model.trainable_variables, self.setup
        whole = self.kind != "train" or setup.eager or is_overridden(self.model, "train_step")
        if whole or setup.optimizer is None or not any(v.looked_up for v in params):
            return Owing([])
        key = ("tables", tuple(id(v) for v in params))
        if key not in setup.functions:
            setup.functions[key] = Owing(find_tables(setup.optimizer, params))
        return setup.functions[key]

    def _update_whole(self, variables: list[Variable]) -> None:
        """Some tables turn out to need the dense update."""
        self.write_back()
        self._owing.leave(variables)
        self._fixed, self._values = self._variables()
        self._ids = self._identify()

    def _place(self) -> Any:
        """The arrays on the device, if they are arrays in memory and not too large."""
        batches = self.batches
        if not isinstance(batches, ArrayBatches) or self.setup.eager:
            return None
        if not batches.in_memory or batches.nbytes > _RESIDENT_BYTES:
            return None
        return tuple(_put(a) for a in batches.arrays)

    @property
    def variables(self) -> list[Variable]:
        """All that a step changes."""
        return list(itertools.chain(*self._values))

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
            self.write_back()
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
        exact = ragged and self._couples_rows()
        if not exact:
            padded = ragged or self.kind != "train"
            try:
                yield from self._dispatch(order, skip, total, size, padded, before)
                return
            except context.RowsCoupled:
                self._remember_coupling()
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
        compiled = self._resident_function(size, padded)
        on_device = jax.device_put(order)
        rows = min(self.batches.rows, len(order))  # type: ignore[union-attr]  # resident batches are arrays
        while first < total:
            if before is not None:
                self.write_back()
                before(first)
            room = self._room()
            count = min(self._chunk(total - first), room) if compiled.looped and before is None else 1
            started = time.perf_counter()
            self._call(compiled, self._resident, on_device, np.int32(first), np.int32(count), np.int32(rows))
            self._owing.ran(count)
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
        if self._owing.room() == 0:
            self.write_back()
            self._owing.settle()
        return self._owing.room()

    def _chunk(self, left: int) -> int:
        """Steps of the next call, of those left: a few more than chosen rather than a last call of a few."""
        return left if left <= self._at_once * 5 // 4 else self._at_once

    def _pace(self, count: int, started: float) -> None:
        """Choose how many steps the next call runs, by how long one took."""
        jax.block_until_ready(self._carried)
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
                    self.write_back()
                    before(index)
                self._room()
                self._run_batch(batch, leaves, rows, weights)
                self._owing.ran(1)
                self._note(index, lambda _, batch=batch: (batch, None))
                self.rows_seen += rows
                if self.kind == "predict":
                    self.outputs[-1] = (self.outputs[-1][0], rows)
                if not self._reads_beside:
                    self.write_back()  # the next batch comes from code that may look
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
        if not self._couples_rows():
            weights = (np.arange(self._size) < rows).astype(np.float32)
            leaves = [pad(leaf, self._size) for leaf in leaves]
        with jax.default_device(device):  # that of the thread that trains
            return batch, tuple(map(_put, leaves)), rows, None if weights is None else _put(weights)

    def _run_batch(self, batch: Any, leaves: tuple[Any, ...], rows: int, weights: Any) -> None:
        if self.setup.eager:
            return self._run_eagerly(batch)
        if weights is not None and not self._couples_rows():
            try:
                return self._call(self._streamed_function(batch, leaves, weights), leaves, weights)
            except context.RowsCoupled:
                self._remember_coupling()
        if weights is not None and len(weights) > rows:
            leaves = tuple(_put(np.asarray(leaf)[:rows]) for leaf in leaves)
        return self._call(self._streamed_function(batch, leaves, None), leaves, None)

    def _run_eagerly(self, batch: Any) -> None:
        """The step, uncompiled: breakpoints and prints in layers work."""
        fixed, values = raw_values(self._fixed), tuple(raw_values(group) for group in self._values)
        leaves = tuple(jnp.asarray(leaf) for leaf in tree.flatten(batch) if leaf is not None)
        with jax.disable_jit():
            after, extra = self._step(batch)(fixed, values, leaves, None)
        self._carried = fixed, after
        self.write_back()
        self._keep(extra)

    def _call(self, compiled: Compiled, *data: Any) -> None:
        """One compiled call; an interrupt waits until its values are safe."""
        with interrupt.deferred(), plain_notes():
            if self._carried is None:
                self._owing.take_back()
                self._carried = raw_values(self._fixed), tuple([raw_values(group) for group in self._values])
            fixed, values = self._carried
            after, extra = compiled.run(fixed, values, *data)
            if compiled.may_raise:
                jax.block_until_ready(after)
            self._carried = fixed, after
            self._keep(extra)

    def write_back(self) -> None:
        """Put the values into the variables: to be called before anyone looks at them."""
        if self._carried is None:
            return
        (_, values), self._carried = self._carried, None
        for group, after in zip(self._values, values, strict=True):
            write_values(group, after)
        self._owing.owe()

    @contextlib.contextmanager
    def as_run(self) -> Generator[None, None, None]:
        """The variables hold what steps are given and return, for the duration of a ``with`` block."""
        self.write_back()
        with self._owing.paused():
            yield

    def restored(self) -> None:
        """The variables were given what they held ``as_run``, in a run that goes on here."""
        self._owing.read_again()

    def state_after_failure(self) -> str:
        """What a compiled call that failed while it ran, for lack of memory perhaps, has left of the weights."""
        values = self._carried[1] if self._carried is not None else [raw_values(group) for group in self._values]
        try:
            jax.block_until_ready(values)
        except (jax.errors.JaxRuntimeError, RuntimeError):  # deleted, or results of the call that failed
            return (
                "The step that failed had the memory of the weights already, so they are lost. Load them from a file, "
                "or run the same fit(resume=folder) again, which goes on from its last checkpoint; with a smaller "
                "batch, if memory ran out."
            )
        return "The step that failed changed nothing: the weights are those of the last step before it."

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
        self.write_back()
        step, batch_of = self.watch.found
        where = f"Step {step + 1}" + ("" if self.epoch_index is None else f" of epoch {self.epoch_index + 1}")
        try:
            why = diagnose(self.model, *batch_of(step))
        except Exception as error:  # an operation that does not run by itself must not end training
            why = f"Where it arose was not found ({type(error).__name__}). Lower the learning rate, or clip gradients."
        self.setup.non_finite = f"{where} needs a finite loss and gradients; got others. {why}"
        self.watch.say(f"{self.setup.non_finite} The step changed no weights; training goes on.")

    def _couples_rows(self) -> bool:
        return sees_rows(self.model, self.kind) or ("coupled", self.kind, self._ids) in self.setup.functions

    def _remember_coupling(self) -> None:
        self.setup.functions["coupled", self.kind, self._ids] = True

    # Compiled functions.

    def one_step(self) -> tuple[list[Variable], list[list[Variable]], Callable[..., Any]]:
        """Variables that a step reads, groups of those that it changes, and the step: for who dispatches it himself."""
        assert isinstance(self.batches, ArrayBatches)
        return self._fixed, self._values, self._step(self.batches.structure)

    def _step(self, structure: Any) -> Callable[..., Any]:
        """``(fixed, values, leaves, rows) -> (values, extra)`` for batches nested like ``structure``."""
        model, kind, setup, tables = self.model, self.kind, self.setup, self._owing.tables
        shape = tree.map_structure(lambda a: a is not None, structure)
        logging, custom = logs_itself(model, kind), is_overridden(model, f"{kind}_step")
        groups = [self._fixed, *self._values]

        def step(fixed: Any, values: Any, leaves: Any, rows: Any) -> tuple[Any, Any]:
            setup.traces[kind] = setup.traces.get(kind, 0) + 1
            supply = iter(leaves)
            data = repack(*tree.pack(shape, [next(supply) if there else None for there in tree.flatten(shape)]))
            # A step of the user's may read variables directly, which have to hold the values of this trace then.
            held = zip(groups, (fixed, *values), strict=True) if custom else ()
            with context.scope(rows=rows, path=(), losses=None), contextlib.ExitStack() as stack:
                for variables, group in held:
                    stack.enter_context(holding(variables, group))
                if kind == "train":
                    stack.enter_context(context.scope(verdicts=(verdicts := [])))
                    given = tuple(list(v) for v in values)
                    logs, state = train_step(model, given, data, tables) if tables else model.train_step(given, data)
                    verdict = jnp.where(verdicts[-1], -1, 0) if verdicts else jnp.int32(-1)
                    return tuple(tuple(v) for v in state), (logs if logging else None, verdict)
                if kind == "test":
                    logs, (_, others, metrics) = model.test_step((list(fixed), *(list(v) for v in values)), data)
                    return (tuple(others), tuple(metrics)), logs if logging else None
                outputs, others = model.predict_step((list(fixed), list(values[0])), data)
                return (tuple(others),), outputs

        return step

    def _resident_function(self, size: int, padded: bool) -> Compiled:
        """The compiled call for arrays on the device."""
        assert isinstance(self.batches, ArrayBatches)
        key = (self.kind, "resident", self.batches.key(), size, padded)
        if (*key, self._ids) not in self.setup.functions:
            compiled = self._compile_resident(size, padded)  # may change the ids
            self.setup.functions[*key, self._ids] = compiled
        return self.setup.functions[*key, self._ids]

    def _trace(self, structure: Any, leaves: Any, rows: Any) -> tuple[Any, Any]:
        """The step as a compiled function, traced once for arrays like these (later calls find that in JAX's cache)."""
        inner = jax.jit(self._step(structure))
        compile_cache.use()
        try:
            with plain_notes(), self._owing.paused():
                fixed, values = _avals(raw_values(self._fixed)), _avals(tuple(raw_values(g) for g in self._values))
                return inner, inner.trace(fixed, values, leaves, rows).jaxpr
        except NeedsAllRows as refusal:
            self._update_whole(refusal.variables)
        return self._trace(structure, leaves, rows)

    def _compile_resident(self, size: int, padded: bool) -> Compiled:
        assert isinstance(self.batches, ArrayBatches)
        leaves = tuple(jax.ShapeDtypeStruct((size, *a.shape[1:]), a.dtype) for a in self._resident)
        rows = jax.ShapeDtypeStruct((size,), jnp.float32) if padded else None
        inner, jaxpr = self._trace(self.batches.structure, leaves, rows)
        kind = self.kind
        may_raise, platform = calls_python(jaxpr), jax.default_backend()
        plain = not may_raise and not logs_itself(self.model, self.kind)
        looped = self.kind != "predict" and plain and not (platform == "cpu" and has_convolution(jaxpr))

        def at(i: Any, fixed: Any, values: Any, data: Any, order: Any, total: Any) -> Any:
            start = i * size
            index = jax.lax.dynamic_slice(order, (start,), (size,))
            batch = tuple(jnp.take(a, index, axis=0, mode="clip", unique_indices=False) for a in data)
            weights = ((start + jnp.arange(size)) < total).astype(jnp.float32) if padded else None
            return inner(fixed, values, batch, weights)

        def once(fixed: Any, values: Any, data: Any, order: Any, first: Any, count: Any, total: Any) -> Any:
            values, extra = at(first, fixed, values, data, order, total)
            return values, extra if kind != "train" else (extra[0], jnp.where(extra[1] < 0, -1, first))

        def many(fixed: Any, values: Any, data: Any, order: Any, first: Any, count: Any, total: Any) -> Any:
            def body(i: Any, carried: Any) -> Any:
                before, verdict = carried
                after, extra = at(i, fixed, before, data, order, total)
                bad = kind == "train" and (verdict < 0) & (extra[1] >= 0)
                return after, jnp.where(bad, i, verdict)

            after, verdict = jax.lax.fori_loop(first, first + count, body, (values, jnp.int32(-1)))
            return after, (None, verdict) if kind == "train" else None

        options = compiler_options(platform, jaxpr)
        donated = () if may_raise else (1,)
        run = jax.jit(many if looped else once, donate_argnums=donated, compiler_options=options)
        return Compiled(run, looped, may_raise)

    def _streamed_function(self, batch: Any, leaves: tuple[Any, ...], weights: Any) -> Compiled:
        """The compiled call for batches nested like this one and of the shapes of ``leaves``."""
        shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in leaves)
        key = (self.kind, "streamed", structure_key(batch), shapes, weights is not None)
        if (*key, self._ids) not in self.setup.functions:
            inner, jaxpr = self._trace(batch, leaves, weights)
            may_raise = calls_python(jaxpr)
            options = compiler_options(jax.default_backend(), jaxpr)
            donated = () if may_raise else (1,)
            run = jax.jit(lambda *given: inner(*given), donate_argnums=donated, compiler_options=options)
            self.setup.functions[*key, self._ids] = Compiled(run, False, may_raise)
        return self.setup.functions[*key, self._ids]


def steps_at_once(per_step: float) -> int:
    """How many steps of so many seconds a call runs; at least one.

    Example:
        >>> [steps_at_once(seconds) for seconds in (0.001, 0.1, 0.5, 3.0)]
        [200, 8, 4, 1]
    """
    shared = min(_SHARING_STEPS, int(_LONGEST_CALL_SECONDS / per_step))
    return max(1, shared, int(_CALL_SECONDS / per_step))


def _say_nothing(step: int) -> None:
    """Who asks for single steps and need not be told of them."""


def _rowless(a: Any) -> Any:
    """Shape and dtype of an array with its batch axis unknown; symbolic."""
    if a is None:
        return None
    return KerasTensor((None, *a.shape[1:]), str(a.dtype))


def _spec_of_outputs(model: Any, x: Any) -> Any:
    return tree.map_structure(spec.spec_of, model.compute_output_spec(x))


def _avals(values: Any) -> Any:
    return jax.tree_util.tree_map(
        lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype, weak_type=getattr(a, "weak_type", False)), values
    )


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
