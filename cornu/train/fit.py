"""The loops: fit and evaluate, and their one-batch forms."""

from __future__ import annotations

import contextlib
import dataclasses
import warnings
from contextlib import closing
from typing import Any

import jax
import numpy as np

from cornu.callbacks import CallbackList, History
from cornu.core.errors import explain
from cornu.core.pure import holding, raw_values
from cornu.data import ArrayBatches, Batches, as_batches, split_validation, unpack
from cornu.train import interrupt
from cornu.train.drive import Driver
from cornu.train.predict import whole
from cornu.train.progress import Progress
from cornu.train.resume import Keeper
from cornu.train.setup import Setup, require_setup
from cornu.train.weights import weigh_classes


@dataclasses.dataclass
class FitArguments:
    """The arguments of ``Model.fit``, which documents them."""

    x: Any = None
    y: Any = None
    batch_size: int | None = None
    epochs: int = 1
    verbose: Any = "auto"
    callbacks: Any = None
    validation_split: float = 0.0
    validation_data: Any = None
    shuffle: bool = True
    class_weight: Any = None
    sample_weight: Any = None
    initial_epoch: int = 0
    steps_per_epoch: int | None = None
    validation_steps: int | None = None
    validation_batch_size: int | None = None
    validation_freq: Any = 1
    resume: Any = None


def fit(model: Any, given: FitArguments) -> History:
    """Train; see ``Model.fit``."""
    setup = require_setup(model, "fit")
    batches, validation = _data_of(model, given)
    verbose = 1 if given.verbose == "auto" else int(given.verbose)
    with interrupt.handled(), contextlib.ExitStack() as stack:
        driver = stack.enter_context(closing(Driver(model, setup, "train", batches, given.steps_per_epoch)))
        setup.batch_size = getattr(batches, "batch_size", None)
        callbacks = CallbackList(given.callbacks, model=model, epochs=given.epochs, steps=driver.steps, verbose=verbose)
        shown = 0 if callbacks.draws_progress else verbose
        history = History()
        history.set_model(model)
        history.set_params({"epochs": given.epochs, "steps": driver.steps, "verbose": verbose})
        callbacks.append(history)
        evaluation = None
        if validation is not None:
            evaluation = stack.enter_context(closing(_Evaluation(model, setup, validation, given.validation_steps)))
        model.stop_training, setup.non_finite = False, None
        callbacks.on_train_begin()
        with Keeper(given.resume, driver, callbacks, history, given.initial_epoch) as keeper:
            logs: dict[str, Any] = {}
            driver.batches.pass_over(keeper.orders_before(), driver.limit)
            while keeper.position.epoch < given.epochs and not model.stop_training and not keeper.position.stopped:
                epoch = keeper.position.epoch
                callbacks.on_epoch_begin(epoch)
                progress = Progress(driver.steps, f"Epoch {epoch + 1}/{given.epochs}", shown)
                validation_now = evaluation if _due(given, epoch) else None
                try:
                    logs = _train_epoch(model, setup, driver, callbacks, progress, keeper, validation_now)
                except jax.errors.JaxRuntimeError as error:
                    error.add_note(driver.state.after_failure())
                    raise
                callbacks.on_epoch_end(epoch, logs)
                keeper.epoch_done(stopped=model.stop_training)
                if driver.batches.exhausted and epoch + 1 < given.epochs and not model.stop_training:
                    _warn_of_missing_epochs(epoch + 1, given.epochs)
                    break
            keeper.ended()
        if hasattr(setup.optimizer, "finalize_variable_values"):
            with interrupt.deferred():
                setup.optimizer.finalize_variable_values(model.trainable_variables)
        callbacks.on_train_end(logs)
    return history


def _warn_of_missing_epochs(done: int, wanted: int) -> None:
    warnings.warn(
        f"Data need batches for {wanted} epochs; got an iterator that ended in epoch {done}. Training ends here: "
        "let it repeat and pass steps_per_epoch, or pass an object that can be iterated over anew.",
        stacklevel=4,
    )


