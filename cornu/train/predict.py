"""Predictions: many batches through the driver, one batch through a compiled call that is kept at hand."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, closing
from typing import Any

import jax
import numpy as np

from cornu.callbacks import CallbackList
from cornu.core import context, tree
from cornu.core.errors import StructureError, explain, plain_notes
from cornu.core.inventory import Inventory
from cornu.core.pure import raw_values, write_values
from cornu.core.variable import Variable
from cornu.data import ArrayBatches, Batches, as_batches
from cornu.kernels import traced_for_inference
from cornu.train import interrupt
from cornu.train.drive import Driver, pad, prepare
from cornu.train.program import Program
from cornu.train.progress import Progress
from cornu.train.setup import Setup
from cornu.train.state import State
from cornu.train.step import sees_rows


def predict(model: Any, x: Any, *, batch_size: int | None, verbose: Any, steps: int | None, callbacks: Any) -> Any:
    """Outputs for all rows; see ``Model.predict``."""
    setup = setup_for_predict(model)
    verbose = 1 if verbose == "auto" else int(verbose)
    if callbacks is None and steps is None and not verbose:
        outputs = _again(setup, x, batch_size)
        if outputs is not None:
            return outputs
    batches = as_batches(x, batch_size=batch_size)
    with interrupt.handled(), ExitStack() as stack:
        told = CallbackList(callbacks, model=model, steps=steps or batches.steps, verbose=verbose)
        hooks = told.wants_batches["predict"]
        told.on_predict_begin()
        progress = Progress(steps or batches.steps, "", 0 if told.draws_progress else verbose)
        if isinstance(batches, ArrayBatches) and batches.steps == 1 and not hooks and not setup.eager:
            parts, done = [_one_batch(model, setup, x, batches, batch_size)], 1
        else:
            driver = stack.enter_context(closing(Driver(model, setup, "predict", batches, steps)))
            ran = stack.enter_context(
                closing(driver.epoch(None, before=told.on_predict_batch_begin if hooks else None))
            )
            done = 0
            for first, count in ran:
                done = first + count
                if hooks:
                    told.on_predict_batch_end(first, {"outputs": _cut(*driver.outputs[-1])})
                progress.update(done, dict)
            parts = [_cut(*output) for output in driver.outputs]
        told.on_predict_end()
        progress.finish(done, {})
    return tree.map_structure(lambda *p: p[0] if len(p) == 1 else np.concatenate(p), *parts)


def predict_on_batch(model: Any, x: Any) -> Any:
    """Outputs for one batch."""
    setup = setup_for_predict(model)
    outputs = _again(setup, x, None, exact=True)
    if outputs is not None:
        return outputs
    batches = whole(x)
    assert isinstance(batches, ArrayBatches)
    if not setup.eager:
        with interrupt.handled():
            return _one_batch(model, setup, x, batches, None, exact=True)
    return predict(model, x, batch_size=batches.rows, verbose=0, steps=None, callbacks=None)


def setup_for_predict(model: Any) -> Setup:
    """The setup, or an empty one for models that were not compiled."""
    if model.training_setup is not None:
        return model.training_setup
    if "_predict_setup" not in model.__dict__:
        object.__setattr__(model, "_predict_setup", Setup({}, None))
    return model.__dict__["_predict_setup"]


def whole(x: Any, y: Any = None, sample_weight: Any = None, **weighing: Any) -> Batches:
    """All rows as one batch."""
    batches = as_batches(x, y, sample_weight, **weighing)
    if not isinstance(batches, ArrayBatches):
        raise StructureError(
            explain("One batch", "arrays", f"an iterable ({type(x).__name__})", "Pass the arrays of one batch.")
        )
    batches.batch_size = batches.rows
    return batches


def _cut(outputs: Any, rows: int) -> Any:
    """The real rows of a batch's outputs, as NumPy arrays that the caller may write to."""
    return tree.map_structure(lambda a: np.array(a)[:rows] if getattr(a, "ndim", 0) else np.array(a), outputs)


# One batch.


