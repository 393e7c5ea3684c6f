"""Bits of ints, and parts of complex numbers."""

from __future__ import annotations

import jax.numpy as jnp

from cornu.core.op import elementwise, op
from cornu.ops.tensor import Tensor, array, arrays


@op(spec_rule=elementwise)
def bitwise_and(x: Tensor, y: Tensor) -> Tensor:
    """The bits set in both.

    Example:
        >>> bitwise_and(6, [3, 4]).tolist()
        [2, 4]
    """
    return jnp.bitwise_and(*arrays(x, y))


@op(spec_rule=elementwise)
def bitwise_or(x: Tensor, y: Tensor) -> Tensor:
    """The bits set in one or both."""
    return jnp.bitwise_or(*arrays(x, y))


@op(spec_rule=elementwise)
def bitwise_xor(x: Tensor, y: Tensor) -> Tensor:
    """The bits set in exactly one."""
    return jnp.bitwise_xor(*arrays(x, y))


@op(spec_rule=elementwise)
def bitwise_not(x: Tensor) -> Tensor:
    """All bits flipped."""
    return jnp.bitwise_not(array(x))


@op(spec_rule=elementwise)
def bitwise_invert(x: Tensor) -> Tensor:
    """All bits flipped: ``bitwise_not`` by another name."""
    return jnp.bitwise_invert(array(x))


@op(spec_rule=elementwise)
def left_shift(x: Tensor, y: Tensor) -> Tensor:
    """``x * 2 ** y`` by moving bits."""
    return jnp.left_shift(*arrays(x, y))


@op(spec_rule=elementwise)
def right_shift(x: Tensor, y: Tensor) -> Tensor:
    """``floor(x / 2 ** y)`` by moving bits."""
    return jnp.right_shift(*arrays(x, y))


@op(spec_rule=elementwise)
def bitwise_left_shift(x: Tensor, y: Tensor) -> Tensor:
    """``x * 2 ** y`` by moving bits: ``left_shift`` by another name."""
    return jnp.left_shift(*arrays(x, y))


@op(spec_rule=elementwise)
def bitwise_right_shift(x: Tensor, y: Tensor) -> Tensor:
    """``floor(x / 2 ** y)`` by moving bits: ``right_shift`` by another name."""
    return jnp.right_shift(*arrays(x, y))


@op(spec_rule=elementwise)
def real(x: Tensor) -> Tensor:
    """The real part."""
    return jnp.real(array(x))


@op(spec_rule=elementwise)
def imag(x: Tensor) -> Tensor:
    """The imaginary part; 0 for real numbers."""
    return jnp.imag(array(x))


@op(spec_rule=elementwise)
def conj(x: Tensor) -> Tensor:
    """The complex conjugate."""
    return jnp.conj(array(x))


@op(spec_rule=elementwise)
def conjugate(x: Tensor) -> Tensor:
    """The complex conjugate: ``conj`` by another name."""
    return jnp.conjugate(array(x))


@op(spec_rule=elementwise)
def angle(x: Tensor) -> Tensor:
    """The angle of a complex number in radians, in [-pi, pi]."""
    return jnp.angle(array(x))
