"""Functions that work on arrays, and can be recorded in a graph when given symbolic tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, overload

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context, dtypes, spec, tree
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.graph import Operation, record
from cornu.core.names import snake_case, unique_name
from cornu.core.spec import KerasTensor
from cornu.core.variable import Variable

F = TypeVar("F", bound=Callable[..., Any])
SpecRule = Callable[..., Any]
RowRule = bool | Callable[..., bool]


class FunctionCall(Operation):
    """The operation of a recorded call of a function: the function, and a name in the graph."""

    def __init__(self, function: Callable[..., Any], name: str | None = None):
        self.function = function
        self.name = name or unique_name(snake_case(function.__name__))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        rows = _rules(self.function).rows
        if context.current().rows is not None and not (rows if isinstance(rows, bool) else rows(*args, **kwargs)):
            context.refuse_padded_rows()
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<FunctionCall {self.name}: {self.function.__name__}>"


class _Rules:
    def __init__(self, plain: Callable[..., Any], spec_rule: SpecRule | None, rows: RowRule):
        self.plain, self.spec_rule, self.rows = plain, spec_rule, rows


def _rules(function: Any) -> _Rules:
    return function.__cornu_op__


def is_op(function: Any) -> bool:
    """Whether a function can be recorded in graphs."""
    return hasattr(function, "__cornu_op__")


@overload
def op(function: F) -> F: ...
@overload
def op(*, spec_rule: SpecRule | None = None, rows: RowRule | None = None) -> Callable[[F], F]: ...
def op(function: Any = None, *, spec_rule: SpecRule | None = None, rows: RowRule | None = None) -> Any:
    """Make a function on arrays one that can stand in a graph: the door for any JAX function.

    Given symbolic tensors the call is recorded; given arrays, Variables or tracers the function runs at once.
    Shapes are found by abstract evaluation, or by ``spec_rule`` where that is quicker or more exact.

    Args:
        function: pure; takes arrays (nested in lists and dicts as it likes) and static arguments, returns arrays.
            To save models that use it, register it with ``cornu.saving.register_keras_serializable``.
        spec_rule: takes the function and the call's arguments, returns symbolic tensors like its result.
        rows: whether row i of the result depends on row i of the arguments alone (so that a padded batch gives
            the same rows); a bool, or a function of the call's arguments. False if not known.

    Example:
        >>> import jax.numpy as jnp
        >>> @op
        ... def fold(x):
        ...     return jnp.sin(x) + x[..., ::-1]
        >>> fold(np.zeros((2, 3), "float32")).shape
        (2, 3)
        >>> fold(KerasTensor((None, 3))).shape
        (None, 3)
    """
    if function is None:
        return functools.partial(op, spec_rule=spec_rule, rows=rows)
    if rows is None:
        rows = spec_rule is elementwise

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if spec.any_symbolic(args, kwargs):
            return _record(call, args, kwargs)
        return function(*_resolve(args), **_resolve(kwargs))

    call.__cornu_op__ = _Rules(function, spec_rule, rows)  # type: ignore[attr-defined]  # functions take any attribute
    if function.__name__ in _OPERATOR_NAMES and function.__module__.startswith("cornu."):
        spec.OPERATORS[function.__name__] = call
    return call


_OPERATOR_NAMES = {
    *(
        "add",
        "subtract",
        "multiply",
        "true_divide",
        "floor_divide",
        "mod",
        "power",
        "matmul",
        "logical_and",
        "logical_or",
    ),
    *(
        "logical_xor",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "not_equal",
        "negative",
        "absolute",
        "logical_not",
    ),
    *("reshape", "squeeze", "transpose", "cast", "get_item"),
}


def _resolve(x: Any) -> Any:
    """Variables as arrays, anywhere in the arguments."""
    if isinstance(x, Variable):
        return x.value
    if isinstance(x, (list, tuple)):
        if not any(isinstance(v, (Variable, list, tuple, dict)) for v in x):
            return x
        items = [_resolve(v) for v in x]
        return items if isinstance(x, list) else type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, dict):
        return {k: _resolve(v) for k, v in x.items()}
    return x


def _record(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    name = kwargs.get("name") if isinstance(kwargs.get("name"), str) else None
    return apply(FunctionCall(function, name), args, kwargs)


def apply(operation: FunctionCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a call of a function under a given operation."""
    return record(operation, args, kwargs, output_spec(operation.function, args, kwargs))


def output_spec(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Shapes and dtypes of what an op returns for these arguments."""
    rules = _rules(function)
    try:
        if rules.spec_rule is not None:
            return rules.spec_rule(rules.plain, *args, **kwargs)
        return spec.evaluate(rules.plain, *_resolve(args), **_resolve(kwargs))
    except (TypeError, ValueError, AssertionError, IndexError, ZeroDivisionError) as error:
        if getattr(error, "_cornu_located", False):
            raise
        raise _explained(function.__name__, args, kwargs, error) from None


def _explained(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> Exception:
    shapes = [
        show_shape(x.shape) for x in tree.flatten([list(args), kwargs]) if hasattr(x, "shape") and hasattr(x, "dtype")
    ]
    if isinstance(error, ShapeError):
        error.add_note(f"In {name} of tensors of shapes {', '.join(shapes)}.")
        error._cornu_located = True  # type: ignore[attr-defined]  # read by errors.locate
        return error
    reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    explained = ShapeError(
        explain(
            f"{name}",
            "arguments that fit each other",
            f"tensors of shapes {', '.join(shapes)}: {reason.rstrip('.')}",
            "Correct the arguments.",
        )
    )
    explained._cornu_located = True  # type: ignore[attr-defined]  # read by errors.locate
    return explained


def elementwise(function: Callable[..., Any], *args: Any, **kwargs: Any) -> KerasTensor:
    """Spec rule of functions that work element by element on broadcast arguments: shapes without evaluation."""
    args = tuple(jnp.asarray(x) if isinstance(x, (list, tuple)) else x for x in args)
    arrays = [x for x in [*args, *kwargs.values()] if isinstance(x, (KerasTensor, Variable, np.ndarray, jax.Array))]
    shape = spec.broadcast_shapes(*(tuple(x.shape) for x in arrays))

    def scalar(x: Any) -> Any:
        if isinstance(x, (KerasTensor, Variable, np.ndarray, jax.Array)):
            return jax.ShapeDtypeStruct((), jnp.dtype(dtypes.backend_dtype(x.dtype)))
        return x

    key = (function, tuple(map(scalar, args)), tuple((k, scalar(v)) for k, v in sorted(kwargs.items())))
    try:
        dtype = _DTYPES.get(key)
    except TypeError:  # unhashable static argument
        return KerasTensor(shape, _scalar_dtype(*key))
    if dtype is None:
        dtype = _DTYPES[key] = _scalar_dtype(*key)
    return KerasTensor(shape, dtype)


_DTYPES: dict[Any, str] = {}


def _scalar_dtype(function: Callable[..., Any], args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> str:
    leaves = [*args, *(v for _, v in kwargs)]
    structs = [x for x in leaves if isinstance(x, jax.ShapeDtypeStruct)]

    def call(arrays: list[Any]) -> Any:
        supply = iter(arrays)
        filled = [next(supply) if isinstance(x, jax.ShapeDtypeStruct) else x for x in leaves]
        return function(*filled[: len(args)], **dict(zip((k for k, _ in kwargs), filled[len(args) :], strict=True)))

    with context.scope(abstract=True):
        return jnp.dtype(jax.eval_shape(call, structs).dtype).name
