"""The pure steps: new values of all variables from old ones and a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import losses
from cornu.core import context, tree
from cornu.core.errors import StructureError, explain
from cornu.core.pure import holding, raw_values
from cornu.core.variable import Variable
from cornu.train.outputs import by_output
from cornu.train.protocols import Trainable
from cornu.train.setup import require_setup, targets_by_output

State = tuple[list[Any], list[Any], list[Any], list[Any]]
Data = tuple[Any, Any, Any]


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
            _update_mean(loss.mean, value, prediction)
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
    predictions = tree.flatten(y_pred)
    targets = targets_by_output(y, setup.names, y_pred)
    weights = by_output(sample_weight, setup.names, y_pred, "sample_weight")
    rows = context.current().rows
    for entry in setup.metrics:
        if targets[entry.index] is None:
            continue
        weight = weights[entry.index] if entry.weighted else None
        if rows is not None:
            if not getattr(entry.metric, "counts_rows_by_weight", False):
                context.refuse_padded_rows()
            weight = rows if weight is None else _weigh_rows(weight, rows)
        entry.metric.update_state(targets[entry.index], predictions[entry.index], sample_weight=weight)
    return metrics_result(model)


def _weigh_rows(weight: Any, rows: Any) -> Any:
    weight = jnp.asarray(weight)
    return jnp.where(rows.reshape(rows.shape + (1,) * (weight.ndim - 1)) > 0, weight, 0)


def metrics_result(model: Any) -> dict[str, Any]:
    """Current values by name in logs: the compiled metrics, then those that layers hold."""
    setup = model.training_setup
    reported = [] if setup is None else setup.reports()
    result: dict[str, Any] = {}
    own = {id(m) for _, m in reported}
    for name, metric in [*reported, *((m.name, m) for m in model.metrics if id(m) not in own)]:
        value = metric.result()
        result.update(value if isinstance(value, dict) else {name: value})
    return result


def _update_mean(mean: Any, value: Any, y_pred: Any) -> None:
    """A batch's loss counts as much as the batch has real rows."""
    rows = context.current().rows
    count = rows.sum() if rows is not None else next((p.shape[0] for p in tree.flatten(y_pred) if p.ndim), 1)
    mean.update_state(value, sample_weight=count)


def train_step(model: Any, state: Sequence[Sequence[Any]], data: Data) -> tuple[dict[str, Any], State]:
    """One step of gradient descent as a pure function.

    Args:
        state: values of the trained variables, the others, the optimizer's and the metrics'.
        data: ``(x, y, sample_weight)``.

    Returns:
        Metrics by name, and the new state.
    """
    x, y, sample_weight = data
    setup = require_setup(model, "train_step")
    params, others, slots, metric_variables = variables_of(model)
    trained, rest, optimizer_state, metric_state = (list(s) for s in state)

    def objective(values: list[Any]) -> tuple[Any, Any]:
        with holding([*params, *others, *metric_variables], [*values, *rest, *metric_state]), context.scope(losses=[]):
            y_pred = call_model(model, x, training=True)
            loss = model.compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled = setup.optimizer.scale_loss(loss)
            return scaled, (loss, y_pred, raw_values(others), raw_values(metric_variables))

    if not params:
        raise ValueError(
            explain(
                f"Model {model.name!r}",
                "at least one trained variable",
                "none",
                "Set trainable = True on some layer, or use evaluate.",
            )
        )
    (_, (loss, y_pred, rest_after, metrics_after)), gradients = jax.value_and_grad(objective, has_aux=True)(trained)
    with holding(
        [*params, *others, *slots, *metric_variables], [*trained, *rest_after, *optimizer_state, *metrics_after]
    ):
        setup.optimizer.apply(gradients, params)
        _update_mean(setup.loss_mean, loss, y_pred)
        with context.scope(autocast=None):
            logs = model.compute_metrics(x, y, y_pred, sample_weight)
        return logs, (
            list(raw_values(params)),
            list(raw_values(others)),
            list(raw_values(slots)),
            list(raw_values(metric_variables)),
        )


def test_step(
    model: Any, state: Sequence[Sequence[Any]], data: Data
) -> tuple[dict[str, Any], tuple[list[Any], list[Any], list[Any]]]:
    """Loss and metrics of a batch, as a pure function of the state ``(trained, others, metrics)``."""
    x, y, sample_weight = data
    setup = require_setup(model, "evaluate")
    params, others, _, metric_variables = variables_of(model)
    trained, rest, metric_state = (list(s) for s in state)
    with holding([*params, *others, *metric_variables], [*trained, *rest, *metric_state]), context.scope(losses=[]):
        y_pred = call_model(model, x, training=False)
        loss = model.compute_loss(x, y, y_pred, sample_weight, training=False)
        _update_mean(setup.loss_mean, loss, y_pred)
        logs = model.compute_metrics(x, y, y_pred, sample_weight)
        return logs, (trained, list(raw_values(others)), list(raw_values(metric_variables)))


def predict_step(model: Any, state: Sequence[Sequence[Any]], data: Data) -> tuple[Any, list[Any]]:
    """Outputs for a batch, and the new values of the variables that are not trained."""
    params, others, _, _ = variables_of(model)
    trained, rest = (list(s) for s in state)
    with holding([*params, *others], [*trained, *rest]), context.scope(losses=[]):
        y_pred = call_model(model, data[0], training=False)
        return y_pred, list(raw_values(others))
