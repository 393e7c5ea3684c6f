"""A sum's gradient, computed once.

What flows back into a residual sum goes on to both of its terms. XLA on the CPU does not keep it: every
reader of it adds up all that flowed in, from the last sum on, so that the work grows with the square of the
number of sums (33 of 275 ms of a step of an encoder of four layers). A barrier has it kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from cornu.kernels import table


def gradient_kept(x: jax.Array) -> jax.Array:
    """``x``; on the CPU its gradient is stored, and not computed again by every reader.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> float(jax.grad(lambda x: gradient_kept(x) ** 2)(jnp.float32(3)))
        6.0
    """
    return _KEPT.bind(x) if table.platform() == "cpu" else x


def _transpose(cotangent: jax.Array, x: jax.Array) -> list:
    if isinstance(cotangent, ad.Zero):
        return [cotangent]
    return [jax.lax.optimization_barrier(cotangent)]


def _batch(arrays: Sequence, axes: Sequence) -> tuple:
    return _KEPT.bind(arrays[0]), axes[0]


_KEPT = Primitive("gradient_kept")
_KEPT.def_impl(lambda x: x)
_KEPT.def_abstract_eval(lambda x: x)
ad.deflinear2(_KEPT, _transpose)
batching.primitive_batchers[_KEPT] = _batch
mlir.register_lowering(_KEPT, lambda _, x: [x])
