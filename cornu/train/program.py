"""The compiled functions of a kind of step: for rows that are on the device, and for batches that come one by one."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import context, tree
from cornu.core.errors import plain_notes
from cornu.core.pure import holding
from cornu.data import ArrayBatches, repack
from cornu.data.batches import structure_key
from cornu.kernels import traced_for_inference
from cornu.kernels.compiler import Traced, traced
from cornu.train import interrupt
from cornu.train.rows import NeedsAllRows
from cornu.train.state import State
from cornu.train.step import is_overridden, logs_itself, sees_rows, train_step


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


class Program:
    """The steps of one kind over the variables of a state, compiled when they are asked for; the setup keeps them.

    Attributes:
        state: where the steps' values come from; tables that must be updated whole leave its ``owing``.
    """

    def __init__(self, state: State):
        self.state = state
        self.model, self.setup, self.kind = state.model, state.setup, state.kind

    @property
    def couples_rows(self) -> bool:
        """Whether a padded batch would give other results."""
        return sees_rows(self.model, self.kind) or ("coupled", self.kind, self.state.ids) in self.setup.functions

    def remember_coupling(self) -> None:
        """Tracing has shown that rows affect each other."""
        self.setup.functions["coupled", self.kind, self.state.ids] = True

    def step(self, structure: Any) -> Callable[..., Any]:
        """``(fixed, values, leaves, rows) -> (values, extra)`` for batches nested like ``structure``."""
        model, kind, setup, tables = self.model, self.kind, self.setup, self.state.owing.tables
        shape = tree.map_structure(lambda a: a is not None, structure)
        logging, custom = logs_itself(model, kind), is_overridden(model, f"{kind}_step")
        groups = [self.state.fixed, *self.state.changed]

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

    def resident(self, batches: ArrayBatches, arrays: Sequence[Any], size: int, padded: bool) -> Compiled:
        """The compiled call for arrays on the device: ``(fixed, values, arrays, order, first, count, rows)``.

        Args:
            size: rows of a batch.
            padded: whether its last rows may be none.
        """
        key = (self.kind, "resident", batches.key(), size, padded)
        return self._kept(key, lambda: self._compile_resident(batches, arrays, size, padded))

    def streamed(self, batch: Any, leaves: tuple[Any, ...], weights: Any) -> Compiled:
        """The compiled call for batches nested like this one and of the shapes of ``leaves``: ``(..., leaves, weights)``."""
        shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in leaves)
        key = (self.kind, "streamed", structure_key(batch), shapes, weights is not None)

        def compiled() -> Compiled:
            step = self._trace(batch, leaves, weights)
            may_raise = step.calls_python
            return Compiled(step.compiled(donate=() if may_raise else (1,)), False, may_raise)

        return self._kept(key, compiled)

    def _kept(self, key: tuple[Any, ...], make: Callable[[], Compiled]) -> Compiled:
        functions = self.setup.functions
        if (*key, self.state.ids) not in functions:
            made = make()  # may change the ids
            functions[*key, self.state.ids] = made
        return functions[*key, self.state.ids]

    def _trace(self, structure: Any, leaves: Any, rows: Any) -> Traced:
        """The step, traced for arrays like these."""
        trace = traced if self.kind == "train" else partial(traced_for_inference, weights=1)
        try:
            with interrupt.deferred(cut_by=2), plain_notes(), self.state.owing.paused():
                return trace(self.step(structure), *self.state.shapes(), leaves, rows)
        except NeedsAllRows as refusal:
            self.state.update_whole(refusal.variables)
            return self._trace(structure, leaves, rows)

    def _compile_resident(self, batches: ArrayBatches, arrays: Sequence[Any], size: int, padded: bool) -> Compiled:
        leaves = tuple(jax.ShapeDtypeStruct((size, *a.shape[1:]), a.dtype) for a in arrays)
        step = self._trace(batches.structure, leaves, jax.ShapeDtypeStruct((size,), jnp.float32) if padded else None)
        kind, may_raise = self.kind, step.calls_python
        looped = kind != "predict" and not may_raise and not logs_itself(self.model, kind) and step.runs_in_loops
        around = _many if looped else _once
        run = step.compiled(partial(around, kind, size, padded), donate=() if may_raise else (1,))
        return Compiled(run, looped, may_raise)


def _at(size: int, padded: bool, run: Any, i: Any, fixed: Any, values: Any, data: Any, order: Any, total: Any) -> Any:
    """Step ``i`` over rows of arrays: those that ``order`` names, ``total`` of which are real."""
    start = i * size
    index = jax.lax.dynamic_slice(order, (start,), (size,))
    batch = tuple(jnp.take(a, index, axis=0, mode="clip", unique_indices=False) for a in data)
    weights = ((start + jnp.arange(size)) < total).astype(jnp.float32) if padded else None
    return run(fixed, values, batch, weights)


def _once(kind: str, size: int, padded: bool, run: Callable[..., Any]) -> Callable[..., Any]:
    """One step over rows of arrays."""

    def once(fixed: Any, values: Any, data: Any, order: Any, first: Any, count: Any, total: Any) -> Any:
        values, extra = _at(size, padded, run, first, fixed, values, data, order, total)
        return values, extra if kind != "train" else (extra[0], jnp.where(extra[1] < 0, -1, first))

    return once


def _many(kind: str, size: int, padded: bool, run: Callable[..., Any]) -> Callable[..., Any]:
    """``count`` steps over rows of arrays, in a loop."""

    def many(fixed: Any, values: Any, data: Any, order: Any, first: Any, count: Any, total: Any) -> Any:
        def body(i: Any, carried: Any) -> Any:
            before, verdict = carried
            after, extra = _at(size, padded, run, i, fixed, before, data, order, total)
            bad = kind == "train" and (verdict < 0) & (extra[1] >= 0)
            return after, jnp.where(bad, i, verdict)

        after, verdict = jax.lax.fori_loop(first, first + count, body, (values, jnp.int32(-1)))
        return after, (None, verdict) if kind == "train" else None

    return many
