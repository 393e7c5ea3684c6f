"""Arrays put together along an axis, and taken apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import spec
from cornu.core.allowance import ROUNDS_OF_AN_OPERATION, bounded
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.core.spec import Dimension, KerasTensor, SymbolicShape
from cornu.ops.rules import plus, rows_along, same_size, shape_of, shaped, total, unit_dtype
from cornu.ops.tensor import Tensor, array, arrays, axes_of


def joined(shapes: Sequence[SymbolicShape], axis: int, what: str) -> SymbolicShape:
    """The shape of arrays concatenated along an axis."""
    if not shapes:
        raise ShapeError(explain(what, "one tensor or more", "none", "Pass a list of tensors."))
    rank = len(shapes[0])
    if any(len(s) != rank for s in shapes):
        raise ShapeError(
            explain(what, "tensors of equal rank", f"shapes {show_shape(list(shapes))}", "Use expand_dims on some.")
        )
    (place,) = axes_of(axis, rank)
    result: list[Dimension] = list(shapes[0])
    for shape in shapes[1:]:
        for i, d in enumerate(shape):
            result[i] = plus(result[i], d) if i == place else same_size(result[i], d, what, shapes)
    return tuple(result)


def _concatenated(xs: Any, axis: int | None = 0) -> SymbolicShape:
    if axis is None:
        return (None,)
    return joined([shape_of(x) for x in xs], axis, "concatenate")


@op(spec_rule=shaped(_concatenated), rows=rows_along("axis", default=0))
def concatenate(xs: Any, axis: int | None = 0) -> Tensor:
    """Tensors one after the other along an axis (None: all flattened); their other sizes are equal.

    Example:
        >>> concatenate([[[1, 2]], [[3, 4]]], axis=1).tolist()
        [[1, 2, 3, 4]]
    """
    return jnp.concatenate([jnp.asarray(x) for x in xs], axis=axis)


def _appended(x1: Tensor, x2: Tensor, axis: int | None = None) -> SymbolicShape:
    if axis is None:
        return (plus(total(shape_of(x1)), total(shape_of(x2))),)
    return joined([shape_of(x1), shape_of(x2)], axis, "append")


@op(spec_rule=shaped(_appended), rows=rows_along("axis", 2))
def append(x1: Tensor, x2: Tensor, axis: int | None = None) -> Tensor:
    """``x2`` after ``x1`` along an axis; None: both flattened."""
    return jnp.append(*arrays(x1, x2), axis=axis)


def _stacked(x: Any, axis: int = 0) -> SymbolicShape:
    shapes = [shape_of(v) for v in x]
    (place,) = axes_of(axis, len(shapes[0]) + 1)
    one = [(*s[:place], 1, *s[place:]) for s in shapes]
    return joined(one, place, "stack")


@op(spec_rule=shaped(_stacked), rows=rows_along("axis", default=0, grows=1))
def stack(x: Any, axis: int = 0) -> Tensor:
    """Tensors of equal shape side by side along a new axis.

    Example:
        >>> stack([[1, 2], [3, 4]], axis=1).tolist()
        [[1, 3], [2, 4]]
    """
    return jnp.stack([jnp.asarray(v) for v in x], axis=axis)


def _columns(xs: Any) -> SymbolicShape:
    shapes = [shape_of(x) or (1,) for x in xs]
    return joined(shapes, min(len(shapes[0]) - 1, 1), "hstack")


def _as_rows(xs: Any) -> SymbolicShape:
    return joined([s if len(s) > 1 else (1, *(s or (1,))) for s in map(shape_of, xs)], 0, "vstack")


def _in_depth(xs: Any) -> SymbolicShape:
    deep = [s if len(s) > 2 else (*s, 1) if len(s) == 2 else (1, *(s or (1,)), 1) for s in map(shape_of, xs)]
    return joined(deep, 2, "dstack")


@op(spec_rule=shaped(_columns), rows=lambda xs: np.ndim(xs[0]) > 1)
def hstack(xs: Any) -> Tensor:
    """Tensors one after the other along the second axis; along the first, if that is the only one."""
    return jnp.hstack([jnp.asarray(x) for x in xs])


@op(spec_rule=shaped(_as_rows))
def vstack(xs: Any) -> Tensor:
    """Tensors one after the other along the first axis; vectors become rows."""
    return jnp.vstack([jnp.asarray(x) for x in xs])


@op(spec_rule=shaped(_in_depth), rows=lambda xs: np.ndim(xs[0]) > 1)
def dstack(xs: Any) -> Tensor:
    """Tensors one after the other along the third axis, which matrices and vectors get."""
    return jnp.dstack([jnp.asarray(x) for x in xs])


def _indices(x: Any) -> Any:
    return x if isinstance(x, int) else [int(i) for i in np.asarray(x)]


def _part_sizes(size: Dimension, parts: Any, equal: bool) -> list[Dimension]:
    if isinstance(parts, int):
        bounded(parts * ROUNDS_OF_AN_OPERATION, "the number of parts of a split")
        if not spec.is_known(size):
            return [None] * parts
        if equal and int(size) % parts:  # type: ignore[arg-type]  # a number here
            raise ShapeError(
                explain("split", f"a size that {parts} divides", str(size), "Use array_split, or split at indices.")
            )
        small, more = divmod(int(size), parts)  # type: ignore[arg-type]  # a number here
        return [small + (i < more) for i in range(parts)]
    ends = [0, *parts]
    if spec.is_known(size):
        ends = [min(e if e >= 0 else e + int(size), int(size)) for e in ends]  # type: ignore[arg-type]  # a number here
    inner: list[Dimension] = [max(b - a, 0) if b >= 0 <= a else None for a, b in itertools.pairwise(ends)]
    return [*inner, int(size) - ends[-1] if spec.is_known(size) else None]  # type: ignore[arg-type]  # a number here


def _split(equal: bool, axis_of: Callable[..., int]) -> Callable[..., list[KerasTensor]]:
    def rule(function: Any, x: Tensor, indices_or_sections: Any, *args: Any, **kwargs: Any) -> list[KerasTensor]:
        shape = shape_of(x)
        (place,) = axes_of(axis_of(len(shape), *args, **kwargs), len(shape))
        dtype = unit_dtype(jnp.asarray, (x,), {})
        sizes = _part_sizes(shape[place], _indices(indices_or_sections), equal)
        return [KerasTensor((*shape[:place], s, *shape[place + 1 :]), dtype) for s in sizes]

    return rule


@op(spec_rule=_split(True, lambda rank, axis=0: axis), rows=rows_along("axis", 2, 0))
def split(x: Tensor, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Parts of ``x`` along an axis.

    Args:
        indices_or_sections: how many equal parts; or where each part after the first begins.

    Example:
        >>> [p.tolist() for p in split([1, 2, 3, 4], [1, 3])]
        [[1], [2, 3], [4]]
    """
    return list(jnp.split(array(x), _indices(indices_or_sections), axis=axis))