def _data_of(model: Any, given: FitArguments) -> tuple[Batches, Any]:
    """Training batches, and those to validate on (or None)."""
    x, y, weight = given.x, given.y, given.sample_weight
    validation = given.validation_data
    if given.validation_split and validation is None:
        (x, y, weight), validation = split_validation(x, y, weight, given.validation_split)
    batches = as_batches(
        x,
        y,
        weight,
        batch_size=given.batch_size,
        shuffle=bool(given.shuffle),
        class_weight=given.class_weight,
        weigh=lambda by, bw, cw: weigh_classes(model, by, bw, cw),
    )
    if validation is None:
        return batches, None
    if isinstance(validation, (tuple, list)):
        vx, vy, vw = unpack(tuple(validation))
    else:
        vx, vy, vw = validation, None, None
    size = given.validation_batch_size or given.batch_size
    streamed = not hasattr(batches, "rows") and given.validation_batch_size is None
    return batches, as_batches(
        vx, vy, vw, batch_size=None if streamed or not isinstance(validation, (tuple, list)) else size
    )


def _due(given: FitArguments, epoch: int) -> bool:
    """Whether to validate after an epoch."""
    every = given.validation_freq
    return (epoch + 1) % every == 0 if isinstance(every, int) else epoch + 1 in every


class _Evaluation:
    """Validation data with its driver, kept over epochs."""

    def __init__(self, model: Any, setup: Setup, batches: Batches, steps: int | None):
        self.model, self.setup, self.batches, self.steps = model, setup, batches, steps
        self.driver: Driver | None = None

    def run(self, callbacks: CallbackList, progress: Progress | None = None) -> dict[str, Any]:
        """Loss and metrics on the data."""
        if self.driver is None:
            self.driver = Driver(self.model, self.setup, "test", self.batches, self.steps)
        self.model.reset_metrics()
        callbacks.on_test_begin()
        hooks = callbacks.wants_batches["test"]
        done = 0
        with closing(self.driver.epoch(None, before=callbacks.on_test_batch_begin if hooks else None)) as steps:
            for first, count in steps:
                done = first + count
                if hooks:
                    callbacks.on_test_batch_end(first, current_logs(self.model, self.setup, self.driver))
                if progress is not None:
                    progress.update(done, lambda: current_logs(self.model, self.setup, self.driver))
        logs = current_logs(self.model, self.setup, self.driver)
        callbacks.on_test_end(logs)
        if progress is not None:
            progress.finish(done, logs)
        return logs

    def close(self) -> None:
        """No further run."""
        self.batches.close()


def _train_epoch(
    model: Any,
    setup: Setup,
    driver: Driver,
    callbacks: CallbackList,
    progress: Progress,
    keeper: Keeper,
    evaluation: _Evaluation | None,
) -> dict[str, Any]:
    hooks = callbacks.wants_batches["train"]
    done, driver.epoch_index = keeper.position.step, keeper.position.epoch
    if done == 0:
        model.reset_metrics()
    begin = callbacks.on_train_batch_begin if hooks else None
    with closing(driver.epoch(keeper.order(), before=begin, skip=done)) as steps:
        for first, count in steps:
            done = first + count
            if hooks:
                callbacks.on_train_batch_end(first, current_logs(model, setup, driver))
            else:
                callbacks.look(done - 1, lambda: current_logs(model, setup, driver))
            if model.stop_training:
                break
            keeper.steps_done(done)
            progress.update(done, lambda: current_logs(model, setup, driver))
    if driver.steps is None:
        driver.steps = progress.steps = done
    logs = current_logs(model, setup, driver)
    if evaluation is not None:
        logs.update({f"val_{k}": v for k, v in evaluation.run(callbacks).items()})
    progress.finish(done, logs)
    return logs


