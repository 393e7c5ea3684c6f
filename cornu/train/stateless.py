"""A model's loss and state as plain values, for who writes steps of their own. Names and results as in Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core import context
from cornu.core.errors import StructureError, explain
from cornu.core.pure import assign_all, holding, raw_values
from cornu.core.variable import Variable
from cornu.train.protocols import Trainable
from cornu.train.setup import require_setup
from cornu.train.step import call_compute_loss, call_model, variables_of

_GROUPS: tuple[str, ...] = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)


def stateless_compute_loss(
    model: Any,
    trainable_variables: Any,
    non_trainable_variables: Any,
    metrics_variables: Any,
    x: Any,
    y: Any,
    y_pred: Any,
    sample_weight: Any,
    training: bool,
) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
    """The loss, and the values that variables have after it was computed."""
    params, others, _, metrics = variables_of(model)
    given = [*trainable_variables, *non_trainable_variables, *metrics_variables]
    with holding([*params, *others, *metrics], given):
        loss = call_compute_loss(model, x, y, y_pred, sample_weight, training)
        return loss, (list(raw_values(params)), list(raw_values(others)), list(raw_values(metrics)))


def compute_loss_and_updates(
    model: Any,
    trainable_variables: Any,
    non_trainable_variables: Any,
    metrics_variables: Any,
    x: Any,
    y: Any,
    sample_weight: Any,
    training: bool,
    optimizer_variables: Any,
) -> tuple[Any, tuple[Any, Any, list[Any], list[Any]]]:
    """The loss as the optimizer scales it, and ``(loss, y_pred, non_trainable_variables, metrics_variables)``."""
    params, others, slots, metrics = variables_of(model)
    held = [*params, *others, *metrics, *(slots if optimizer_variables is not None else [])]
    given = [*trainable_variables, *non_trainable_variables, *metrics_variables, *(optimizer_variables or [])]
    with holding(held, given), context.scope(losses=[]):
        y_pred = call_model(model, x, training=training)
        loss = call_compute_loss(model, x, y, y_pred, sample_weight, training)
        optimizer = require_setup(model, "compute_loss_and_updates").optimizer
        scaled = loss if optimizer is None else optimizer.scale_loss(loss)
        return scaled, (loss, y_pred, list(raw_values(others)), list(raw_values(metrics)))


def get_state_tree(model: Trainable, value_format: str) -> dict[str, dict[str, Any]]:
    """All values, in dicts nested as the paths of their variables."""
    formats = {"backend_tensor": lambda v: v.value, "numpy_array": lambda v: v.numpy()}
    if value_format not in formats:
        raise ValueError(
            explain("get_state_tree", f"value_format to be one of {list(formats)}", repr(value_format), "Correct it.")
        )
    found: dict[str, dict[str, Any]] = {}
    for group, variables in zip(_GROUPS, variables_of(model), strict=True):
        found[group] = {}
        for variable, path in _paths(variables):
            branch = found[group]
            for part in path[:-1]:
                branch = branch.setdefault(part, {})
            branch[path[-1]] = formats[value_format](variable)
    return found


def set_state_tree(model: Trainable, state_tree: dict[str, Any]) -> None:
    """Write values from such dicts; groups and variables that are left out keep theirs."""
    groups = dict(zip(_GROUPS, variables_of(model), strict=True))
    unknown = [group for group in state_tree if group not in groups]
    if unknown:
        raise StructureError(explain("set_state_tree", f"keys among {list(_GROUPS)}", repr(unknown[0]), "Rename it."))
    planned: list[tuple[Variable, Any]] = []
    for group, branches in state_tree.items():
        known = {path: variable for variable, path in _paths(groups[group])}
        for path, value in _leaves(branches, ()):
            if path not in known:
                raise StructureError(
                    explain("set_state_tree", f"variables of the model under {group!r}", "/".join(path), "Remove it.")
                )
            planned.append((known[path], value))
    assign_all([variable for variable, _ in planned], [value for _, value in planned])


def _paths(variables: list[Variable]) -> list[tuple[Variable, tuple[str, ...]]]:
    """Each variable's path in parts; the second of two equal ones gets a number."""
    seen: dict[str, int] = {}
    found: list[tuple[Variable, tuple[str, ...]]] = []
    for variable in variables:
        count = seen.get(variable.path, 0)
        seen[variable.path] = count + 1
        found.append((variable, tuple((variable.path if count == 0 else f"{variable.path}_{count}").split("/"))))
    return found


def _leaves(branch: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(branch, dict):
        return [leaf for key, value in branch.items() for leaf in _leaves(value, (*path, str(key)))]
    return [(path, np.asarray(branch))]
