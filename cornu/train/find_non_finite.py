"""Where in a training step the first value arises that is not finite: the step run again, one operation at a time."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from cornu.core import context, tree
from cornu.core.pure import raw_values
from cornu.data import unpack
from cornu.train.step import loss_and_gradients, variables_of


@dataclasses.dataclass(eq=False)
class Value:
    """A value of the step.

    Attributes:
        array: the value.
        name: of an argument of the step; empty for others.
        operation: the primitive that made it; empty for arguments and constants.
        path: names of the layers in which that was, and whether in the gradient.
        inputs: what it was made from.
    """

    array: Any
    name: str = ""
    operation: str = ""
    path: str = ""
    inputs: Sequence[Value] = ()

    @property
    def finite(self) -> bool:
        """Whether all elements are."""
        return _is_finite(self.array)


def diagnose(model: Any, batch: Any, rows: np.ndarray | None) -> str:
    """What made a training step's loss or gradients not finite, with the weights as they are now: two sentences.

    Args:
        batch: ``(x, y, sample_weight)``.
        rows: the numbers of its rows in the data; None counts from the batch's first.
    """
    found = _in_data(model, batch, rows) or _in_weights(model)
    if found is not None:
        return found
    loss, gradients = _run_again(model, batch)
    if not loss.finite:
        return _describe(_source(loss), "loss", loss)
    params = variables_of(model)[0]
    for gradient, variable in reversed(list(zip(gradients, params, strict=True))):
        if not gradient.finite:
            return _describe(_source(gradient), f"gradient of {variable.path!r}", loss)
    return (
        f"Run again with the weights of now, the step is finite (loss {_number(loss.array)}): chance, as in dropout, or "
        "weights that have changed since. Look at the data and the learning rate."
    )


def _in_data(model: Any, batch: Any, rows: np.ndarray | None) -> str | None:
    for part, structure in zip(("Input", "Target", "Sample weight"), unpack(batch), strict=True):
        leaves = [leaf for leaf in tree.flatten(structure) if leaf is not None]
        names = list(getattr(model, "input_names", [])) if _has_graph(model) and part == "Input" else []
        for index, leaf in enumerate(leaves):
            if _is_finite(leaf):
                continue
            array = np.asarray(leaf)
            inner = tuple(range(1, array.ndim))
            row = int(np.argmin(np.isfinite(array).all(axis=inner)))
            value = array[row][~np.isfinite(array[row])].flat[0] if array.ndim > 1 else array[row]
            name = f" {names[index]!r}" if len(names) == len(leaves) else f" {index}" if len(leaves) > 1 else ""
            where = f"row {row} of the batch" if rows is None else f"row {int(rows[row])} of the data"
            return f"{part}{name} holds {value} in {where}. Clean the data, or leave such rows out."
    return None


def _in_weights(model: Any) -> str | None:
    params, others, _, _ = variables_of(model)
    bad = [v.path for v in [*params, *others] if not _is_finite(raw_values([v])[0])]
    if not bad:
        return None
    more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
    return (
        f"Weights that are not finite before the step: {', '.join(map(repr, bad[:3]))}{more}. An earlier step, or who "
        "set them, did that. Load weights that are finite, then lower the learning rate or clip gradients."
    )


def _has_graph(model: Any) -> bool:
    return getattr(model, "functional", None) is not None


# The step, one operation at a time.


def _run_again(model: Any, batch: Any) -> tuple[Value, list[Value]]:
    """The loss and the gradients, which know where they come from."""
    params, others, _, metrics = variables_of(model)
    given = [a for a in tree.flatten(batch) if a is not None]
    count, middle, last = len(params), len(params) + len(others), len(params) + len(others) + len(metrics)
    structure = tree.map_structure(lambda a: a is not None, batch)

    def step(values: list[Any]) -> tuple[Any, Any]:
        supply = iter(values[last:])
        data = tree.pack(structure, [next(supply) if there else None for there in tree.flatten(structure)])
        with context.scope(rows=None, path=(), losses=None):
            (_, (loss, *_)), gradients = loss_and_gradients(
                model, values[:count], values[count:middle], values[middle:last], data
            )
        return loss, gradients

    arrays = [*raw_values([*params, *others, *metrics]), *map(jax.numpy.asarray, given)]
    jaxpr = jax.make_jaxpr(step)(arrays)
    names = [*(v.path for v in [*params, *others, *metrics]), *("the data" for _ in given)]
    arguments = [Value(a, name) for a, name in zip(arrays, names, strict=True)]
    loss, *gradients = _run(jaxpr.jaxpr, jaxpr.consts, arguments, "")
    return loss, gradients


def _run(jaxpr: Jaxpr, constants: Iterable[Any], arguments: Sequence[Value], path: str) -> list[Value]:
    """Evaluate; computations inside are opened, but for loops and branches."""
    known: dict[Any, Value] = {}
    known.update(zip(jaxpr.constvars, map(Value, constants), strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        inputs = [Value(v.val) if isinstance(v, Literal) else known[v] for v in equation.invars]
        here = "/".join(filter(None, [path, str(equation.source_info.name_stack)]))
        inner = _inside(equation)
        if inner is not None:
            results = _run(inner.jaxpr, inner.consts, inputs, here)
        else:
            with equation.ctx.manager:
                made: Any = equation.primitive.bind(
                    *[v.array for v in inputs], **equation.primitive.get_bind_params(equation.params)
                )
            made = made if equation.primitive.multiple_results else [made]
            results = [Value(m, "", equation.primitive.name, here, inputs) for m in made]
        known.update(zip(equation.outvars, results, strict=True))
    return [Value(v.val) if isinstance(v, Literal) else known[v] for v in jaxpr.outvars]


_OPENED = frozenset({"jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "checkpoint"})


def _inside(equation: Any) -> ClosedJaxpr | None:
    if equation.primitive.name not in _OPENED:
        return None
    inner = next((equation.params[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if k in equation.params), None)
    return ClosedJaxpr(inner, ()) if isinstance(inner, Jaxpr) else inner


def _source(value: Value) -> Value:
    """Going back from a value that is not finite: the first one that was made from finite ones."""
    while True:
        bad = [v for v in value.inputs if not v.finite and (v.operation or v.name)]
        if not bad:
            return value
        value = next((v for v in bad if np.isnan(np.asarray(v.array, np.float64)).any()), bad[0])


# Words.


def _describe(value: Value, what: str, loss: Value) -> str:
    if not value.operation:
        return f"The {what} is not finite because of {value.name}. Look at how it was made."
    names = [n for n in re.sub(r"\w+\(|\)", "/", value.path).split("/") if n]
    where = f"layer {'/'.join(names)!r}" if names and names != ["loss"] else "the loss function"
    backwards = ", for the gradient," if loss.finite else ""
    inputs = [_range(v.array) for v in value.inputs if _has_floats(v.array) and np.size(v.array)]
    told = f" of values in {' and '.join(dict.fromkeys(inputs))}" if inputs else ""
    known = f" (loss {_number(loss.array)})" if loss.finite else ""
    return f"First, {value.operation}{told} in {where}{backwards} gives {_bad(value.array)}{known}. {_advice(value)}"


def _advice(value: Value) -> str:
    if value.operation in ("log", "log1p", "sqrt", "rsqrt", "div", "pow", "integer_pow", "acos", "asin"):
        return "Keep what goes into it away from where it has no finite value: ops.maximum(x, 1e-6), say."
    if value.operation in ("exp", "exp2", "expm1"):
        return "Bound what goes into it, or use a loss that takes logits (from_logits=True)."
    return "Lower the learning rate, clip gradients (clipnorm=1.0), or scale the data."


def _is_finite(array: Any) -> bool:
    return not _has_floats(array) or bool(np.isfinite(np.asarray(array)).all())


def _has_floats(array: Any) -> bool:
    return jax.numpy.issubdtype(getattr(array, "dtype", type(array)), jax.numpy.floating)


def _range(array: Any) -> str:
    values = np.asarray(array, np.float64)
    values = values[np.isfinite(values)]
    return f"[{values.min():.4g}, {values.max():.4g}]" if values.size else "none that is finite"


def _bad(array: Any) -> str:
    values = np.asarray(array, np.float64).ravel()
    return _number(values[int(np.argmin(np.isfinite(values)))])


def _number(value: Any) -> str:
    return f"{float(value):.4g}"
