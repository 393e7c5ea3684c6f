"""The activations by Keras's names: thin calls of ``cornu.ops``, so that graphs hold the ops themselves."""

from __future__ import annotations

import jax.numpy as jnp

from cornu import ops
from cornu.core.op import elementwise, op
from cornu.ops.tensor import Tensor


def linear(x: Tensor) -> Tensor:
    """The identity: ``y = x``."""
    return x


def relu(x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """``min(x, max_value)`` from ``threshold`` on, ``negative_slope * (x - threshold)`` below.

    Example:
        >>> relu(jnp.array([-2.0, 1.0, 9.0]), negative_slope=0.5, max_value=6.0).tolist()
        [-1.0, 1.0, 6.0]
    """
    if negative_slope == 0.0 and max_value is None and threshold == 0.0:
        return ops.relu(x)
    return re_lu(x, negative_slope, max_value, threshold)


@op(spec_rule=elementwise)
def re_lu(x: Tensor, negative_slope: float, max_value: float | None, threshold: float) -> Tensor:
    x = jnp.asarray(x)
    upper = x if max_value is None else jnp.minimum(x, max_value)
    return jnp.where(x >= threshold, upper, negative_slope * (x - threshold)).astype(x.dtype)


def exponential(x: Tensor) -> Tensor:
    """``e ** x``."""
    return ops.exp(x)


@op(spec_rule=elementwise)
def mish(x: Tensor) -> Tensor:
    """``x * tanh(softplus(x))`` (Misra 2019)."""
    return x * jnp.tanh(ops.softplus(x))


def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """``x`` above 0, ``alpha (exp(x / alpha) - 1)`` below (Barron 2017)."""
    return ops.celu(x, alpha)


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """``x`` above 0, ``alpha (exp(x) - 1)`` below (Clevert et al. 2016)."""
    return ops.elu(x, alpha)


def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """``x * P(X <= x)`` for a standard normal X, by the tanh formula if ``approximate`` (Hendrycks & Gimpel 2016)."""
    return ops.gelu(x, approximate)


def glu(x: Tensor, axis: int = -1) -> Tensor:
    """``a * sigmoid(b)`` for the halves a and b of ``x`` along an axis (Dauphin et al. 2017)."""
    return ops.glu(x, axis)


def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """``x`` where ``|x| > threshold``, else 0."""
    return ops.hard_shrink(x, threshold)


def hard_sigmoid(x: Tensor) -> Tensor:
    """``relu6(x + 3) / 6``."""
    return ops.hard_sigmoid(x)


def hard_silu(x: Tensor) -> Tensor:
    """``x * hard_sigmoid(x)`` (Howard et al. 2019)."""
    return ops.hard_silu(x)


def hard_tanh(x: Tensor) -> Tensor:
    """``min(max(x, -1), 1)``."""
    return ops.hard_tanh(x)


def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """``x`` above 0, ``negative_slope * x`` below."""
    return ops.leaky_relu(x, negative_slope)


def log_sigmoid(x: Tensor) -> Tensor:
    """``log(sigmoid(x))`` without overflow."""
    return ops.log_sigmoid(x)


def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    """``x - log(sum(exp(x)))`` along an axis."""
    return ops.log_softmax(x, axis)


def relu6(x: Tensor) -> Tensor:
    """``min(max(x, 0), 6)``."""
    return ops.relu6(x)


def selu(x: Tensor) -> Tensor:
    """``1.0507 * elu(x, 1.6733)`` (Klambauer et al. 2017, eq. 2)."""
    return ops.selu(x)


def sigmoid(x: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))``."""
    return ops.sigmoid(x)


def silu(x: Tensor) -> Tensor:
    """``x * sigmoid(x)``."""
    return ops.silu(x)


def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """``x`` moved by ``threshold`` towards 0, and 0 where it would pass it."""
    return ops.soft_shrink(x, threshold)


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """``exp(x) / sum(exp(x))`` along an axis."""
    return ops.softmax(x, axis)


def softplus(x: Tensor) -> Tensor:
    """``log(1 + exp(x))``."""
    return ops.softplus(x)


def softsign(x: Tensor) -> Tensor:
    """``x / (1 + |x|)``."""
    return ops.softsign(x)


def sparse_plus(x: Tensor) -> Tensor:
    """0 below -1, ``x`` above 1, ``(x + 1) ** 2 / 4`` between."""
    return ops.sparse_plus(x)


def sparse_sigmoid(x: Tensor) -> Tensor:
    """``min(max((x + 1) / 2, 0), 1)``."""
    return ops.sparse_sigmoid(x)


def sparsemax(x: Tensor, axis: int = -1) -> Tensor:
    """The nearest point to ``x`` among the distributions along an axis (Martins & Astudillo 2016)."""
    return ops.sparsemax(x, axis)


def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """``(x + sqrt(x ** 2 + b)) / 2``."""
    return ops.squareplus(x, b)


def tanh(x: Tensor) -> Tensor:
    """``(exp(x) - exp(-x)) / (exp(x) + exp(-x))``."""
    return ops.tanh(x)


def tanh_shrink(x: Tensor) -> Tensor:
    """``x - tanh(x)``."""
    return ops.tanh_shrink(x)


def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """``x`` where it is above ``threshold``, else ``default_value``."""
    return ops.threshold(x, threshold, default_value)


hard_swish = hard_silu
swish = silu
