"""Elements picked by index or by condition."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import spec
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import elementwise, op
from cornu.core.spec import Dimension, KerasTensor, SymbolicShape
from cornu.ops.rules import arranged, rows_along, shape_of
from cornu.ops.tensor import Tensor, array, arrays, axes_of, is_constant

_BASIC = (int, np.integer, slice, EllipsisType, type(None))


def _whole(key: Any, rank: int) -> list[Any]:
    """A basic key with one entry for each axis: ints, slices, and None for new ones."""
    keys = list(key) if isinstance(key, tuple) else [key]
    given = len([k for k in keys if k is not None and k is not Ellipsis])
    if given > rank:
        raise ShapeError(explain("Indexing", f"at most {rank} indices", f"{given}", "Take some away."))
    place = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    return [*keys[:place], *[slice(None)] * (rank - given), *keys[place + 1 :]]


def _sliced(size: Dimension, key: slice) -> Dimension:
    if spec.is_known(size):
        return len(range(*key.indices(int(size))))  # type: ignore[arg-type]  # a number here
    return size if key in (slice(None), slice(0, None), slice(None, None, 1)) else None


def _got(function: Any, x: Tensor, key: Any) -> KerasTensor:
    if not all(isinstance(k, _BASIC) for k in (key if isinstance(key, tuple) else (key,))):
        return spec.evaluate(function, x, key)
    shape = shape_of(x)
    sizes = iter(shape)
    result: list[Dimension] = []
    for k in _whole(key, len(shape)):
        if k is None:
            result.append(1)
        elif isinstance(k, slice):
            result.append(_sliced(next(sizes), k))
        else:
            size = next(sizes)
            if spec.is_known(size) and not -int(size) <= k < int(size):  # type: ignore[arg-type]  # a number here
                raise ShapeError(
                    explain("Indexing", f"an index from {-int(size)} to {int(size) - 1}", str(k), "Correct it.")  # type: ignore[arg-type]  # a number here
                )
    return KerasTensor(result, spec.spec_of(x).dtype)


def _rows_whole(x: Tensor, key: Any) -> bool:
    first = key[0] if isinstance(key, tuple) and key else key
    return first is Ellipsis or (isinstance(first, slice) and first == slice(None))


@op(spec_rule=_got, rows=_rows_whole)
def get_item(x: Tensor, key: Any) -> Tensor:
    """``x[key]``: ints, slices, None, ... and arrays as in NumPy.

    Example:
        >>> get_item([[1, 2], [3, 4]], (slice(None), 0)).tolist()
        [1, 3]
    """
    if isinstance(key, list):
        key = jnp.asarray(key)
    if isinstance(key, tuple):
        key = tuple(jnp.asarray(k) if isinstance(k, list) else k for k in key)
    return jnp.asarray(x)[key]


def _taken(x: Tensor, indices: Tensor, axis: int | None = None) -> SymbolicShape:
    if axis is None:
        return shape_of(indices)
    shape = shape_of(x)
    (place,) = axes_of(axis, len(shape))
    return (*shape[:place], *shape_of(indices), *shape[place + 1 :])


def _taken_apart(x: Tensor, indices: Tensor, axis: int | None = None) -> bool:
    if is_constant(x):  # a table: each row of indices finds its own
        return np.ndim(indices) > 0 and (axis in (None, 0) or np.ndim(x) == 1)
    return rows_along("axis", 2)(x, indices, axis) and is_constant(indices)


@op(spec_rule=arranged(_taken), rows=_taken_apart)
def take(x: Tensor, indices: Tensor, axis: int | None = None) -> Tensor:
    """The elements of ``x`` at indices along an axis; None: in the flattened array. Indices count from the end if negative;
    those out of bounds give NaN (ints: their dtype's extreme).

    Shapes:
        result: x's, with the shape of ``indices`` in place of the axis.

    Example:
        >>> take([10, 20, 30], [2, 0]).tolist()
        [30, 10]
    """
    return jnp.take(jnp.asarray(x), jnp.asarray(indices), axis=axis)


def _taken_along(x: Tensor, indices: Tensor, axis: int | None = None) -> SymbolicShape:
    a, b = shape_of(x), shape_of(indices)
    if axis is None:
        return b
    if len(a) != len(b):
        raise ShapeError(
            explain("take_along_axis", "tensors of equal rank", f"shapes {show_shape([a, b])}", "Reshape the indices.")
        )
    (place,) = axes_of(axis, len(a))
    return tuple(
        j if k == place else spec.broadcast_shapes((i,), (j,))[0] for k, (i, j) in enumerate(zip(a, b, strict=True))
    )


@op(spec_rule=arranged(_taken_along), rows=rows_along("axis", 2))
def take_along_axis(x: Tensor, indices: Tensor, axis: int | None = None) -> Tensor:
    """The elements of ``x`` at indices along an axis, each line of the others having its own indices.

    Example:
        >>> take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1).tolist()
        [[2], [3]]
    """
    return jnp.take_along_axis(jnp.asarray(x), jnp.asarray(indices), axis=axis)


def _where(function: Any, condition: Tensor, x1: Tensor = None, x2: Tensor = None) -> Any:
    if x1 is None and x2 is None:
        return tuple(KerasTensor((None,), "int32") for _ in shape_of(condition))
    return elementwise(function, condition, x1, x2)


@op(spec_rule=_where, rows=lambda condition, x1=None, x2=None: x1 is not None)
def where(condition: Tensor, x1: Tensor = None, x2: Tensor = None) -> Tensor:
    """``x1`` where the condition holds, else ``x2``. Without them: ``nonzero(condition)``.

    Example:
        >>> where([True, False], [1, 2], -1).tolist()
        [1, -1]
    """
    if (x1 is None) != (x2 is None):
        raise ValueError(explain("where", "both x1 and x2, or neither", "one of them", "Pass the other one too."))
    if x1 is None:
        return jnp.where(array(condition))
    return jnp.where(array(condition), *arrays(x1, x2))


def _selected(function: Any, condlist: Any, choicelist: Any, default: Any = 0) -> KerasTensor:
    count = len(condlist)
    return elementwise(
        lambda *xs: jnp.select(list(xs[:count]), list(xs[count:-1]), xs[-1]), *condlist, *choicelist, default
    )


@op(spec_rule=_selected, rows=True)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    """For each place the choice whose condition is the first to hold; ``default`` where none does.

    Example:
        >>> select([[True, False], [True, True]], [[1, 2], [3, 4]]).tolist()
        [1, 4]
    """
    return jnp.select(arrays(*condlist), arrays(*choicelist), default)


@op(spec_rule=lambda f, x: tuple(KerasTensor((None,), "int32") for _ in shape_of(x)))
def nonzero(x: Tensor) -> tuple[Tensor, ...]:
    """Where elements are not 0: for each axis their indices. Not for compiled code: how many is not known before.

    Example:
        >>> [i.tolist() for i in nonzero([[0, 1], [1, 0]])]
        [[0, 1], [1, 0]]
    """
    return jnp.nonzero(jnp.asarray(x))


def _unraveled(function: Any, indices: Tensor, shape: Any) -> tuple[KerasTensor, ...]:
    return tuple(KerasTensor(shape_of(indices), spec.spec_of(indices).dtype) for _ in shape)


@op(spec_rule=_unraveled, rows=True)
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Indices into a flattened array as indices along the axes of a shape.

    Example:
        >>> [i.tolist() for i in unravel_index([0, 5], (2, 3))]
        [[0, 1], [0, 2]]
    """
    return tuple(jnp.unravel_index(jnp.asarray(indices), tuple(shape)))
