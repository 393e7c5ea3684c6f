"""Reductions that pass over NaN."""

from __future__ import annotations

import jax.numpy as jnp

from cornu.core.op import op
from cornu.ops.rules import reduced, rows_along, shaped
from cornu.ops.tensor import Axis, Tensor, array, static_axis


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nansum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The sum along axes, NaN counting as 0."""
    return jnp.nansum(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanprod(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The product along axes, NaN counting as 1."""
    return jnp.nanprod(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanmean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean along axes of what is not NaN."""
    return jnp.nanmean(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanvar(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The variance along axes of what is not NaN."""
    return jnp.nanvar(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanstd(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The standard deviation along axes of what is not NaN."""
    return jnp.nanstd(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanmax(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element along axes that is not NaN."""
    return jnp.nanmax(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanmin(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The smallest element along axes that is not NaN."""
    return jnp.nanmin(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanargmax(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Where the largest element that is not NaN is along an axis; -1 where all are NaN."""
    return jnp.nanargmax(array(x), axis=axis, keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanargmin(x: Tensor, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Where the smallest element that is not NaN is along an axis; -1 where all are NaN."""
    return jnp.nanargmin(array(x), axis=axis, keepdims=keepdims)
