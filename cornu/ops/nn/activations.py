"""Functions that layers apply to each element, or along one axis."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.core import config
from cornu.core.op import elementwise, op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import arranged, rows_along, shape_of, shaped, unchanged
from cornu.ops.tensor import Axis, Tensor, axes_of, static_axis


@op(spec_rule=elementwise)
def relu(x: Tensor) -> Tensor:
    """``max(x, 0)``."""
    return jax.nn.relu(jnp.asarray(x))


@op(spec_rule=elementwise)
def relu6(x: Tensor) -> Tensor:
    """``min(max(x, 0), 6)``."""
    return jax.nn.relu6(jnp.asarray(x))


@op(spec_rule=elementwise)
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """``x`` above 0, ``negative_slope * x`` below."""
    return jax.nn.leaky_relu(jnp.asarray(x), negative_slope)


@op(spec_rule=elementwise)
def sigmoid(x: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))``.

    Example:
        >>> sigmoid(0.0).tolist()
        0.5
    """
    return jax.nn.sigmoid(_float(x))


@op(spec_rule=elementwise)
def hard_sigmoid(x: Tensor) -> Tensor:
    """``relu6(x + 3) / 6``."""
    return jax.nn.hard_sigmoid(_float(x))


@op(spec_rule=elementwise)
def sparse_sigmoid(x: Tensor) -> Tensor:
    """``min(max((x + 1) / 2, 0), 1)``."""
    return jax.nn.sparse_sigmoid(jnp.asarray(x))


@op(spec_rule=elementwise)
def log_sigmoid(x: Tensor) -> Tensor:
    """``log(sigmoid(x))`` without overflow."""
    return jax.nn.log_sigmoid(_float(x))


@op(spec_rule=elementwise)
def softplus(x: Tensor) -> Tensor:
    """``log(1 + exp(x))``."""
    return jax.nn.softplus(_float(x))


@op(spec_rule=elementwise)
def sparse_plus(x: Tensor) -> Tensor:
    """0 below -1, ``x`` above 1, ``(x + 1) ** 2 / 4`` between."""
    return jax.nn.sparse_plus(jnp.asarray(x))


@op(spec_rule=elementwise)
def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """``(x + sqrt(x ** 2 + b)) / 2``."""
    return jax.nn.squareplus(_float(x), b)


@op(spec_rule=elementwise)
def softsign(x: Tensor) -> Tensor:
    """``x / (1 + |x|)``."""
    return jax.nn.soft_sign(_float(x))


@op(spec_rule=elementwise)
def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """``x`` moved by ``threshold`` towards 0, and 0 where it would pass it."""
    x = jnp.asarray(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0))


@op(spec_rule=elementwise)
def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """``x`` where ``|x| > threshold``, else 0."""
    x = jnp.asarray(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0)


@op(spec_rule=elementwise)
def tanh_shrink(x: Tensor) -> Tensor:
    """``x - tanh(x)``."""
    x = _float(x)
    return x - jnp.tanh(x)


@op(spec_rule=elementwise)
def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """``x`` where it is above ``threshold``, else ``default_value``."""
    x = jnp.asarray(x)
    return jnp.where(x > threshold, x, jnp.asarray(default_value, x.dtype))


@op(spec_rule=elementwise)
def silu(x: Tensor) -> Tensor:
    """``x * sigmoid(x)``."""
    return jax.nn.silu(_float(x))


@op(spec_rule=elementwise)
def hard_silu(x: Tensor) -> Tensor:
    """``x * hard_sigmoid(x)``."""
    return jax.nn.hard_silu(_float(x))


@op(spec_rule=elementwise)
def hard_tanh(x: Tensor) -> Tensor:
    """``min(max(x, -1), 1)``."""
    return jax.nn.hard_tanh(jnp.asarray(x))


@op(spec_rule=elementwise)
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """``x`` above 0, ``alpha (exp(x) - 1)`` below."""
    return jax.nn.elu(_float(x), alpha)


@op(spec_rule=elementwise)
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """``x`` above 0, ``alpha (exp(x / alpha) - 1)`` below."""
    return jax.nn.celu(_float(x), alpha)


@op(spec_rule=elementwise)
def selu(x: Tensor) -> Tensor:
    """``1.0507 * elu(x, 1.6733)``: keeps mean 0 and variance 1 from layer to layer (Klambauer et al. 2017, eq. 2)."""
    return jax.nn.selu(_float(x))


@op(spec_rule=elementwise)
def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """``x * P(X <= x)`` for a standard normal X, by the tanh formula if ``approximate`` (Hendrycks & Gimpel 2016)."""
    return jax.nn.gelu(_float(x), approximate)


def _halved(x: Tensor, axis: int = -1) -> SymbolicShape:
    shape = shape_of(x)
    (place,) = axes_of(axis, len(shape))
    size = shape[place]
    half = size // 2 if isinstance(size, int) else None
    return (*shape[:place], half, *shape[place + 1 :])


@op(spec_rule=arranged(_halved), rows=rows_along("axis", default=-1))
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """``a * sigmoid(b)`` for the halves a and b of ``x`` along an axis (Dauphin et al. 2017).

    Example:
        >>> glu([2.0, 0.0]).tolist()
        [1.0]
    """
    a, b = jnp.split(_float(x), 2, axis)
    return a * jax.nn.sigmoid(b)


@op(spec_rule=shaped(unchanged), rows=rows_along("axis", default=-1))
def softmax(x: Tensor, axis: Axis = -1) -> Tensor:
    """``exp(x) / sum(exp(x))`` along an axis, or several taken as one; None is all.

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    return jax.nn.softmax(_float(x), static_axis(axis))


@op(spec_rule=shaped(unchanged), rows=rows_along("axis", default=-1))
def log_softmax(x: Tensor, axis: Axis = -1) -> Tensor:
    """``x - log(sum(exp(x)))`` along an axis, or several taken as one; None is all."""
    return jax.nn.log_softmax(_float(x), static_axis(axis))


@op(spec_rule=shaped(unchanged), rows=rows_along("axis", default=-1))
def sparsemax(x: Tensor, axis: int = -1) -> Tensor:
    """The nearest point to ``x`` among the distributions along an axis: many elements are exactly 0.

    Source: Martins & Astudillo 2016, algorithm 1. Keras 3.15 mixes rows up when there is more than one.

    Example:
        >>> sparsemax([1.0, 0.5, -1.0]).tolist()
        [0.75, 0.25, 0.0]
    """
    x = _float(x)
    falling = jnp.moveaxis(jnp.flip(jnp.sort(x, axis), axis), axis, -1)
    sums = jnp.cumsum(falling, -1)
    counts = jnp.arange(1, falling.shape[-1] + 1)
    size = jnp.sum(1 + counts * falling > sums, -1, keepdims=True)
    threshold = (jnp.take_along_axis(sums, size - 1, -1) - 1) / size
    return jnp.maximum(x - jnp.moveaxis(threshold, -1, axis), 0)


def _float(x: Tensor) -> jax.Array:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(config.floatx())


hard_swish = hard_silu
swish = silu
