"""Rounding, and tests of single numbers."""

from __future__ import annotations

import jax.numpy as jnp

from cornu.core import config
from cornu.core.op import elementwise, op
from cornu.ops.tensor import Tensor, array


@op(spec_rule=elementwise)
def ceil(x: Tensor) -> Tensor:
    """The smallest integer not below ``x``, as a float.

    Example:
        >>> ceil([0.2, -0.2]).tolist()
        [1.0, -0.0]
    """
    return jnp.ceil(_float(x))


@op(spec_rule=elementwise)
def floor(x: Tensor) -> Tensor:
    """The largest integer not above ``x``, as a float."""
    return jnp.floor(_float(x))


@op(spec_rule=elementwise)
def trunc(x: Tensor) -> Tensor:
    """The integer next to ``x`` towards 0; ints stay ints."""
    return jnp.trunc(array(x))


@op(spec_rule=elementwise)
def round(x: Tensor, decimals: int = 0) -> Tensor:
    """``x`` to so many decimals, halves to the even neighbour.

    Example:
        >>> round([0.5, 1.5, 2.25]).tolist()
        [0.0, 2.0, 2.0]
    """
    return jnp.round(array(x), decimals)


@op(spec_rule=elementwise)
def isfinite(x: Tensor) -> Tensor:
    """Whether a number is neither infinite nor NaN."""
    return jnp.isfinite(array(x))


@op(spec_rule=elementwise)
def isinf(x: Tensor) -> Tensor:
    """Whether a number is infinite."""
    return jnp.isinf(array(x))


@op(spec_rule=elementwise)
def isnan(x: Tensor) -> Tensor:
    """Whether a number is NaN."""
    return jnp.isnan(array(x))


@op(spec_rule=elementwise)
def isposinf(x: Tensor) -> Tensor:
    """Whether a number is plus infinity."""
    return jnp.isposinf(array(x))


@op(spec_rule=elementwise)
def isneginf(x: Tensor) -> Tensor:
    """Whether a number is minus infinity."""
    return jnp.isneginf(array(x))


@op(spec_rule=elementwise)
def isreal(x: Tensor) -> Tensor:
    """Whether a number has no imaginary part."""
    return jnp.isreal(array(x))


def _float(x: Tensor) -> Tensor:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(config.floatx())
