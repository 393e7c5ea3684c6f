"""Comparisons and logic: element by element, the result is bool."""

from __future__ import annotations

import jax.numpy as jnp

from cornu.core.op import elementwise, op
from cornu.ops.rules import shaped, unchanged
from cornu.ops.tensor import Tensor, array, arrays, is_constant


@op(spec_rule=elementwise)
def equal(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 == x2``."""
    return jnp.equal(*arrays(x1, x2))


@op(spec_rule=elementwise)
def not_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 != x2``."""
    return jnp.not_equal(*arrays(x1, x2))


@op(spec_rule=elementwise)
def less(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 < x2``."""
    return jnp.less(*arrays(x1, x2))


@op(spec_rule=elementwise)
def less_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 <= x2``."""
    return jnp.less_equal(*arrays(x1, x2))


@op(spec_rule=elementwise)
def greater(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 > x2``."""
    return jnp.greater(*arrays(x1, x2))


@op(spec_rule=elementwise)
def greater_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """``x1 >= x2``."""
    return jnp.greater_equal(*arrays(x1, x2))


@op(spec_rule=elementwise)
def logical_and(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether both are true (not 0)."""
    return jnp.logical_and(*arrays(x1, x2))


@op(spec_rule=elementwise)
def logical_or(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether one or both are true (not 0)."""
    return jnp.logical_or(*arrays(x1, x2))


@op(spec_rule=elementwise)
def logical_xor(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether exactly one is true (not 0)."""
    return jnp.logical_xor(*arrays(x1, x2))


@op(spec_rule=elementwise)
def logical_not(x: Tensor) -> Tensor:
    """Whether ``x`` is false (0)."""
    return jnp.logical_not(array(x))


@op(spec_rule=elementwise)
def isclose(x1: Tensor, x2: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Whether ``|x1 - x2| <= atol + rtol * |x2|``."""
    return jnp.isclose(*arrays(x1, x2), rtol=rtol, atol=atol, equal_nan=equal_nan)


@op
def allclose(x1: Tensor, x2: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Whether ``isclose`` holds everywhere: one bool."""
    return jnp.allclose(*arrays(x1, x2), rtol=rtol, atol=atol, equal_nan=equal_nan)


@op(spec_rule=shaped(unchanged), rows=lambda x1, x2, *_, **__: is_constant(x2))
def isin(x1: Tensor, x2: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element of ``x1`` is one of those of ``x2``; with ``invert``, whether it is none.

    Example:
        >>> isin([1, 2, 3], [3, 1]).tolist()
        [True, False, True]
    """
    return jnp.isin(*arrays(x1, x2), assume_unique=assume_unique, invert=invert)
