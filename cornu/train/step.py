"""The pure steps: new values of all variables from old ones and a batch."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import chain
from typing import Any

import jax
import jax.numpy as jnp

from cornu import losses
from cornu.core import context, tree
from cornu.core.errors import StructureError, explain
from cornu.core.pure import holding, raw_values, write_values
from cornu.core.variable import Variable
from cornu.data import unpack
from cornu.optimizers.conditional import run_if
from cornu.optimizers.rows import values_of
from cornu.train import rows
from cornu.train.outputs import by_output, targets_by_output
from cornu.train.protocols import Trainable
from cornu.train.setup import require_setup, unused
from cornu.train.watch import is_finite

# Values of trained variables, of others, of the optimizer, of metrics, and of what tables owe if there are tables.
State = tuple[list[Any], ...]


def variables_of(model: Trainable) -> tuple[list[Variable], list[Variable], list[Variable], list[Variable]]:
    """Trained variables, other variables, the optimizer's, the metrics'."""
    setup = model.training_setup
    optimizer = [] if setup is None or setup.optimizer is None else list(setup.optimizer.variables)
    return model.trainable_variables, model.non_trainable_variables, optimizer, model.metrics_variables


def call_model(model: Trainable, x: Any, training: bool) -> Any:
    """Outputs; models that take no ``training`` argument get it from the context."""
    with context.scope(training=training):
        return model(x)


def compute_loss(model: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Any:
    """Losses of all outputs, weighted and added up, plus those that layers added and the penalties of weights."""
    setup = require_setup(model, "compute_loss")
    setup.settle(model, y, y_pred)
    names, predictions = setup.names, tree.flatten(y_pred)
    targets = targets_by_output(y, names, y_pred)
    weights = by_output(sample_weight, names, y_pred, "sample_weight")
    total: list[Any] = []
    for loss in setup.losses:
        target, prediction = targets[loss.index], predictions[loss.index]
        if target is None:
            raise StructureError(
                explain(
                    f"Model {model.name!r}",
                    f"a target for output {loss.name!r}, which has a loss",
                    "none",
                    "Pass it in y, or give the output no loss.",
                )
            )
        losses.check_target(target, prediction, loss.function, loss.name)
        value = loss.function(target, prediction, sample_weight=weights[loss.index])
        if loss.mean is not None:
            _update_mean(loss.mean, value, x, prediction)
        total.append(value if loss.weight is None else value * loss.weight)
    total.extend(jnp.asarray(v, dtype=total[0].dtype if total else None) for v in (context.current().losses or []))
    total.extend(model.regularization_losses())
    if not total:
        raise ValueError(
            explain(
                f"Model {model.name!r}",
                "a loss",
                "none",
                "Pass loss= to compile, use add_loss in a layer, or override compute_loss.",
            )
        )
    return sum(total[1:], total[0])


def compute_metrics(model: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any) -> dict[str, Any]:
    """Update the compiled metrics with one batch; returns all current values."""
    setup = require_setup(model, "compute_metrics")
    setup.settle(model, y, y_pred)
    setup.compile_metrics.update_state(y, y_pred, sample_weight)
    return model.get_metrics_result()


def metrics_result(model: Any) -> dict[str, Any]:
    """Current values by name in logs; names that repeat are numbered."""
    result: dict[str, Any] = {}
    for metric in model.metrics:
        value = metric.result()
        values = value if isinstance(value, dict) else {metric.name: value}
        result.update({unused(name, result): v for name, v in values.items()})
    return result


def _update_mean(mean: Any, value: Any, *arrays: Any) -> None:
    """A batch's loss counts as much as the batch has real rows."""
    rows = context.current().rows
    leaves = [a for a in tree.flatten(arrays) if getattr(a, "ndim", 0)]
    mean.update_state(value, sample_weight=rows.sum() if rows is not None else leaves[0].shape[0] if leaves else 1)


