"""Linear algebra on the matrices in the last two axes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.core.spec import SymbolicShape
from cornu.core.variable import Variable
from cornu.ops.rules import constant_or_batched, rows_with_rank, shape_of, shaped
from cornu.ops.special import float_array
from cornu.ops.tensor import Axis, Tensor, arrays, axes_of, static_axis

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "jvp",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "solve",
    "solve_triangular",
    "svd",
]
_batched = rows_with_rank(3)


def _matrix(x: Tensor, what: str, square: bool = False) -> jax.Array:
    x = float_array(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "square matrices (..., n, n)" if square else "matrices (..., n, m)"
        raise ShapeError(explain(what, kind, f"shape {show_shape(x.shape)}", "Reshape the tensor."))
    return x


@op(rows=_batched)
def cholesky(x: Tensor, upper: bool = False) -> Tensor:
    """The lower triangular L with ``x = L L^T`` of symmetric positive definite ``x``; its transpose if ``upper``.

    Example:
        >>> cholesky([[4.0, 2.0], [2.0, 2.0]]).tolist()
        [[2.0, 0.0], [1.0, 1.0]]
    """
    return jnp.linalg.cholesky(_matrix(x, "cholesky", True), upper=upper)


@op(rows=_batched)
def cholesky_inverse(x: Tensor, upper: bool = False) -> Tensor:
    """``(L L^T)^-1`` of a Cholesky factor L: lower triangular, or upper (``(U^T U)^-1``) if ``upper``."""
    factor = _matrix(x, "cholesky_inverse", True)
    unit = jnp.broadcast_to(jnp.eye(factor.shape[-1], dtype=factor.dtype), factor.shape)
    inverse = jax.lax.linalg.triangular_solve(factor, unit, left_side=True, lower=not upper)
    flipped = jnp.swapaxes(inverse, -1, -2)
    return inverse @ flipped if upper else flipped @ inverse


@op(rows=_batched)
def det(x: Tensor) -> Tensor:
    """The determinant of each matrix."""
    return jnp.linalg.det(_matrix(x, "det", True))


@op(rows=_batched)
def logdet(x: Tensor) -> Tensor:
    """``log(det(x))`` of symmetric positive definite ``x``, by its Cholesky factor."""
    factor = jnp.linalg.cholesky(_matrix(x, "logdet", True))
    return 2 * jnp.sum(jnp.log(jnp.diagonal(factor, axis1=-2, axis2=-1)), -1)


@op(rows=_batched)
def slogdet(x: Tensor) -> tuple[Tensor, Tensor]:
    """The sign of the determinant of each matrix, and the logarithm of its magnitude."""
    sign, logarithm = jnp.linalg.slogdet(_matrix(x, "slogdet", True))
    return sign, logarithm


@op(rows=_batched)
def eig(x: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and, in columns, eigenvectors; both complex. On the CPU only, as in JAX."""
    values, vectors = jnp.linalg.eig(_matrix(x, "eig", True))
    return values, vectors


