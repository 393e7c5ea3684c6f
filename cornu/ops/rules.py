"""Shapes and dtypes of results, found without evaluation, and which functions keep the rows of a batch apart.

A dimension may be unknown (None) or named. Abstract evaluation at probe sizes finds most shapes; the rules
here are for functions that join an unknown with a known size, and for those that models use most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context, dtypes, spec, tree
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import Dimension, KerasTensor, SymbolicShape
from cornu.core.variable import Variable
from cornu.ops.tensor import axes_of, is_constant

ShapeOf = Callable[..., Any]
_ARRAYS = (KerasTensor, Variable, np.ndarray, jax.Array)


def shaped(shape_of: ShapeOf) -> Callable[..., Any]:
    """A spec rule: the shape is ``shape_of(*arguments)``, the dtype what the function returns where each size is 1."""

    def rule(function: Callable[..., Any], *args: Any, **kwargs: Any) -> KerasTensor:
        shape = shape_of(*args, **kwargs)
        return KerasTensor(shape, unit_dtype(function, args, kwargs))

    return rule


def arranged(shape_of: ShapeOf) -> Callable[..., Any]:
    """A spec rule of functions that pick or move elements: the shape is ``shape_of(*arguments)``, the dtype stays."""

    def rule(function: Callable[..., Any], *args: Any, **kwargs: Any) -> KerasTensor:
        first = args[0] if args else next(iter(kwargs.values()))
        dtype = first.dtype if hasattr(first, "dtype") else jnp.asarray(first).dtype
        return KerasTensor(shape_of(*args, **kwargs), dtype)

    return rule


_UNIT_DTYPES: dict[Any, str] = {}


def unit_dtype(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """dtype of a function's result, found by abstract evaluation on arrays whose sizes are all 1."""

    def unit(x: Any) -> Any:
        if isinstance(x, _ARRAYS):
            return jax.ShapeDtypeStruct((1,) * len(x.shape), jnp.dtype(dtypes.backend_dtype(x.dtype)))
        return x

    leaves = [unit(x) for x in tree.flatten([list(args), kwargs])]
    key = (function, tuple(kwargs), tuple((type(x), x) for x in leaves), _form(args))
    try:
        known = _UNIT_DTYPES.get(key)
    except TypeError:  # a static argument that cannot be hashed
        return _evaluate_units(function, args, kwargs, leaves)
    if known is None:
        known = _UNIT_DTYPES[key] = _evaluate_units(function, args, kwargs, leaves)
    return known


def _form(x: Any) -> Any:
    return tuple(_form(v) for v in x) if isinstance(x, (list, tuple)) else None


def _evaluate_units(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], leaves: list[Any]
) -> str:
    def call(values: list[Any]) -> Any:
        supply = iter(values)
        filled = [next(supply) if isinstance(x, jax.ShapeDtypeStruct) else x for x in leaves]
        full_args, full_kwargs = tree.pack([list(args), kwargs], filled)
        return function(*full_args, **full_kwargs)

    with context.scope(abstract=True):
        result = jax.eval_shape(call, [x for x in leaves if isinstance(x, jax.ShapeDtypeStruct)])
    return jnp.dtype(jax.tree_util.tree_leaves(result)[0].dtype).name


def shape_of(x: Any) -> SymbolicShape:
    """Sizes of the axes of a tensor, array, number or list."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def same_size(a: Dimension, b: Dimension, what: str, shapes: Any) -> Dimension:
    """The size that two axes have in common; None gives way to the other."""
    if a is None or a == b:
        return b
    if b is None:
        return a
    raise ShapeError(
        explain(what, "equal sizes", f"{a} and {b} in shapes {show_shape(list(shapes))}", "Reshape one of them.")
    )


def total(sizes: Any) -> int | None:
    """The product of sizes, None if one of them is unknown."""
    result = 1
    for size in sizes:
        if not spec.is_known(size):
            return None
        result *= size
    return result


def plus(a: Dimension, b: Any) -> Dimension:
    """``a + b``, unknown if one of them is (a name stays only if nothing is added)."""
    if spec.is_known(a) and spec.is_known(b):
        return int(a) + int(b)  # type: ignore[arg-type]  # both are numbers here
    return a if b == 0 else b if a == 0 else None


# Shapes of families of functions.


def unchanged(x: Any, *_: Any, **__: Any) -> SymbolicShape:
    """The shape of the first argument."""
    return shape_of(x)


def reduced(x: Any, axis: Any = None, keepdims: bool = False, *_: Any, **__: Any) -> SymbolicShape:
    """The shape with some axes gone, or of size 1."""
    shape = shape_of(x)
    axes = axes_of(axis, len(shape))
    if keepdims:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


# Rows: whether row i of a result depends on row i of the arguments alone.


def rows_along(parameter: str, position: int = 1, default: Any = None, grows: int = 0) -> Callable[..., bool]:
    """Rows stay apart if the axes that a parameter names are not the first one.

    Args:
        parameter, position, default: of the axis argument; None stands for all axes.
        grows: how many axes the result has more than the first argument, if the axes are the result's.
    """

    def rows(*args: Any, **kwargs: Any) -> bool:
        x = args[0] if args else next(iter(kwargs.values()))
        rank = np.ndim(x[0] if isinstance(x, (list, tuple)) else x) + grows
        axis = kwargs.get(parameter, args[position] if len(args) > position else default)
        return rank > 0 and axis is not None and 0 not in axes_of(axis, rank)

    return rows


def rows_with_rank(rank: int) -> Callable[..., bool]:
    """Rows stay apart if the first argument has at least so many axes (the function works on the last ones)."""

    def rows(*args: Any, **kwargs: Any) -> bool:
        x = args[0] if args else next(iter(kwargs.values()))
        return np.ndim(x) >= rank

    return rows


def constant_or_batched(*args: Any, rank: float = 3) -> bool:
    """Rows of a product: each argument but the first is a constant, or all have a batch axis of their own."""
    others = [x.value if isinstance(x, Variable) else x for x in args[1:]]
    return all(is_constant(x) for x in others) or all(np.ndim(x) >= rank for x in args)