def call_compute_loss(model: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
    """The model's ``compute_loss``; one of the user's may have no ``training`` argument."""
    parameters = inspect.signature(model.compute_loss).parameters
    if "training" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return model.compute_loss(x, y, y_pred, sample_weight, training=training)
    return model.compute_loss(x, y, y_pred, sample_weight)


def _note_loss(model: Any, loss: Any, x: Any, y_pred: Any) -> None:
    """Take a batch's loss into the running mean, unless the user's ``metrics`` leave that out."""
    mean = require_setup(model, "train_step").loss_mean
    if any(metric is mean for metric in model.metrics):
        _update_mean(mean, loss, x, y_pred)


def loss_and_gradients(
    model: Any, trained: list[Any], rest: Sequence[Any], metric_state: Sequence[Any], data: Any
) -> tuple[Any, list[Any]]:
    """``(scaled loss, (loss, outputs, values of the other variables, of the metrics' variables)), gradients``.

    Args:
        trained, rest, metric_state: values of the trained variables, the others, the metrics'.
    """
    params = variables_of(model)[0]
    objective = _objective(model, rest, metric_state, data)

    def of_values(values: list[Any]) -> tuple[Any, Any]:
        with holding(params, values):
            return objective(None)

    return jax.value_and_grad(of_values, has_aux=True)(trained)


def _objective(model: Any, rest: Sequence[Any], metric_state: Sequence[Any], data: Any) -> rows.Objective:
    """``lookups -> (scaled loss, (loss, outputs, values of the other variables, of the metrics' variables))``."""
    x, y, sample_weight = unpack(data)
    setup = require_setup(model, "train_step")
    _, others, _, metric_variables = variables_of(model)

    def objective(lookups: Any) -> tuple[Any, Any]:
        held = holding([*others, *metric_variables], [*rest, *metric_state])
        with held, context.scope(losses=[], lookups=lookups):
            y_pred = call_model(model, x, training=True)
            with jax.named_scope("loss"):
                loss = call_compute_loss(model, x, y, y_pred, sample_weight, training=True)
            scaled = setup.optimizer.scale_loss(loss)
            return scaled, (loss, y_pred, raw_values(others), raw_values(metric_variables))

    return objective


def note_verdict(finite: Any) -> None:
    """Tell whoever runs the step, if he asks, whether it was finite."""
    verdicts = context.current().verdicts
    if verdicts is not None:
        verdicts.append(finite)


def _kept_unless(finite: Any, new: Any, old: Any) -> Any:
    """The new value of a variable that is not trained; the old one after a step that was not finite."""
    return new if new is old or not jnp.issubdtype(new.dtype, jnp.floating) else jnp.where(finite, new, old)


def train_step(
    model: Any, state: Sequence[Sequence[Any]], data: Any, tables: Sequence[rows.Table] = ()
) -> tuple[dict[str, Any], State]:
    """One step of gradient descent as a pure function.

    Where the loss or a gradient is not finite, weights, statistics and the optimizer's state stay as they are.

    Args:
        state: values of the trained variables, the others, the optimizer's and the metrics'; and, if there are tables,
            those of their debts.
        data: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.
        tables: trained variables that are updated by rows.

    Returns:
        Metrics by name, and the new state.

    Raises:
        NeedsAllRows: if a table cannot be updated by rows.
    """
    x, y, sample_weight = unpack(data)
    setup = require_setup(model, "train_step")
    params, others, slots, metric_variables = variables_of(model)
    groups = [params, others, slots, metric_variables, *([rows.debts_of(tables)] if tables else [])]
    objective = _objective(model, state[1], state[3], data)
    with holding(list(chain(*groups)), list(chain(*state))):
        (loss, y_pred, rest_after, metrics_after), gradients = rows.differentiate(objective, params, tables)
        whole = is_finite(loss, [values_of(g) for g in gradients])
        # An overflow is none of the user's business, unless no scale of the loss would have helped.
        skips = setup.optimizer.skips_non_finite
        finite = is_finite(loss, []) if skips else whole
        note_verdict(whole | finite & setup.optimizer.may_scale_down if skips else finite)
        rest_after = [_kept_unless(finite, new, old) for new, old in zip(rest_after, state[1], strict=True)]
        write_values([*others, *metric_variables], [*rest_after, *metrics_after])
        if setup.optimizer.skips_non_finite:
            setup.optimizer.apply(gradients, params)
        else:
            # A branch costs nothing that could be measured; selecting between old and new values, up to 70% of a
            # step: docs/decisions/007. Tables stay out of it: they are written in place, or nowhere.
            changed = rows.changed_at_once([*slots, *params], tables, gradients)
            run_if(finite, lambda: setup.optimizer.apply(gradients, params), changed)
        rows.write(gradients, finite)
        _note_loss(model, loss, x, y_pred)
        with context.scope(autocast=None):
            logs = model.compute_metrics(x, y, y_pred, sample_weight)
        return logs, tuple(list(raw_values(group)) for group in groups)


def test_step(
    model: Any, state: Sequence[Sequence[Any]], data: Any
) -> tuple[dict[str, Any], tuple[list[Any], list[Any], list[Any]]]:
    """Loss and metrics of a batch, as a pure function of the state ``(trained, others, metrics)``."""
    x, y, sample_weight = unpack(data)
    params, others, _, metric_variables = variables_of(model)
    trained, rest, metric_state = (list(s) for s in state)
    with holding([*params, *others, *metric_variables], [*trained, *rest, *metric_state]), context.scope(losses=[]):
        y_pred = call_model(model, x, training=False)
        loss = call_compute_loss(model, x, y, y_pred, sample_weight, training=False)
        _note_loss(model, loss, x, y_pred)
        logs = model.compute_metrics(x, y, y_pred, sample_weight)
        return logs, (trained, list(raw_values(others)), list(raw_values(metric_variables)))


def predict_step(model: Any, state: Sequence[Sequence[Any]], data: Any) -> tuple[Any, list[Any]]:
    """Outputs for a batch, and the new values of the variables that are not trained.

    Metrics that layers hold are left as they were.
    """
    params, others, _, metric_variables = variables_of(model)
    trained, rest = (list(s) for s in state)
    held = [*params, *others, *metric_variables]
    with holding(held, [*trained, *rest, *raw_values(metric_variables)]), context.scope(losses=[]):
        y_pred = call_model(model, unpack(data)[0], training=False)
        return y_pred, list(raw_values(others))


# What users may override, by kind of step: methods that decide what is logged, and those that see whole batches.
_LOGGING = {
    "train": ["train_step", "compute_metrics", "get_metrics_result"],
    "test": ["test_step", "compute_metrics", "get_metrics_result"],
    "predict": [],
}
_SEEING_ROWS = {
    "train": ["train_step", "compute_loss", "compute_metrics"],
    "test": ["test_step", "compute_loss", "compute_metrics"],
    "predict": ["predict_step"],
}


def is_overridden(model: Any, method: str) -> bool:
    """Whether the model's class has one of the methods in a version of the user's."""
    return not getattr(getattr(type(model), method, None), "is_default", False)


def logs_itself(model: Any, kind: str) -> bool:
    """Whether what steps of a kind return must be logged, instead of the metrics' state at the end."""
    return any(is_overridden(model, method) for method in _LOGGING[kind])


def sees_rows(model: Any, kind: str) -> bool:
    """Whether steps of a kind run code of the user's that padded rows could disturb."""
    return any(is_overridden(model, method) for method in _SEEING_ROWS[kind])