@op(rows=_batched)
def eigh(x: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues, rising, and eigenvectors in columns, of symmetric (Hermitian) matrices.

    Example:
        >>> eigh([[2.0, 0.0], [0.0, 1.0]])[0].tolist()
        [1.0, 2.0]
    """
    values, vectors = jnp.linalg.eigh(_matrix(x, "eigh", True))
    return values, vectors


@op(rows=_batched)
def inv(x: Tensor) -> Tensor:
    """The inverse of each matrix."""
    return jnp.linalg.inv(_matrix(x, "inv", True))


@op(rows=_batched)
def pinv(x: Tensor, rcond: float | None = None) -> Tensor:
    """Moore and Penrose's inverse of each matrix; singular values below ``rcond`` times the largest count as 0."""
    return jnp.linalg.pinv(_matrix(x, "pinv"), rtol=rcond)


@op(rows=_batched)
def lu_factor(x: Tensor) -> tuple[Tensor, Tensor]:
    """L below and U on and above the diagonal of one matrix, ``P x = L U``, and the row exchanges that make up P."""
    lu, pivots, _ = jax.lax.linalg.lu(_matrix(x, "lu_factor"))
    return lu, pivots


@op(rows=_batched)
def matrix_rank(x: Tensor, tol: float | None = None) -> Tensor:
    """How many singular values are above ``tol``; a tolerance by size and precision if None."""
    x = _matrix(x, "matrix_rank")
    return jnp.sum(jnp.linalg.svd(x, compute_uv=False) > tol, -1) if tol is not None else jnp.linalg.matrix_rank(x)


def _normed(x: Tensor, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> SymbolicShape:
    shape = shape_of(x)
    axes = axes_of(axis, len(shape))
    if keepdims:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def _norm_rows(x: Tensor, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> bool:
    return axis is not None and 0 not in axes_of(axis, np.ndim(x))


@op(spec_rule=shaped(_normed), rows=_norm_rows)
def norm(x: Tensor, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The norm of vectors along an axis, or of matrices in two.

    Args:
        ord: vectors: p of ``sum(|x| ** p) ** (1 / p)``, inf, -inf, 0. Matrices: 1, -1, 2, -2, inf, -inf, "fro", "nuc".
            None is 2 for vectors, "fro" for matrices.
        axis: None with ``ord`` None takes all elements as one vector.

    Example:
        >>> norm([3.0, 4.0]).tolist()
        5.0
    """
    return jnp.linalg.norm(float_array(x), ord=ord, axis=static_axis(axis), keepdims=keepdims)


@op(rows=_batched)
def qr(x: Tensor, mode: str = "reduced") -> tuple[Tensor, Tensor]:
    """``x = Q R``: orthonormal columns, and an upper triangle; square Q if mode is "complete"."""
    if mode not in ("reduced", "complete"):
        raise ValueError(explain("qr", "mode 'reduced' or 'complete'", repr(mode), "Choose one."))
    q, r = jnp.linalg.qr(_matrix(x, "qr"), mode)
    return q, r


@op(rows=_batched)
def svd(x: Tensor, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """``x = U diag(s) V``: singular values s fall; s alone without ``compute_uv``.

    Args:
        full_matrices: square U and V; else as many columns and rows as there are singular values.
    """
    result = jnp.linalg.svd(_matrix(x, "svd"), full_matrices, compute_uv)
    return tuple(result) if compute_uv else result


@op(rows=constant_or_batched)
def solve(a: Tensor, b: Tensor) -> Tensor:
    """The ``x`` with ``a x = b``.

    Shapes:
        a: (..., n, n).
        b: (..., n, m), or vectors (..., n).

    Example:
        >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()
        [1.0, 0.5]
    """
    a, b = _matrix(a, "solve", True), float_array(b)
    if b.ndim == a.ndim - 1:
        return jnp.squeeze(jnp.linalg.solve(a, b[..., None]), -1)
    return jnp.linalg.solve(a, b)


@op(rows=constant_or_batched)
def solve_triangular(a: Tensor, b: Tensor, lower: bool = False) -> Tensor:
    """The ``x`` with ``a x = b`` for a triangle ``a``, upper unless ``lower``; its other half is not read."""
    a, b = _matrix(a, "solve_triangular", True), float_array(b)
    vector = b.ndim == a.ndim - 1
    b = b[..., None] if vector else b
    batch = jnp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (jnp.broadcast_to(v, (*batch, *v.shape[-2:])) for v in (a, b))
    x = jax.lax.linalg.triangular_solve(a, b, left_side=True, lower=lower)
    return jnp.squeeze(x, -1) if vector else x


@op
def lstsq(a: Tensor, b: Tensor, rcond: float | None = None) -> Tensor:
    """The ``x`` with the smallest ``|a x - b|``, and of these the shortest.

    Shapes:
        a: (n, m).
        b: (n,) or (n, k).

    Args:
        rcond: singular values below this part of the largest count as 0.
    """
    return jnp.linalg.lstsq(*(float_array(v) for v in arrays(a, b)), rcond=rcond)[0]


def jvp(fun: Any, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """``fun(*primals)`` and its derivative there in the direction of ``tangents``.

    Args:
        fun: of tensors; with ``has_aux`` it returns a pair, the second of which is passed on undifferentiated.

    Example:
        >>> [float(v) for v in jvp(lambda x: x * x, (3.0,), (1.0,))]
        [9.0, 6.0]
    """
    values, directions = ([v.value if isinstance(v, Variable) else v for v in vs] for vs in (primals, tangents))
    return jax.jvp(fun, values, directions, has_aux=has_aux)
