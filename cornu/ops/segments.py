"""Reductions over the parts of an array that a vector of ids tells apart."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from cornu.core.op import op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import shape_of, shaped
from cornu.ops.tensor import Tensor, is_constant


def _segmented(
    data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False
) -> SymbolicShape:
    return (num_segments, *shape_of(data)[1:])


def _reduce(
    function: Callable[..., jax.Array], data: Tensor, segment_ids: Tensor, num_segments: int | None, sorted: bool
) -> jax.Array:
    data, ids = jnp.asarray(data), jnp.asarray(segment_ids)
    if num_segments is None:
        if not is_constant(ids):
            raise ValueError(
                "A segment reduction in compiled code needs num_segments, since shapes are fixed there; got None. "
                "Pass how many there are."
            )
        num_segments = int(ids.max()) + 1 if ids.size else 0
    return function(data, ids, num_segments, indices_are_sorted=sorted)


@op(spec_rule=shaped(_segmented))
def segment_sum(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """``y[i]`` is the sum of those slices of ``data`` whose id is i; 0 where there is none.

    Shapes:
        data: (n, ...).
        segment_ids: (n,), int; slices with an id out of bounds are left out.
        result: (num_segments, ...).

    Args:
        num_segments: the largest id plus 1 if None, which compiled code cannot know.
        sorted: the ids rise, which is faster.

    Example:
        >>> segment_sum([1, 2, 3], [0, 0, 1]).tolist()
        [3, 3]
    """
    return _reduce(jax.ops.segment_sum, data, segment_ids, num_segments, sorted)


@op(spec_rule=shaped(_segmented))
def segment_prod(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """As ``segment_sum``, the products; 1 where there is no slice."""
    return _reduce(jax.ops.segment_prod, data, segment_ids, num_segments, sorted)


@op(spec_rule=shaped(_segmented))
def segment_max(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """As ``segment_sum``, the largest elements; the dtype's lowest value where there is no slice."""
    return _reduce(jax.ops.segment_max, data, segment_ids, num_segments, sorted)


@op(spec_rule=shaped(_segmented))
def segment_min(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """As ``segment_sum``, the smallest elements; the dtype's highest value where there is no slice."""
    return _reduce(jax.ops.segment_min, data, segment_ids, num_segments, sorted)
