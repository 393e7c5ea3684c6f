"""Parts of arrays read and written at places known only when the program runs."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import spec
from cornu.core.allowance import ROUNDS_OF_AN_OPERATION, bounded
from cornu.core.errors import ShapeError, explain
from cornu.core.op import op
from cornu.core.spec import KerasTensor, SymbolicShape
from cornu.ops.rules import arranged, rows_along, shape_of, unchanged
from cornu.ops.tensor import Shape, Tensor, array, axes_of


@op(spec_rule=lambda f, indices, values, shape: KerasTensor(shape, spec.spec_of(values).dtype))
def scatter(indices: Tensor, values: Tensor, shape: Shape) -> Tensor:
    """Zeros of a shape with values added at indices.

    Shapes:
        indices: (..., n), int, for the first n axes of the result.
        values: indices' first axes, then the result's axes after those n.

    Example:
        >>> scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (4,)).tolist()
        [1.0, 0.0, 5.0, 0.0]
    """
    values = jnp.asarray(values)
    return jnp.zeros(tuple(shape), values.dtype).at[_places(indices)].add(values)


def _places(indices: Tensor) -> tuple[Any, ...]:
    indices = jnp.asarray(indices)
    return tuple(jnp.moveaxis(indices, -1, 0))


@op(spec_rule=arranged(unchanged))
def scatter_update(inputs: Tensor, indices: Tensor, updates: Tensor, reduction: str | None = None) -> Tensor:
    """``inputs`` with updates at indices.

    Args:
        indices: (..., n), int, for the first n axes.
        updates: indices' first axes, then the inputs' axes after those n.
        reduction: None replaces; "add", "mul", "min" or "max" combines with what is there.

    Example:
        >>> scatter_update(jnp.zeros(3), [[1]], [5.0]).tolist()
        [0.0, 5.0, 0.0]
    """
    inputs = jnp.asarray(inputs)
    place = inputs.at[_places(indices)]
    change = {None: place.set, "add": place.add, "mul": place.mul, "max": place.max, "min": place.min}.get(reduction)
    if change is None:
        raise ValueError(
            explain("scatter_update", "reduction None, 'add', 'mul', 'min' or 'max'", repr(reduction), "Choose one.")
        )
    return change(jnp.asarray(updates).astype(inputs.dtype))


@op(spec_rule=arranged(lambda inputs, start_indices, shape: _slice_shape(inputs, shape)))
def slice(inputs: Tensor, start_indices: Any, shape: Shape) -> Tensor:
    """A block of a given shape that begins at given indices, one for each axis.

    Example:
        >>> slice([[1, 2], [3, 4]], (1, 0), (1, 2)).tolist()
        [[3, 4]]
    """
    inputs = jnp.asarray(inputs)
    starts = [int(s) if isinstance(s, (int, np.integer)) else s for s in start_indices]
    sizes = [inputs.shape[i] - int(starts[i]) if s == -1 else s for i, s in enumerate(shape)]
    return jax.lax.dynamic_slice(inputs, starts, sizes)


def _slice_shape(inputs: Tensor, shape: Shape) -> SymbolicShape:
    return tuple(None if s == -1 else s for s, _ in zip(shape, shape_of(inputs), strict=True))


@op(spec_rule=arranged(unchanged))
def slice_update(inputs: Tensor, start_indices: Any, updates: Tensor) -> Tensor:
    """``inputs`` with a block replaced that begins at given indices, one for each axis.

    Example:
        >>> slice_update([1, 2, 3], (1,), [9]).tolist()
        [1, 9, 3]
    """
    inputs, updates = jnp.asarray(inputs), jnp.asarray(updates)
    return jax.lax.dynamic_update_slice(inputs, updates.astype(inputs.dtype), list(start_indices))


def _unstacked(function: Any, x: Tensor, num: int | None = None, axis: int = 0) -> list[KerasTensor]:
    shape = shape_of(x)
    (place,) = axes_of(axis, len(shape))
    size = num if num is not None else shape[place]
    if not spec.is_known(size):
        raise ShapeError(
            explain("unstack", "a known size on its axis", f"shape {shape}, axis {axis}", "Pass num=, how many.")
        )
    bounded(int(size) * ROUNDS_OF_AN_OPERATION, "unstack's num")  # type: ignore[arg-type]  # known
    return [KerasTensor((*shape[:place], *shape[place + 1 :]), spec.spec_of(x).dtype) for _ in range(int(size))]  # type: ignore[arg-type]  # known


@op(spec_rule=_unstacked, rows=rows_along("axis", 2, 0))
def unstack(x: Tensor, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices along an axis, which they lack, as a list.

    Args:
        num: how many there are, where the size is not known.

    Example:
        >>> [s.tolist() for s in unstack([[1, 2], [3, 4]])]
        [[1, 2], [3, 4]]
    """
    x = jnp.asarray(array(x))
    return [jnp.squeeze(part, axis) for part in jnp.split(x, x.shape[axis], axis)]
