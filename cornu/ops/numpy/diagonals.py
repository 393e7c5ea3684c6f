"""Diagonals and triangles of matrices."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from cornu.core.op import op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import arranged, rows_with_rank, shape_of, shaped, unchanged
from cornu.ops.tensor import Tensor, array, axes_of


@op
def diag(x: Tensor, k: int = 0) -> Tensor:
    """A vector put on the diagonal ``k`` above the main one of a matrix; of a matrix, that diagonal.

    Example:
        >>> diag([1, 2]).tolist(), diag([[1, 2], [3, 4]]).tolist()
        ([[1, 0], [0, 2]], [1, 4])
    """
    return jnp.diag(array(x), k)


@op
def diagflat(x: Tensor, k: int = 0) -> Tensor:
    """All elements on the diagonal ``k`` above the main one of a matrix."""
    return jnp.diagflat(array(x), k)


def _batched_planes(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> bool:
    return 0 not in axes_of((axis1, axis2), np.ndim(x))


@op(rows=_batched_planes)
def diagonal(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonals ``offset`` above the main ones of the matrices that lie in two axes, along a new last axis."""
    return jnp.diagonal(array(x), offset, axis1, axis2)


def _traced(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> SymbolicShape:
    shape = shape_of(x)
    return tuple(d for i, d in enumerate(shape) if i not in axes_of((axis1, axis2), len(shape)))


@op(spec_rule=shaped(_traced), rows=_batched_planes)
def trace(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sums of those diagonals: ``sum(diagonal(x, offset, axis1, axis2), -1)``."""
    return jnp.trace(array(x), offset, axis1, axis2)


@op(spec_rule=arranged(unchanged), rows=rows_with_rank(3))
def tril(x: Tensor, k: int = 0) -> Tensor:
    """``x`` with 0 above the diagonal ``k`` above the main one of its last two axes.

    Example:
        >>> tril([[1, 2], [3, 4]]).tolist()
        [[1, 0], [3, 4]]
    """
    return jnp.tril(array(x), k)


@op(spec_rule=arranged(unchanged), rows=rows_with_rank(3))
def triu(x: Tensor, k: int = 0) -> Tensor:
    """``x`` with 0 below the diagonal ``k`` above the main one of its last two axes."""
    return jnp.triu(array(x), k)
