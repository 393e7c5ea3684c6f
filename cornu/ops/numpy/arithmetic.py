"""Sums, products, powers, extremes: element by element on arguments broadcast together."""

from __future__ import annotations

import jax.numpy as jnp

from cornu.core.op import elementwise, op
from cornu.ops.tensor import Tensor, array, arrays


@op(spec_rule=elementwise)
def add(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 + x2``.

    Example:
        >>> add([1, 2], 3).tolist()
        [4, 5]
    """
    return jnp.add(*arrays(x1, x2))


@op(spec_rule=elementwise)
def subtract(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 - x2``."""
    return jnp.subtract(*arrays(x1, x2))


@op(spec_rule=elementwise)
def multiply(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 * x2``."""
    return jnp.multiply(*arrays(x1, x2))


@op(spec_rule=elementwise)
def divide(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 / x2``, a float also for ints.

    Example:
        >>> divide([1, 3], 2).tolist()
        [0.5, 1.5]
    """
    return jnp.divide(*arrays(x1, x2))


@op(spec_rule=elementwise)
def true_divide(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 / x2``, a float also for ints: ``divide`` by another name."""
    return jnp.true_divide(*arrays(x1, x2))


@op(spec_rule=elementwise)
def divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 / x2``, and 0 where ``x2`` is 0; gradients there are 0 too.

    Example:
        >>> divide_no_nan([1.0, 3.0], [0.0, 2.0]).tolist()
        [0.0, 1.5]
    """
    x1, x2 = arrays(x1, x2)
    zero = jnp.equal(x2, 0)
    # The inner where keeps the gradient finite: 0 * inf would be nan.
    return jnp.where(zero, 0, jnp.divide(x1, jnp.where(zero, 1, x2)))


@op(spec_rule=elementwise)
def floor_divide(x1: Tensor, x2: Tensor) -> Tensor:
    """The largest integer not above ``x1 / x2``.

    Example:
        >>> floor_divide([-3, 3], 2).tolist()
        [-2, 1]
    """
    return jnp.floor_divide(*arrays(x1, x2))


@op(spec_rule=elementwise)
def mod(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 - x2 * floor(x1 / x2)``: the sign is that of ``x2``.

    Example:
        >>> mod([-3, 3], 2).tolist()
        [1, 1]
    """
    return jnp.mod(*arrays(x1, x2))


@op(spec_rule=elementwise)
def fmod(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 - x2 * trunc(x1 / x2)``: the sign is that of ``x1``.

    Example:
        >>> fmod([-3, 3], 2).tolist()
        [-1, 1]
    """
    return jnp.fmod(*arrays(x1, x2))


@op(spec_rule=elementwise)
def power(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 ** x2``.

    Example:
        >>> power([1, 2, 3], 2).tolist()
        [1, 4, 9]
    """
    return jnp.power(*arrays(x1, x2))


@op(spec_rule=elementwise)
def negative(x: Tensor) -> Tensor:
    """``-x``."""
    return jnp.negative(array(x))


@op(spec_rule=elementwise)
def absolute(x: Tensor) -> Tensor:
    """The magnitude ``|x|``.

    Example:
        >>> absolute([-2, 1]).tolist()
        [2, 1]
    """
    return jnp.absolute(array(x))


@op(spec_rule=elementwise)
def abs(x: Tensor) -> Tensor:
    """The magnitude ``|x|``: ``absolute`` by another name."""
    return jnp.abs(array(x))


@op(spec_rule=elementwise)
def fabs(x: Tensor) -> Tensor:
    """The magnitude ``|x|`` as a float."""
    return jnp.fabs(array(x))


@op(spec_rule=elementwise)
def reciprocal(x: Tensor) -> Tensor:
    """``1 / x``."""
    return jnp.reciprocal(array(x))


@op(spec_rule=elementwise)
def sqrt(x: Tensor) -> Tensor:
    """The square root, a float also for ints.

    Example:
        >>> sqrt([4, 9]).tolist()
        [2.0, 3.0]
    """
    return jnp.sqrt(array(x))


@op(spec_rule=elementwise)
def square(x: Tensor) -> Tensor:
    """``x ** 2``."""
    return jnp.square(array(x))


@op(spec_rule=elementwise)
def cbrt(x: Tensor) -> Tensor:
    """The real cube root."""
    return jnp.cbrt(array(x))


@op(spec_rule=elementwise)
def sign(x: Tensor) -> Tensor:
    """-1, 0 or 1, as ``x`` is below, at or above 0."""
    return jnp.sign(array(x))


@op(spec_rule=elementwise)
def signbit(x: Tensor) -> Tensor:
    """Whether the sign bit is set: true of -0.0 as well."""
    return jnp.signbit(array(x))


@op(spec_rule=elementwise)
def maximum(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of two; NaN where one is.

    Example:
        >>> maximum([1, 5], 3).tolist()
        [3, 5]
    """
    return jnp.maximum(*arrays(x1, x2))


@op(spec_rule=elementwise)
def minimum(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of two; NaN where one is."""
    return jnp.minimum(*arrays(x1, x2))


@op(spec_rule=elementwise)
def fmax(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of two, a number being larger than NaN."""
    return jnp.fmax(*arrays(x1, x2))


@op(spec_rule=elementwise)
def fmin(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of two, a number being smaller than NaN."""
    return jnp.fmin(*arrays(x1, x2))


@op(spec_rule=elementwise)
def clip(x: Tensor, x_min: Tensor, x_max: Tensor) -> Tensor:
    """``min(max(x, x_min), x_max)``. A bound of None does not bind.

    Example:
        >>> clip([-1.0, 0.5, 2.0], 0.0, 1.0).tolist()
        [0.0, 0.5, 1.0]
    """
    return jnp.clip(array(x), x_min, x_max)


@op(spec_rule=elementwise)
def hypot(x1: Tensor, x2: Tensor) -> Tensor:
    """``sqrt(x1 ** 2 + x2 ** 2)`` without overflow on the way.

    Example:
        >>> hypot(3.0, 4.0).tolist()
        5.0
    """
    return jnp.hypot(*arrays(x1, x2))


@op(spec_rule=elementwise)
def heaviside(x1: Tensor, x2: Tensor) -> Tensor:
    """0 where ``x1 < 0``, 1 where ``x1 > 0``, ``x2`` where ``x1`` is 0."""
    return jnp.heaviside(*arrays(x1, x2))


@op(spec_rule=elementwise)
def gcd(x1: Tensor, x2: Tensor) -> Tensor:
    """The greatest common divisor of ints.

    Example:
        >>> gcd([12, 7], 18).tolist()
        [6, 1]
    """
    return jnp.gcd(*arrays(x1, x2))


@op(spec_rule=elementwise)
def lcm(x1: Tensor, x2: Tensor) -> Tensor:
    """The least common multiple of ints."""
    return jnp.lcm(*arrays(x1, x2))


@op(spec_rule=elementwise)
def ldexp(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 * 2 ** x2`` for int ``x2``."""
    return jnp.ldexp(*arrays(x1, x2))


@op(spec_rule=elementwise)
def nextafter(x1: Tensor, x2: Tensor) -> Tensor:
    """The float that comes after ``x1`` on the way to ``x2``."""
    return jnp.nextafter(*arrays(x1, x2))


@op(spec_rule=elementwise)
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """``x`` with NaN and infinities replaced; None stands for the dtype's largest and smallest number.

    Example:
        >>> nan_to_num([1.0, float("nan")]).tolist()
        [1.0, 0.0]
    """
    return jnp.nan_to_num(array(x), nan=nan, posinf=posinf, neginf=neginf)
