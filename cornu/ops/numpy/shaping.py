"""The same elements in another shape or order."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import spec
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.core.spec import Dimension, SymbolicShape
from cornu.ops.rules import arranged, plus, rows_along, same_size, shape_of, total, unchanged
from cornu.ops.tensor import Axis, Shape, Tensor, array, axes_of, static_axis


def _is_size(d: Any) -> bool:
    return d is not None and not isinstance(d, str) and d != -1


def _target(shape: SymbolicShape, newshape: Shape) -> list[Any]:
    """The sizes asked for: ints and at most one -1. An unknown among them is -1, or x's size on that axis."""
    target: list[Any] = list(newshape) if hasattr(newshape, "__iter__") else [newshape]
    unknown = [i for i, d in enumerate(target) if d is None or isinstance(d, str)]
    if len(unknown) == 1 and -1 not in target:
        target[unknown[0]] = -1
        unknown = []
    for i in unknown:
        if i >= len(shape):
            raise ShapeError(
                explain("reshape", "at most one unknown size", show_shape(tuple(target)), "Give the others as ints.")
            )
        target[i] = shape[i]
    return target


def _reshaped(x: Tensor, newshape: Shape) -> SymbolicShape:
    shape = shape_of(x)
    target = _target(shape, newshape)
    known = total(d for d in target if _is_size(d)) or 0
    unknown = [d for d in shape if not spec.is_known(d)]
    if unknown:
        left: list[Dimension] = list(unknown)
        for d in target:
            if not _is_size(d) and d in left and d != -1:
                left.remove(d)
        rest = total(d for d in shape if spec.is_known(d))
        free = left[0] if len(left) == 1 and rest == known else None
        return tuple(free if d == -1 else d for d in target)
    size = total(shape) or 0
    fits = (size % known == 0 if known else size == 0) if -1 in target else size == known
    if not fits or target.count(-1) > 1:
        raise ShapeError(
            explain(
                "reshape",
                f"a shape of {size} elements, one size of which may be -1",
                f"{show_shape(tuple(target))} for a tensor of shape {show_shape(shape)}",
                "Correct the sizes.",
            )
        )
    return tuple((size // known if known else 0) if d == -1 else d for d in target)


def _keeps_first(x: Tensor, newshape: Shape) -> bool:
    first = _target(np.shape(x), newshape)[:1]
    rest = total(np.shape(x)[1:])
    return first == [np.shape(x)[0]] or (first == [-1] and rest == total(_target(np.shape(x), newshape)[1:]))


@op(spec_rule=arranged(_reshaped), rows=_keeps_first)
def reshape(x: Tensor, newshape: Shape) -> Tensor:
    """The same elements, last axis running fastest, in a new shape.

    Args:
        newshape: sizes; -1 is what is left over. None is too, where it is the only one, else the size that x has there.

    Example:
        >>> reshape([[1, 2, 3], [4, 5, 6]], (-1, 2)).tolist()
        [[1, 2], [3, 4], [5, 6]]
    """
    x = jnp.asarray(x)
    return jnp.reshape(x, tuple(_target(x.shape, newshape)))


def _raveled(x: Tensor) -> SymbolicShape:
    return _reshaped(x, (-1,))


@op(spec_rule=arranged(_raveled))
def ravel(x: Tensor) -> Tensor:
    """All elements along one axis."""
    return jnp.ravel(array(x))


def _squeezed(x: Tensor, axis: Axis = None) -> SymbolicShape:
    shape = shape_of(x)
    if axis is None:
        return tuple(d for d in shape if d != 1)
    axes = axes_of(axis, len(shape))
    for a in axes:
        same_size(shape[a], 1, "squeeze", [shape])
    return tuple(d for i, d in enumerate(shape) if i not in axes)


@op(spec_rule=arranged(_squeezed), rows=rows_along("axis"))
def squeeze(x: Tensor, axis: Axis = None) -> Tensor:
    """``x`` without axes of size 1: those given, or all."""
    return jnp.squeeze(array(x), static_axis(axis))


def _expanded(x: Tensor, axis: Any) -> SymbolicShape:
    shape = shape_of(x)
    count = 1 if isinstance(axis, (int, np.integer)) else len(axis)
    axes = axes_of(axis, len(shape) + count)
    sizes = iter(shape)
    return tuple(1 if i in axes else next(sizes) for i in range(len(shape) + count))


def _expands_apart(x: Tensor, axis: Any) -> bool:
    count = 1 if isinstance(axis, (int, np.integer)) else len(axis)
    return 0 not in axes_of(axis, np.ndim(x) + count)


@op(spec_rule=arranged(_expanded), rows=_expands_apart)
def expand_dims(x: Tensor, axis: Any) -> Tensor:
    """``x`` with axes of size 1 put in at the places that they have in the result.

    Example:
        >>> expand_dims([1, 2], -1).shape
        (2, 1)
    """
    return jnp.expand_dims(array(x), axis)


def _transposed(x: Tensor, axes: Any = None) -> SymbolicShape:
    shape = shape_of(x)
    order = range(len(shape))[::-1] if axes is None else axes_of(axes, len(shape))
    if sorted(order) != list(range(len(shape))):
        raise ShapeError(
            explain("transpose", f"each of {len(shape)} axes once", repr(axes), f"The tensor has shape {shape}.")
        )
    return tuple(shape[i] for i in order)


def _first_stays(x: Tensor, axes: Any = None) -> bool:
    return axes is not None and axes_of(axes, np.ndim(x))[:1] == (0,)


@op(spec_rule=arranged(_transposed), rows=_first_stays)
def transpose(x: Tensor, axes: Any = None) -> Tensor:
    """``x`` with its axes in another order; None reverses them.

    Args:
        axes: for each axis of the result, which one of x it is.

    Example:
        >>> transpose(np.zeros((2, 3, 4)), (0, 2, 1)).shape
        (2, 4, 3)
    """
    return jnp.transpose(array(x), axes)


def _moved(x: Tensor, source: Any, destination: Any) -> SymbolicShape:
    shape = shape_of(x)
    return tuple(shape[i] for i in _order(len(shape), source, destination))


def _order(rank: int, source: Any, destination: Any) -> list[int]:
    sources, destinations = axes_of(source, rank), axes_of(destination, rank)
    order = [i for i in range(rank) if i not in sources]
    for to, of in sorted(zip(destinations, sources, strict=True)):
        order.insert(to, of)
    return order


@op(spec_rule=arranged(_moved), rows=lambda x, source, destination: _order(np.ndim(x), source, destination)[:1] == [0])
def moveaxis(x: Tensor, source: Any, destination: Any) -> Tensor:
    """``x`` with axes moved from ``source`` to ``destination``, the others keeping their order."""
    return jnp.moveaxis(array(x), source, destination)


def _swapped(x: Tensor, axis1: int, axis2: int) -> SymbolicShape:
    shape = list(shape_of(x))
    shape[axis1], shape[axis2] = shape[axis2], shape[axis1]
    return tuple(shape)


@op(spec_rule=arranged(_swapped), rows=lambda x, axis1, axis2: 0 not in axes_of((axis1, axis2), np.ndim(x)))
def swapaxes(x: Tensor, axis1: int, axis2: int) -> Tensor:
    """``x`` with two axes exchanged."""
    return jnp.swapaxes(array(x), axis1, axis2)


def _broadcast(x: Tensor, shape: Shape) -> SymbolicShape:
    return tuple(shape) if hasattr(shape, "__iter__") else (shape,)


@op(spec_rule=arranged(_broadcast))
def broadcast_to(x: Tensor, shape: Shape) -> Tensor:
    """``x`` repeated along axes of size 1, and along new first ones, up to a shape."""
    return jnp.broadcast_to(array(x), shape)


@op(spec_rule=arranged(unchanged), rows=rows_along("axis"))
def flip(x: Tensor, axis: Axis = None) -> Tensor:
    """``x`` in reverse order along axes; None is all.

    Example:
        >>> flip([[1, 2], [3, 4]], axis=1).tolist()
        [[2, 1], [4, 3]]
    """
    return jnp.flip(array(x), static_axis(axis))


@op(spec_rule=arranged(unchanged), rows=True)
def fliplr(x: Tensor) -> Tensor:
    """``x`` in reverse order along the second axis."""
    return jnp.fliplr(array(x))


@op(spec_rule=arranged(unchanged))
def flipud(x: Tensor) -> Tensor:
    """``x`` in reverse order along the first axis."""
    return jnp.flipud(array(x))


def _rotated(array: Tensor, k: int = 1, axes: Any = (0, 1)) -> SymbolicShape:
    return _swapped(array, *axes) if k % 2 else shape_of(array)


@op(spec_rule=arranged(_rotated), rows=lambda array, k=1, axes=(0, 1): 0 not in axes_of(axes, np.ndim(array)))
def rot90(array: Tensor, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """Turned ``k`` times by 90 degrees in the plane of two axes, from the first towards the second.

    Example:
        >>> rot90([[1, 2], [3, 4]]).tolist()
        [[2, 4], [1, 3]]
    """
    return jnp.rot90(jnp.asarray(array), k, axes)


@op(spec_rule=arranged(unchanged), rows=rows_along("axis", 2))
def roll(x: Tensor, shift: Any, axis: Axis = None) -> Tensor:
    """``x`` moved along axes, what leaves at the end coming in at the start; None: along the flattened array.

    Example:
        >>> roll([1, 2, 3], 1).tolist()
        [3, 1, 2]
    """
    return jnp.roll(array(x), shift, static_axis(axis))


def _times(d: Dimension, n: int) -> Dimension:
    return int(d) * n if spec.is_known(d) else d if n == 1 else None  # type: ignore[arg-type]  # a number here


def _tiled(x: Tensor, repeats: Any) -> SymbolicShape:
    shape = shape_of(x)
    counts = list(repeats) if hasattr(repeats, "__iter__") else [repeats]
    rank = max(len(shape), len(counts))
    padded = (1,) * (rank - len(shape)) + shape
    counts = [1] * (rank - len(counts)) + counts
    return tuple(_times(d, n) for d, n in zip(padded, counts, strict=True))


def _first_untiled(x: Tensor, repeats: Any) -> bool:
    counts = list(repeats) if hasattr(repeats, "__iter__") else [repeats]
    return len(counts) < np.ndim(x) or (len(counts) == np.ndim(x) and counts[0] == 1)


@op(spec_rule=arranged(_tiled), rows=_first_untiled)
def tile(x: Tensor, repeats: Any) -> Tensor:
    """Copies of ``x`` side by side, so many along each axis (counted from the last).

    Example:
        >>> tile([1, 2], 2).tolist()
        [1, 2, 1, 2]
    """
    return jnp.tile(array(x), repeats)


def _repeated(x: Tensor, repeats: Any, axis: int | None = None) -> SymbolicShape:
    shape = shape_of(x) if axis is not None else _raveled(x)
    (place,) = axes_of(axis or 0, len(shape))
    counts = np.ravel(repeats)
    size = shape[place]
    grown = _times(size, int(counts[0])) if counts.size == 1 else int(counts.sum())
    return tuple(grown if i == place else d for i, d in enumerate(shape))


@op(spec_rule=arranged(_repeated), rows=rows_along("axis", 2))
def repeat(x: Tensor, repeats: Any, axis: int | None = None) -> Tensor:
    """Each element so many times in a row along an axis; None: along the flattened array.

    Example:
        >>> repeat([1, 2], 2).tolist()
        [1, 1, 2, 2]
    """
    return jnp.repeat(array(x), np.asarray(repeats) if isinstance(repeats, list) else repeats, axis=axis)


def _widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    widths = np.asarray(pad_width)
    return [(int(a), int(b)) for a, b in np.broadcast_to(widths if widths.ndim != 1 else widths[None], (rank, 2))]


def _padded(x: Tensor, pad_width: Any, *_: Any, **__: Any) -> SymbolicShape:
    shape = shape_of(x)
    return tuple(plus(d, a + b) for d, (a, b) in zip(shape, _widths(pad_width, len(shape)), strict=True))


@op(
    spec_rule=arranged(_padded),
    rows=lambda x, pad_width, *_, **__: np.ndim(x) > 0 and _widths(pad_width, np.ndim(x))[0] == (0, 0),
)
def pad(x: Tensor, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """``x`` with elements put around it.

    Args:
        pad_width: (before, after) for each axis; one pair or one int for all.
        mode: what is put there: "constant", "edge", "reflect", "symmetric", "wrap", ... as in NumPy.
        constant_values: the constant; 0 if None.

    Example:
        >>> pad([1, 2], (1, 2)).tolist()
        [0, 1, 2, 0, 0]
    """
    if mode != "constant" and constant_values is not None:
        raise ValueError(
            explain("pad", "constant_values only with mode='constant'", f"mode {mode!r}", "Leave one out.")
        )
    fill = {} if mode != "constant" or constant_values is None else {"constant_values": constant_values}
    return jnp.pad(array(x), pad_width, mode=mode, **fill)
