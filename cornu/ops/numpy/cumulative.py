"""Running sums and products along an axis, and differences."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.allowance import ROUNDS_OF_AN_OPERATION, bounded
from cornu.core.op import op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import reduced, rows_along, shape_of, shaped, total
from cornu.ops.tensor import Tensor, array


def _running(x: Tensor, axis: int | None = None, dtype: Any = None) -> SymbolicShape:
    shape = shape_of(x)
    return (total(shape),) if axis is None else shape


@op(spec_rule=shaped(_running), rows=rows_along("axis"))
def cumsum(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """``y[i] = x[0] + ... + x[i]`` along an axis; None: of the flattened array.

    Example:
        >>> cumsum([1, 2, 3]).tolist()
        [1, 3, 6]
    """
    return jnp.cumsum(array(x), axis=axis, dtype=dtype)


@op(spec_rule=shaped(_running), rows=rows_along("axis"))
def cumprod(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """``y[i] = x[0] ... x[i]`` along an axis; None: of the flattened array."""
    return jnp.cumprod(array(x), axis=axis, dtype=dtype)


@op(spec_rule=shaped(_running), rows=rows_along("axis"))
def nancumsum(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """``cumsum`` with NaN counting as 0."""
    return jnp.nancumsum(array(x), axis=axis, dtype=dtype)


@op(spec_rule=shaped(_running), rows=rows_along("axis"))
def nancumprod(x: Tensor, axis: int | None = None, dtype: Any = None) -> Tensor:
    """``cumprod`` with NaN counting as 1."""
    return jnp.nancumprod(array(x), axis=axis, dtype=dtype)


@op(rows=rows_along("axis", 2, -1))
def diff(a: Tensor, n: int = 1, axis: int = -1) -> Tensor:
    """``y[i] = a[i + 1] - a[i]`` along an axis, done n times.

    Example:
        >>> diff([1, 3, 6]).tolist()
        [2, 3]
    """
    bounded(n * ROUNDS_OF_AN_OPERATION, "diff's n")
    return jnp.diff(array(a), n, axis)


def _area(y: Tensor, x: Tensor = None, dx: float = 1.0, axis: int = -1) -> SymbolicShape:
    return reduced(y, axis)


@op(spec_rule=shaped(_area), rows=rows_along("axis", 3, -1))
def trapezoid(y: Tensor, x: Tensor = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """The area under a line through points: ``sum((y[i] + y[i + 1]) (x[i + 1] - x[i]) / 2)`` along an axis.

    Args:
        y, x: heights and places of the points; at distances ``dx`` if x is None.

    Example:
        >>> trapezoid([1, 2, 3]).tolist()
        4.0
    """
    return jnp.trapezoid(array(y), None if x is None else array(x), dx, axis)