@op(spec_rule=_split(False, lambda rank, axis=0: axis), rows=rows_along("axis", 2, 0))
def array_split(x: Tensor, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """As ``split``, the first parts being one larger where the size does not divide.

    Example:
        >>> [p.tolist() for p in array_split([1, 2, 3], 2)]
        [[1, 2], [3]]
    """
    return list(jnp.array_split(array(x), _indices(indices_or_sections), axis=axis))


@op(spec_rule=_split(True, lambda rank: min(rank - 1, 1)), rows=lambda x, _: np.ndim(x) > 1)
def hsplit(x: Tensor, indices_or_sections: Any) -> list[Tensor]:
    """``split`` along the second axis; along the first, if that is the only one."""
    return list(jnp.hsplit(array(x), _indices(indices_or_sections)))


@op(spec_rule=_split(True, lambda rank: 0))
def vsplit(x: Tensor, indices_or_sections: Any) -> list[Tensor]:
    """``split`` along the first axis."""
    return list(jnp.vsplit(array(x), _indices(indices_or_sections)))


@op(spec_rule=_split(True, lambda rank: 2), rows=True)
def dsplit(x: Tensor, indices_or_sections: Any) -> list[Tensor]:
    """``split`` along the third axis."""
    return list(jnp.dsplit(array(x), _indices(indices_or_sections)))


@op
def meshgrid(*x: Tensor, indexing: str = "xy") -> list[Tensor]:
    """The coordinates of all points of a grid, one array for each axis.

    Args:
        x: coordinates along each axis, (size,) each.
        indexing: "ij": the grid's axes come in order; "xy": the first two exchanged.

    Example:
        >>> [a.tolist() for a in meshgrid([1, 2], [3, 4])]
        [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    return list(jnp.meshgrid(*arrays(*x), indexing=indexing))
