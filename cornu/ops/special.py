"""Error functions, distances, the largest elements, and other mathematics beyond NumPy's names."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import config
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import elementwise, op
from cornu.core.spec import KerasTensor, SymbolicShape
from cornu.ops.rules import reduced, rows_along, rows_with_rank, same_size, shape_of, shaped
from cornu.ops.tensor import Axis, Tensor, arrays, static_axis


def float_array(x: Tensor) -> jax.Array:
    """An array of floats (or complex numbers): ints and bools become the default float."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(config.floatx())


@op(spec_rule=elementwise)
def erf(x: Tensor) -> Tensor:
    """The error function ``2 / sqrt(pi) * integral of exp(-t ** 2) from 0 to x``."""
    return jax.lax.erf(float_array(x))


@op(spec_rule=elementwise)
def erfc(x: Tensor) -> Tensor:
    """``1 - erf(x)``, exact for large x."""
    return jax.lax.erfc(float_array(x))


@op(spec_rule=elementwise)
def erfinv(x: Tensor) -> Tensor:
    """The number whose error function is ``x``."""
    return jax.lax.erf_inv(float_array(x))


@op(spec_rule=elementwise)
def rsqrt(x: Tensor) -> Tensor:
    """``1 / sqrt(x)``."""
    return jax.lax.rsqrt(float_array(x))


@op(spec_rule=shaped(reduced), rows=rows_along("axis"))
def logsumexp(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """``log(sum(exp(x)))`` along axes without overflow; None takes all.

    Example:
        >>> logsumexp([1000.0, 1000.0]).tolist()
        1000.693
    """
    return jax.nn.logsumexp(float_array(x), axis=static_axis(axis), keepdims=keepdims)


def _largest(function: Any, x: Tensor, k: int, sorted: bool = True) -> list[KerasTensor]:
    shape = (*shape_of(x)[:-1], k)
    return [KerasTensor(shape, x.dtype), KerasTensor(shape, "int32")]


@op(spec_rule=_largest, rows=rows_with_rank(2))
def top_k(x: Tensor, k: int, sorted: bool = True) -> list[Tensor]:
    """The k largest elements of each row, falling, and where they are.

    Args:
        sorted: they fall in either case.

    Example:
        >>> [a.tolist() for a in top_k([1, 3, 2], 2)]
        [[3, 2], [1, 2]]
    """
    return list(jax.lax.top_k(jnp.asarray(x), k))


@op(spec_rule=lambda f, targets, predictions, k: KerasTensor(shape_of(targets), "bool"), rows=True)
def in_top_k(targets: Tensor, predictions: Tensor, k: int) -> Tensor:
    """Whether each target class is among the k highest predictions of its row; ties count as among.

    Shapes:
        targets: (batch,), int.
        predictions: (batch, classes).

    Example:
        >>> in_top_k([1, 0], [[0.1, 0.9], [0.1, 0.9]], 1).tolist()
        [True, False]
    """
    targets, predictions = jnp.asarray(targets), jnp.asarray(predictions)
    own = jnp.take_along_axis(predictions, targets[..., None].astype("int32"), axis=-1)
    lowest = jax.lax.top_k(predictions, k)[0][..., -1:]
    return jnp.squeeze(own >= lowest, -1)


def _distances(x: Tensor, y: Tensor) -> SymbolicShape:
    a, b = shape_of(x), shape_of(y)
    if len(a) < 2 or len(b) < 2:
        raise ShapeError(explain("cdist", "tensors (..., n, size)", show_shape([a, b]), "Use expand_dims."))
    same_size(a[-1], b[-1], "cdist", [a, b])
    return (*a[:-1], b[-2])


@op(spec_rule=shaped(_distances))
def cdist(x: Tensor, y: Tensor) -> Tensor:
    """Euclid's distance of each row of ``x`` from each of ``y``; gradients at distance 0 are 0.

    Shapes:
        x, y: (..., n, size), (..., m, size).
        result: (..., n, m).

    Example:
        >>> cdist([[0.0, 0.0]], [[3.0, 4.0]]).tolist()
        [[5.0]]
    """
    x, y = (float_array(v) for v in arrays(x, y))
    square = jnp.sum(jnp.square(x[..., :, None, :] - y[..., None, :, :]), axis=-1)
    apart = square > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, square, 1)), 0)


def _complex(function: Any, x: Tensor) -> KerasTensor:
    same_size(shape_of(x)[-1], 2, "view_as_complex", [shape_of(x)])
    return KerasTensor(shape_of(x)[:-1], "complex64")


@op(spec_rule=_complex, rows=rows_with_rank(2))
def view_as_complex(x: Tensor) -> Tensor:
    """Complex numbers of (real, imaginary) pairs along the last axis."""
    x = jnp.asarray(x)
    same_size(x.shape[-1], 2, "view_as_complex", [x.shape])
    return jax.lax.complex(x[..., 0], x[..., 1])


@op(spec_rule=lambda f, x: KerasTensor((*shape_of(x), 2), "float32"), rows=True)
def view_as_real(x: Tensor) -> Tensor:
    """Complex numbers as (real, imaginary) pairs along a new last axis."""
    x = jnp.asarray(x)
    return jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1)