def current_logs(model: Any, setup: Setup, driver: Driver | None = None) -> dict[str, Any]:
    """The metrics now, by name, as floats; those that a step of the user's own returned, if it did."""
    if driver is not None:
        driver.state.write_back()
        driver.check()
    if driver is not None and driver.logs is not None:
        return _in_alphabet(driver.logs)
    variables = model.metrics_variables
    key = ("results", tuple(id(v) for v in variables))
    if key not in setup.functions:
        names: list[str] = []

        def read(values: Any) -> list[Any]:
            with holding(variables, values):
                result = model.get_metrics_result()
            names[:] = result  # compiled functions would return a dict sorted by name
            return list(result.values())

        setup.functions[key] = (read if setup.eager else jax.jit(read)), names
    function, names = setup.functions[key]
    with interrupt.deferred(cut_by=2):  # the first call traces
        values = function(raw_values(variables))
    return _in_alphabet(dict(zip(names, values, strict=True)))


def _in_alphabet(logs: dict[str, Any]) -> dict[str, Any]:
    """Numbers by name, in the order of the names; dicts inside are opened."""
    found: dict[str, Any] = {}
    for name, value in logs.items():
        found.update(_in_alphabet(value) if isinstance(value, dict) else {name: to_number(value)})
    return dict(sorted(found.items()))


def to_number(value: Any) -> Any:
    """A float, or an array where a metric has several values."""
    array = np.asarray(value)
    return float(array) if array.size == 1 else array


def evaluate(
    model: Any,
    x: Any,
    y: Any,
    *,
    batch_size: int | None,
    verbose: Any,
    sample_weight: Any,
    steps: int | None,
    callbacks: Any,
    return_dict: bool,
) -> Any:
    """Loss and metrics on data; see ``Model.evaluate``."""
    setup = require_setup(model, "evaluate")
    batches = as_batches(x, y, sample_weight, batch_size=batch_size)
    if batch_size is None and callbacks is None:
        _take_size_of_fit(setup, batches)
    verbose = 1 if verbose == "auto" else int(verbose)
    with interrupt.handled(), closing(_Evaluation(model, setup, batches, steps)) as evaluation:
        told = CallbackList(callbacks, model=model, steps=steps or batches.steps, verbose=verbose)
        shown = 0 if told.draws_progress else verbose
        logs = evaluation.run(told, Progress(steps or batches.steps, "", shown))
    return logs if return_dict else _in_order(model, logs)


def _take_size_of_fit(setup: Setup, batches: Batches) -> None:
    """Let arrays come in batches of the size of fit's validation, which is compiled already, if results are the same."""
    if setup.batch_size is not None and isinstance(batches, ArrayBatches) and setup.averages_rows:
        batches.batch_size = min(setup.batch_size, batches.rows)


def _in_order(model: Any, logs: dict[str, Any]) -> Any:
    """Values as Keras lists them: those called as a metric of the model in the order of these, then the others by
    name. One number alone is not put into a list.

    Source: as Keras, which lists a value twice where two metrics of one output differ in ``weighted_`` only.
    """
    named = [m.name for metric in model.metrics for m in getattr(metric, "metrics", [metric])]
    order = [*dict.fromkeys(name for name in named if name in logs), *sorted(logs.keys() - set(named))]
    values = [logs[name] for name in order]
    return values[0] if len(values) == 1 else values


# One batch at a time.


def train_on_batch(model: Any, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool) -> Any:
    """One training step; loss and metrics are those of this batch."""
    setup = require_setup(model, "train_on_batch")
    if class_weight is not None and sample_weight is not None:
        raise ValueError(
            explain("train_on_batch", "class_weight or sample_weight", "both", "Multiply them into sample_weight.")
        )
    return _one_batch(model, setup, "train", x, y, sample_weight, class_weight, return_dict)


def test_on_batch(model: Any, x: Any, y: Any, sample_weight: Any, return_dict: bool) -> Any:
    """Loss and metrics of one batch."""
    return _one_batch(model, require_setup(model, "test_on_batch"), "test", x, y, sample_weight, None, return_dict)


def _one_batch(
    model: Any, setup: Setup, kind: str, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool
) -> Any:
    batches = whole(
        x, y, sample_weight, class_weight=class_weight, weigh=lambda by, bw, cw: weigh_classes(model, by, bw, cw)
    )
    model.reset_metrics()
    with interrupt.handled():
        driver = Driver(model, setup, kind, batches, 1)
        for _ in driver.epoch(None):
            pass
    logs = current_logs(model, setup, driver)
    return logs if return_dict else _in_order(model, logs)
