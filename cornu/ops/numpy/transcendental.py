"""Exponentials, logarithms, angles: element by element, a float also for ints."""

from __future__ import annotations

import jax.numpy as jnp

from cornu.core.op import elementwise, op
from cornu.ops.tensor import Tensor, array, arrays


@op(spec_rule=elementwise)
def exp(x: Tensor) -> Tensor:
    """``e ** x``."""
    return jnp.exp(array(x))


@op(spec_rule=elementwise)
def exp2(x: Tensor) -> Tensor:
    """``2 ** x``."""
    return jnp.exp2(array(x))


@op(spec_rule=elementwise)
def expm1(x: Tensor) -> Tensor:
    """``exp(x) - 1``, exact near 0."""
    return jnp.expm1(array(x))


@op(spec_rule=elementwise)
def log(x: Tensor) -> Tensor:
    """The natural logarithm."""
    return jnp.log(array(x))


@op(spec_rule=elementwise)
def log2(x: Tensor) -> Tensor:
    """The logarithm to base 2."""
    return jnp.log2(array(x))


@op(spec_rule=elementwise)
def log10(x: Tensor) -> Tensor:
    """The logarithm to base 10."""
    return jnp.log10(array(x))


@op(spec_rule=elementwise)
def log1p(x: Tensor) -> Tensor:
    """``log(1 + x)``, exact near 0."""
    return jnp.log1p(array(x))


@op(spec_rule=elementwise)
def logaddexp(x1: Tensor, x2: Tensor) -> Tensor:
    """``log(exp(x1) + exp(x2))`` without overflow."""
    return jnp.logaddexp(*arrays(x1, x2))


@op(spec_rule=elementwise)
def logaddexp2(x1: Tensor, x2: Tensor) -> Tensor:
    """``log2(2 ** x1 + 2 ** x2)`` without overflow."""
    return jnp.logaddexp2(*arrays(x1, x2))


@op(spec_rule=elementwise)
def sin(x: Tensor) -> Tensor:
    """The sine of an angle in radians."""
    return jnp.sin(array(x))


@op(spec_rule=elementwise)
def cos(x: Tensor) -> Tensor:
    """The cosine of an angle in radians."""
    return jnp.cos(array(x))


@op(spec_rule=elementwise)
def tan(x: Tensor) -> Tensor:
    """The tangent of an angle in radians."""
    return jnp.tan(array(x))


@op(spec_rule=elementwise)
def arcsin(x: Tensor) -> Tensor:
    """The angle in [-pi/2, pi/2] whose sine is ``x``."""
    return jnp.arcsin(array(x))


@op(spec_rule=elementwise)
def arccos(x: Tensor) -> Tensor:
    """The angle in [0, pi] whose cosine is ``x``."""
    return jnp.arccos(array(x))


@op(spec_rule=elementwise)
def arctan(x: Tensor) -> Tensor:
    """The angle in [-pi/2, pi/2] whose tangent is ``x``."""
    return jnp.arctan(array(x))


@op(spec_rule=elementwise)
def arctan2(x1: Tensor, x2: Tensor) -> Tensor:
    """The angle in [-pi, pi] from the first axis to the point ``(x2, x1)``.

    Example:
        >>> arctan2(1.0, -1.0).tolist()  # 3 pi / 4
        2.356
    """
    return jnp.arctan2(*arrays(x1, x2))


@op(spec_rule=elementwise)
def sinh(x: Tensor) -> Tensor:
    """The hyperbolic sine."""
    return jnp.sinh(array(x))


@op(spec_rule=elementwise)
def cosh(x: Tensor) -> Tensor:
    """The hyperbolic cosine."""
    return jnp.cosh(array(x))


@op(spec_rule=elementwise)
def tanh(x: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return jnp.tanh(array(x))


@op(spec_rule=elementwise)
def arcsinh(x: Tensor) -> Tensor:
    """The number whose hyperbolic sine is ``x``."""
    return jnp.arcsinh(array(x))


@op(spec_rule=elementwise)
def arccosh(x: Tensor) -> Tensor:
    """The number from 0 whose hyperbolic cosine is ``x``."""
    return jnp.arccosh(array(x))


@op(spec_rule=elementwise)
def arctanh(x: Tensor) -> Tensor:
    """The number whose hyperbolic tangent is ``x``."""
    return jnp.arctanh(array(x))


@op(spec_rule=elementwise)
def sinc(x: Tensor) -> Tensor:
    """``sin(pi x) / (pi x)``, 1 at 0."""
    return jnp.sinc(array(x))


@op(spec_rule=elementwise)
def deg2rad(x: Tensor) -> Tensor:
    """Degrees to radians: ``x pi / 180``."""
    return jnp.deg2rad(array(x))


@op(spec_rule=elementwise)
def rad2deg(x: Tensor) -> Tensor:
    """Radians to degrees: ``180 x / pi``."""
    return jnp.rad2deg(array(x))


@op(spec_rule=elementwise)
def i0(x: Tensor) -> Tensor:
    """The modified Bessel function of the first kind, order 0."""
    return jnp.i0(array(x))
