"""Axes reduced to one number each: sums, means, extremes, and where they are."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.op import op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import reduced, rows_along, shaped
from cornu.ops.tensor import Axis, Tensor, array, static_axis


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def sum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The sum along axes; None takes all. Small ints and bools add up in int32.

    Example:
        >>> sum([[1, 2], [3, 4]], axis=0).tolist()
        [4, 6]
    """
    return jnp.sum(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def prod(x: Tensor, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product along axes; None takes all."""
    return jnp.prod(array(x), axis=static_axis(axis), keepdims=keepdims, dtype=dtype)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def mean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean along axes; None takes all. A float also for ints."""
    return jnp.mean(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def var(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The variance ``mean((x - mean(x)) ** 2)`` along axes; None takes all."""
    return jnp.var(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def std(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The standard deviation ``sqrt(var(x))`` along axes."""
    return jnp.std(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def max(x: Tensor, axis: Axis = None, keepdims: bool = False, initial: Tensor = None) -> Tensor:
    """The largest element along axes; with ``initial``, at least that.

    Example:
        >>> max([[1, 5], [3, 2]], axis=1).tolist()
        [5, 3]
    """
    return jnp.max(array(x), axis=static_axis(axis), keepdims=keepdims, initial=initial)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def min(x: Tensor, axis: Axis = None, keepdims: bool = False, initial: Tensor = None) -> Tensor:
    """The smallest element along axes; with ``initial``, at most that."""
    return jnp.min(array(x), axis=static_axis(axis), keepdims=keepdims, initial=initial)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def amax(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element along axes: ``max`` by another name."""
    return jnp.max(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def amin(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The smallest element along axes: ``min`` by another name."""
    return jnp.min(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def ptp(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest minus the smallest element along axes."""
    return jnp.ptp(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def all(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether all elements along axes are true (not 0)."""
    return jnp.all(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def any(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether any element along axes is true (not 0)."""
    return jnp.any(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def argmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Where the largest element is along an axis, the first of equals, int32; None: in the flattened array."""
    return jnp.argmax(array(x), axis=axis, keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def argmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Where the smallest element is along an axis, the first of equals, int32; None: in the flattened array."""
    return jnp.argmin(array(x), axis=axis, keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def count_nonzero(x: Tensor, axis: Axis = None) -> Tensor:
    """How many elements along axes are not 0, int32."""
    return jnp.count_nonzero(array(x), axis=static_axis(axis))


def _average_shape(x: Tensor, axis: Axis = None, weights: Tensor = None) -> SymbolicShape:
    return reduced(x, axis)


@op(spec_rule=shaped(_average_shape), rows=rows_along("axis"))
def average(x: Tensor, axis: Axis = None, weights: Tensor = None) -> Tensor:
    """``sum(w x) / sum(w)`` along axes; equal weights if None.

    Example:
        >>> average([1.0, 3.0], weights=[3, 1]).tolist()
        1.5
    """
    return jnp.average(array(x), axis=static_axis(axis), weights=None if weights is None else array(weights))