@dataclasses.dataclass(frozen=True)
class _OneBatch:
    """A compiled prediction of one batch, with the variables that it reads.

    Attributes:
        run: ``(values, leaves, weights) -> (outputs, values of changed variables)``.
        changed: indices of the variables that it changes, known once it was traced.
        size: rows that it takes; fewer are padded.
        weights: by number of real rows, which rows of a padded batch are real; None where rows are not told apart.
    """

    inventory: Inventory
    variables: list[Variable]
    run: Any
    changed: list[int]
    size: int
    weights: dict[int, Any] | None

    def __call__(self, leaves: tuple[Any, ...]) -> Any:
        rows, size, weights = leaves[0].shape[0], self.size, None
        if self.weights is not None:
            if rows not in self.weights:
                self.weights[rows] = jax.device_put((np.arange(size) < rows).astype(np.float32))
            weights = self.weights[rows]
        if rows != size:
            leaves = tuple([pad(leaf, size) for leaf in leaves])
        outputs, changed = self.run(raw_values(self.variables), leaves, weights)
        if changed:
            write_values([self.variables[i] for i in self.changed], changed)
        return np.array(outputs)[:rows] if isinstance(outputs, jax.Array) and outputs.ndim else _cut(outputs, rows)


def _again(setup: Setup, x: Any, batch_size: Any, exact: bool = False) -> Any:
    """Outputs for an array like one that was predicted before; None if there was none.

    This is the way of a server that predicts one sample at a time, so it does no more than it has to.
    """
    if not isinstance(x, (np.ndarray, jax.Array)):
        return None
    ready = setup.functions.get(("predict", "again", x.shape, x.dtype, batch_size, exact))
    return ready((x,)) if ready is not None and ready.inventory.is_current() else None


def _one_batch(model: Any, setup: Setup, x: Any, batches: ArrayBatches, batch_size: Any, exact: bool = False) -> Any:
    """Outputs of a batch whose compiled call is kept for the next one like it."""
    leaves = tuple([a if isinstance(a, jax.Array) else np.asarray(a) for a in batches.arrays])
    key = ("predict", "one batch", batches.key(), tuple((leaf.shape[1:], str(leaf.dtype)) for leaf in leaves))
    size = batches.rows if exact else _rounded(batches.rows, batch_size)
    ready = outputs = None
    if not sees_rows(model, "predict") and (*key, "coupled") not in setup.functions:
        try:
            ready = _ready(model, setup, batches, key, size, padded=True)
            outputs = ready(leaves)
        except context.RowsCoupled:
            setup.functions[*key, "coupled"] = True
            ready = None
    if ready is None:
        ready = _ready(model, setup, batches, key, batches.rows, padded=False)
        outputs = ready(leaves)
    if isinstance(x, (np.ndarray, jax.Array)):
        setup.functions["predict", "again", x.shape, x.dtype, batch_size, exact] = ready
    return outputs


def _rounded(rows: int, batch_size: int | None) -> int:
    """A power of two, so that batches of 1 to 32 rows have six compiled calls, not 32."""
    return min(1 << (rows - 1).bit_length(), 32 if batch_size is None else batch_size)


def _ready(model: Any, setup: Setup, batches: ArrayBatches, key: Any, size: int, padded: bool) -> _OneBatch:
    ready = setup.functions.get((*key, size, padded))
    if ready is None or not ready.inventory.is_current():
        ready = setup.functions[*key, size, padded] = _compile(model, setup, batches, size, padded)
    return ready


def _compile(model: Any, setup: Setup, batches: ArrayBatches, size: int, padded: bool) -> _OneBatch:
    with interrupt.deferred(cut_by=2):
        prepare(model, setup, "predict", batches.sample())
    state = State(model, setup, "predict")
    step = Program(state).step(batches.structure)
    trained, others = state.fixed, state.variables
    variables, changed = [*trained, *others], list[int]()

    def run(values: Any, leaves: Any, rows: Any) -> tuple[Any, list[Any]]:
        before = values[len(trained) :]
        (after,), outputs = step(values[: len(trained)], (before,), leaves, rows)
        changed[:] = [i for i, (old, new) in enumerate(zip(before, after, strict=True), len(trained)) if new is not old]
        return outputs, [after[i - len(trained)] for i in changed]

    leaves = tuple(jax.ShapeDtypeStruct((size, *a.shape[1:]), a.dtype) for a in batches.arrays)
    rows = jax.ShapeDtypeStruct((size,), np.float32) if padded else None
    with interrupt.deferred(cut_by=2), plain_notes():
        compiled = traced_for_inference(run, raw_values(variables), leaves, rows, weights=1).compiled()
    return _OneBatch(Inventory(model), variables, compiled, changed, size, {} if padded else None)
