"""What functions here take and return, and how anything becomes an array."""

from __future__ import annotations

from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from cornu.core.allowance import bounded

# jax.Array, Variable, np.ndarray, number, or nested lists of numbers; or KerasTensor, and then so is the result.
Tensor: TypeAlias = Any
Axis: TypeAlias = int | tuple[int, ...] | list[int] | None
Shape: TypeAlias = Any  # sizes; an int stands for one axis where NumPy allows it


def array(x: Any) -> Any:
    """An array of anything that is one. Python's numbers stay: they are weak, and take the other side's dtype."""
    if isinstance(x, (jax.Array, bool, int, float, complex)):
        return x
    return jnp.asarray(x)


def arrays(*xs: Any) -> list[Any]:
    """``array`` of each."""
    return [array(x) for x in xs]


def is_constant(x: Any) -> bool:
    """Whether a value is known while a graph is traced, hence the same for every row of a batch."""
    return not isinstance(x, Tracer)


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """An axis argument as indices from 0; None is all axes."""
    if axis is None:
        return tuple(range(rank))
    given = (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
    if len(given) > 1:
        bounded(len(given), "the number of axes")
    for a in given:
        if not -rank <= a < rank:
            raise ValueError(f"axis {a} is out of bounds for an array of {rank} axes")
    return tuple(int(a) % rank for a in given)


def static_axis(axis: Axis) -> int | tuple[int, ...] | None:
    """An axis argument in the form that jax.numpy takes."""
    return tuple(axis) if isinstance(axis, list) else axis
