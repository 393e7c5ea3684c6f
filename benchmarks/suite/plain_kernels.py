"""Convolution, pooling and recurrence as JAX itself offers them, with the signatures of ``cornu.kernels``.

The hand-written models run with either.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

Array = jax.Array


def conv(
    x: Array,
    kernel: Array,
    strides: int = 1,
    padding: str = "valid",
    bias: Array | None = None,
    rectify: bool = False,
) -> Array:
    layout = ("NHWC", "HWIO", "NHWC")
    y = lax.conv_general_dilated(x, kernel, (strides, strides), padding.upper(), dimension_numbers=layout)
    y = y if bias is None else y + bias
    return jax.nn.relu(y) if rectify else y


def conv_transpose(x: Array, kernel: Array, bias: Array, rectify: bool) -> Array:
    """Kernel: (height, width, out, in). Stride 1, "valid"."""
    k = kernel.shape[0] - 1
    flipped = jnp.flip(kernel, (0, 1)).swapaxes(2, 3)
    pads = ((k, k), (k, k))
    y = lax.conv_general_dilated(x, flipped, (1, 1), pads, dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias
    return jax.nn.relu(y) if rectify else y


def max_pool(x: Array, pool_size: int, strides: int | None = None) -> Array:
    steps = strides or pool_size
    return lax.reduce_window(
        x, -jnp.inf, lax.max, (1, pool_size, pool_size, 1), (1, steps, steps, 1), "VALID"
    )  # fmt: skip


def upsample_nearest(x: Array, size: int) -> Array:
    n, height, width, c = x.shape
    x = jnp.broadcast_to(x[:, :, None, :, None, :], (n, height, size, width, size, c))
    return x.reshape(n, height * size, width * size, c)


def lstm(x: Array, h0: Array, c0: Array, kernel: Array, recurrent: Array, bias: Array) -> tuple[Array, Array, Array]:
    """The product with the inputs before the loop, for all steps at once."""

    def cell(carry: Any, z: Array) -> Any:
        h, c = carry
        i, f, g, o = jnp.split(z + h @ recurrent, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    (h, c), outputs = lax.scan(cell, (h0, c0), x.swapaxes(0, 1) @ kernel + bias)
    return outputs.swapaxes(0, 1), h, c


def gru(
    x: Array, h0: Array, kernel: Array, recurrent: Array, bias: Array, mask: Array, reverse: bool = False
) -> tuple[Array, Array]:
    """Where the mask is false the state is kept."""

    def cell(h: Array, step: Any) -> Any:
        z, keep = step
        a, b = jnp.split(z, 3, -1), jnp.split(h @ recurrent + bias[1], 3, -1)
        update, reset = jax.nn.sigmoid(a[0] + b[0]), jax.nn.sigmoid(a[1] + b[1])
        new = update * h + (1 - update) * jnp.tanh(a[2] + reset * b[2])
        h = jnp.where(keep[:, None], new, h)
        return h, h

    h, outputs = lax.scan(cell, h0, (x.swapaxes(0, 1) @ kernel + bias[0], mask.T), reverse=reverse)
    return outputs.swapaxes(0, 1), h
