"""Order and counts: sorting, quantiles, histograms, correlation."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import spec
from cornu.core.op import op
from cornu.core.spec import KerasTensor, SymbolicShape
from cornu.ops.rules import arranged, reduced, rows_along, shape_of, shaped, total, unchanged
from cornu.ops.tensor import Axis, Tensor, array, arrays, is_constant, static_axis


@op(spec_rule=arranged(unchanged), rows=rows_along("axis", default=-1))
def sort(x: Tensor, axis: int = -1) -> Tensor:
    """``x`` in rising order along an axis."""
    return jnp.sort(array(x), axis=axis)


def _sorted_indices(x: Tensor, axis: int | None = -1) -> SymbolicShape:
    return (total(shape_of(x)),) if axis is None else shape_of(x)


@op(spec_rule=shaped(_sorted_indices), rows=rows_along("axis", default=-1))
def argsort(x: Tensor, axis: int | None = -1) -> Tensor:
    """The indices that put ``x`` in rising order along an axis (None: flattened), equals in their order; int32.

    Example:
        >>> argsort([30, 10, 20]).tolist()
        [1, 2, 0]
    """
    return jnp.argsort(array(x), axis=axis)


@op(spec_rule=lambda f, x, kth, axis=-1: KerasTensor(shape_of(x), "int32"), rows=rows_along("axis", 2, -1))
def argpartition(x: Tensor, kth: int, axis: int = -1) -> Tensor:
    """Indices after which the ``kth`` element along an axis is in its sorted place, smaller ones before it."""
    return jnp.argpartition(array(x), kth, axis)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def median(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The middle of the sorted elements along axes, the mean of two if their number is even."""
    return jnp.median(array(x), axis=static_axis(axis), keepdims=keepdims)


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def nanmedian(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The median along axes of what is not NaN."""
    return jnp.nanmedian(array(x), axis=static_axis(axis), keepdims=keepdims)


def _at_levels(
    x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> SymbolicShape:
    return (*shape_of(q), *reduced(x, axis, keepdims))


def _rows_of_levels(x: Tensor, q: Tensor, axis: Axis = None, *_: Any, **__: Any) -> bool:
    return np.ndim(q) == 0 and is_constant(q) and rows_along("axis", 2)(x, q, axis)


@op(spec_rule=shaped(_at_levels), rows=_rows_of_levels)
def quantile(x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The value below which a part ``q`` of the elements along axes lies.

    Args:
        q: from 0 to 1; an array gives the result its axes as first ones.
        method: between two elements: "linear", "lower", "higher", "midpoint" or "nearest".

    Example:
        >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5).tolist()
        2.5
    """
    return jnp.quantile(_float(x), jnp.asarray(q), axis=static_axis(axis), method=method, keepdims=keepdims)


@op(spec_rule=shaped(_at_levels), rows=_rows_of_levels)
def nanquantile(x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """``quantile`` of what is not NaN."""
    return jnp.nanquantile(_float(x), jnp.asarray(q), axis=static_axis(axis), method=method, keepdims=keepdims)


@op(spec_rule=shaped(_at_levels), rows=_rows_of_levels)
def percentile(x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """``quantile(x, q / 100)``."""
    return jnp.percentile(_float(x), jnp.asarray(q), axis=static_axis(axis), method=method, keepdims=keepdims)


@op(spec_rule=shaped(_at_levels), rows=_rows_of_levels)
def nanpercentile(x: Tensor, q: Tensor, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """``percentile`` of what is not NaN."""
    return jnp.nanpercentile(_float(x), jnp.asarray(q), axis=static_axis(axis), method=method, keepdims=keepdims)


def _float(x: Tensor) -> Tensor:
    x = jnp.asarray(x)
    return x.astype(jnp.float32) if x.dtype == bool else x


@op(
    spec_rule=shaped(lambda sorted_sequence, values, side="left": shape_of(values)),
    rows=lambda sorted_sequence, *_, **__: is_constant(sorted_sequence),
)
def searchsorted(sorted_sequence: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """Where to insert values so that a sequence stays sorted: before equals ("left") or after ("right").

    Example:
        >>> searchsorted([1, 3, 5], [2, 5]).tolist()
        [1, 2]
    """
    return jnp.searchsorted(*arrays(sorted_sequence, values), side=side)


@op(spec_rule=shaped(unchanged), rows=lambda x, bins: is_constant(bins))
def digitize(x: Tensor, bins: Tensor) -> Tensor:
    """The number of bin edges at or below each element, for rising edges.

    Example:
        >>> digitize([0.5, 1.5, 9.0], [0.0, 1.0, 2.0]).tolist()
        [1, 2, 3]
    """
    return jnp.digitize(*arrays(x, bins))


@op(
    spec_rule=lambda f, x, bins=10, range=None: (
        KerasTensor((bins,), spec.spec_of(x).dtype),
        KerasTensor((bins + 1,), spec.spec_of(x).dtype),
    )
)
def histogram(x: Tensor, bins: int = 10, range: Any = None) -> tuple[Tensor, Tensor]:
    """How many elements fall into each of equally wide bins, and the edges of those.

    Args:
        range: (lowest, highest) edge; the extremes of x if None.

    Example:
        >>> counts, edges = histogram([1.0, 2.0, 2.5], bins=2)
        >>> counts.tolist(), edges.tolist()
        ([1.0, 2.0], [1.0, 1.75, 2.5])
    """
    return jnp.histogram(jnp.asarray(x), bins=bins, range=range)


@op(
    spec_rule=lambda f, x, weights=None, *_, **__: KerasTensor(
        (*shape_of(x)[:-1], None), "int32" if weights is None else spec.spec_of(weights).dtype
    )
)
def bincount(x: Tensor, weights: Tensor = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """How often each int from 0 occurs, or the sum of its weights; each row of a matrix by itself.

    Args:
        x: ints from 0, (n,) or (batch, n).
        minlength: size of the result at least; it grows to hold the largest int of x.

    Example:
        >>> bincount([1, 2, 2]).tolist()
        [0, 1, 2]
    """
    x = jnp.asarray(x)
    weights = None if weights is None else jnp.asarray(weights)
    if x.ndim == 1:
        return jnp.bincount(x, weights, minlength=minlength)
    length = minlength if is_constant(x) is False else max(minlength, int(x.max()) + 1 if x.size else 0)
    hits = jnp.equal(x[..., None], jnp.arange(length))
    values = hits.astype("int32") if weights is None else jnp.where(hits, weights[..., None], 0)
    return jnp.sum(values, axis=-2)


@op
def corrcoef(x: Tensor) -> Tensor:
    """Pearson's correlation of each row of ``x`` with each other."""
    return jnp.corrcoef(array(x))


@op
def correlate(x1: Tensor, x2: Tensor, mode: str = "valid") -> Tensor:
    """The cross-correlation ``y[k] = sum_n x1[n + k] x2[n]`` of two vectors.

    Args:
        mode: "valid": where they overlap wholly; "same": as long as the longer one; "full".

    Example:
        >>> correlate([1, 2, 3], [0, 1]).tolist()
        [2.0, 3.0]
    """
    return jnp.correlate(*arrays(x1, x2), mode=mode)


def _unique(
    function: Any,
    x: Tensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    shape = shape_of(x)
    values = (size,) if axis is None else tuple(size if i == axis % len(shape) else d for i, d in enumerate(shape))
    inverse = shape if axis is None else (shape[axis],)
    extras = [((size,), return_index), (inverse, return_inverse), ((size,), return_counts)]
    result = [KerasTensor(values, spec.spec_of(x).dtype), *(KerasTensor(s, "int32") for s, wanted in extras if wanted)]
    return tuple(result) if len(result) > 1 else result[0]


@op(spec_rule=_unique)
def unique(
    x: Tensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements in rising order, or the different slices along an axis.

    Args:
        sorted: the order is rising in either case.
        return_index: also where each occurs first.
        return_inverse: also for each element of x which of the different ones it is.
        return_counts: also how often each occurs.
        size: how many to return; needed in compiled code.
        fill_value: what fills up to ``size``; the smallest element if None.

    Example:
        >>> unique([3, 1, 1]).tolist()
        [1, 3]
    """
    return jnp.unique(
        jnp.asarray(x), return_index, return_inverse, return_counts, axis, size=size, fill_value=fill_value
    )


def vectorize(pyfunc: Any, *, excluded: Any = None, signature: str | None = None) -> Any:
    """A function of single elements (or of the core axes in ``signature``) made one of whole arrays.

    Example:
        >>> vectorize(lambda a, b: a + b)(np.array([1, 2]), 3).tolist()
        [4, 5]
    """
    return jnp.vectorize(pyfunc, excluded=excluded or (), signature=signature)
