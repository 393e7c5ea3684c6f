"""Moments, and tensors brought to mean 0, variance 1 or norm 1."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import config
from cornu.core.errors import explain
from cornu.core.op import op
from cornu.core.spec import KerasTensor
from cornu.ops.rules import reduced, rows_along, shaped, unchanged
from cornu.ops.tensor import Axis, Tensor, axes_of, is_constant


def _moments(function: Any, x: Tensor, axes: Axis, keepdims: bool = False, synchronized: bool = False) -> Any:
    return tuple(KerasTensor(reduced(x, axes, keepdims), x.dtype) for _ in range(2))


@op(spec_rule=_moments, rows=rows_along("axes"))
def moments(x: Tensor, axes: Axis, keepdims: bool = False, synchronized: bool = False) -> tuple[Tensor, Tensor]:
    """The mean and the variance ``mean((x - mean) ** 2)`` along axes; 16-bit floats are summed in float32.

    Args:
        synchronized: accepted; a batch laid out over several devices is one array here, its moments are always global.

    Example:
        >>> [m.tolist() for m in moments([[1.0, 3.0]], axes=1)]
        [[2.0], [1.0]]
    """
    x = jnp.asarray(x)
    half = x.dtype in (jnp.float16, jnp.bfloat16)
    wide = x.astype(jnp.float32) if half else x
    over = axes_of(axes, x.ndim)
    mean = jnp.mean(wide, over, keepdims=True)
    variance = jnp.mean(jnp.square(wide - jax.lax.stop_gradient(mean)), over, keepdims=True)
    if not keepdims:
        mean, variance = jnp.squeeze(mean, over), jnp.squeeze(variance, over)
    return (_narrow(mean, x.dtype), _narrow(variance, x.dtype)) if half else (mean, variance)


def _narrow(x: jax.Array, dtype: Any) -> jax.Array:
    limit = jnp.finfo(dtype).max
    return jnp.clip(x, -limit, limit).astype(dtype)


def _constants(*values: Tensor) -> bool:
    return all(v is None or is_constant(v) for v in values)


@op(
    spec_rule=shaped(unchanged),
    rows=lambda x, mean, variance, axis, offset=None, scale=None, epsilon=0.001: _constants(
        mean, variance, offset, scale
    ),
)
def batch_normalization(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    axis: int,
    offset: Tensor = None,
    scale: Tensor = None,
    epsilon: float = 0.001,
) -> Tensor:
    """``scale (x - mean) / sqrt(variance + epsilon) + offset`` (Ioffe & Szegedy 2015).

    Shapes:
        mean, variance, offset, scale: (size,), of x's axis ``axis``.
    """
    x = jnp.asarray(x)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]

    def along(v: Tensor) -> jax.Array:
        return jnp.reshape(jnp.asarray(v), shape)

    factor = jax.lax.rsqrt(along(variance) + epsilon)
    if scale is not None:
        factor = factor * along(scale)
    shift = -along(mean) * factor
    if offset is not None:
        shift = shift + along(offset)
    return (x * factor + shift).astype(x.dtype)


def _normalizes_apart(
    x: Tensor, gamma: Tensor = None, beta: Tensor = None, axis: Axis = -1, *_: Any, **__: Any
) -> bool:
    return _constants(gamma, beta) and 0 not in axes_of(axis, np.ndim(x))


@op(spec_rule=shaped(unchanged), rows=_normalizes_apart)
def layer_normalization(
    x: Tensor, gamma: Tensor = None, beta: Tensor = None, axis: Axis = -1, epsilon: float | None = None, **kwargs: Any
) -> Tensor:
    """``gamma (x - mean) / sqrt(variance + epsilon) + beta``, the moments taken along axes (Ba et al. 2016).

    Shapes:
        gamma, beta: x's sizes along ``axis``.

    Args:
        epsilon: ``config.epsilon()`` if None.
        kwargs: none are known; ``rms_scaling`` is ``rms_normalization`` now.
    """
    if kwargs.pop("rms_scaling", False):
        raise ValueError(explain("layer_normalization", "no rms_scaling", "True", "Use rms_normalization."))
    if kwargs:
        raise TypeError(explain("layer_normalization", "its own arguments", ", ".join(kwargs), "Remove the others."))
    x = jnp.asarray(x)
    compute = jnp.promote_types(x.dtype, jnp.float32)
    over = axes_of(axis, x.ndim)
    wide = x.astype(compute)
    mean = jnp.mean(wide, over, keepdims=True)
    variance = jnp.var(wide, over, keepdims=True)
    factor = jax.lax.rsqrt(variance + (config.epsilon() if epsilon is None else epsilon))
    if gamma is not None:
        factor = factor * _along(gamma, x, over, compute)
    result = wide * factor - mean * factor
    if beta is not None:
        result = result + _along(beta, x, over, compute)
    return result.astype(x.dtype)


def _along(weight: Tensor, x: jax.Array, axes: tuple[int, ...], dtype: Any) -> jax.Array:
    weight = jnp.asarray(weight, dtype)
    shape = [d if i in axes else 1 for i, d in enumerate(x.shape)]
    return weight if weight.ndim == x.ndim else jnp.reshape(weight, shape)


def _scales_apart(x: Tensor, scale: Tensor = None, axis: Axis = -1, epsilon: float | None = None) -> bool:
    return _normalizes_apart(x, scale, None, axis)


@op(spec_rule=shaped(unchanged), rows=_scales_apart)
def rms_normalization(x: Tensor, scale: Tensor = None, axis: Axis = -1, epsilon: float | None = None) -> Tensor:
    """``scale x / sqrt(mean(x ** 2) + epsilon)``, the mean taken along axes (Zhang & Sennrich 2019).

    Args:
        epsilon: ``config.epsilon()`` if None.

    Example:
        >>> rms_normalization([3.0, 3.0]).tolist()
        [1.0, 1.0]
    """
    x = jnp.asarray(x)
    compute = jnp.promote_types(x.dtype, jnp.float32)
    over = axes_of(axis, x.ndim)
    wide = x.astype(compute)
    power = jnp.mean(jnp.square(wide), over, keepdims=True)
    result = wide * jax.lax.rsqrt(power + (config.epsilon() if epsilon is None else epsilon))
    if scale is not None:
        result = result * _along(scale, x, over, compute)
    return result.astype(x.dtype)


@op(spec_rule=shaped(unchanged), rows=rows_along("axis", default=-1))
def normalize(x: Tensor, axis: Axis = -1, order: int = 2, epsilon: float | None = None) -> Tensor:
    """``x / norm(x)`` along an axis; 0 stays 0.

    Args:
        order: of the norm, ``sum(|x| ** order) ** (1 / order)``.
        epsilon: the norm is at least this, ``config.epsilon()`` if None.

    Example:
        >>> normalize([3.0, 4.0]).tolist()
        [0.6, 0.8]
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(explain("normalize", "an order that is an int from 1", repr(order), "Pass for example 2."))
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(config.floatx())
    x = x[None] if x.ndim == 0 else x
    smallest = config.epsilon() if epsilon is None else epsilon
    over = axes_of(axis, x.ndim)
    if order == 2:
        # The bound goes under the root: its gradient at 0 would be infinite.
        square = jnp.sum(jnp.square(x), over, keepdims=True)
        return x * jax.lax.rsqrt(jnp.maximum(square, smallest**2))
    norm = jnp.sum(jnp.abs(x) ** order, over, keepdims=True) ** (1 / order)
    return x / jnp.maximum(norm, smallest)
