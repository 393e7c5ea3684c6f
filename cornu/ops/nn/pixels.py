"""Channels and pixels exchanged, patches taken out and put back, polar form, and a picture's noise."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import elementwise, op
from cornu.ops.special import float_array
from cornu.ops.tensor import Tensor, arrays

Pair = int | Sequence[int]


def _last(x: jax.Array, data_format: str | None, what: str) -> jax.Array:
    if x.ndim != 4:
        raise ShapeError(
            explain(
                what, "images (batch, height, width, channels)", f"shape {show_shape(x.shape)}", "Add a batch axis."
            )
        )
    return jnp.moveaxis(x, 1, -1) if data_format == "channels_first" else x


def _back(x: jax.Array, data_format: str | None) -> jax.Array:
    return jnp.moveaxis(x, -1, 1) if data_format == "channels_first" else x


@op(rows=True)
def depth_to_space(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Each pixel's channels as a block of pixels: sides ``block_size`` times as long, channels by its square fewer.

    Example:
        >>> depth_to_space([[[[1, 2, 3, 4]]]], 2)[0, ..., 0].tolist()
        [[1, 2], [3, 4]]
    """
    x = _last(jnp.asarray(x), data_format, "depth_to_space")
    n, h, w, c = x.shape
    if c % block_size**2:
        raise ShapeError(
            explain(
                "depth_to_space", f"channels that {block_size**2} divides", str(c), "Change block_size or the channels."
            )
        )
    blocks = jnp.reshape(x, (n, h, w, block_size, block_size, c // block_size**2))
    pixels = jnp.reshape(jnp.transpose(blocks, (0, 1, 3, 2, 4, 5)), (n, h * block_size, w * block_size, -1))
    return _back(pixels, data_format)


@op(rows=True)
def space_to_depth(x: Tensor, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Each block of pixels as the channels of one: the inverse of ``depth_to_space``."""
    x = _last(jnp.asarray(x), data_format, "space_to_depth")
    n, h, w, c = x.shape
    if h % block_size or w % block_size:
        raise ShapeError(
            explain("space_to_depth", f"sides that {block_size} divides", f"{h} by {w}", "Crop or pad the images.")
        )
    blocks = jnp.reshape(x, (n, h // block_size, block_size, w // block_size, block_size, c))
    depth = jnp.transpose(blocks, (0, 1, 3, 2, 4, 5))
    return _back(jnp.reshape(depth, (n, h // block_size, w // block_size, block_size**2 * c)), data_format)


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _positions(size: int, kernel: int, dilation: int, padding: int, stride: int) -> jax.Array:
    """Where each tap of each window lies on a padded axis: (windows, taps)."""
    count = (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    return jnp.arange(count)[:, None] * stride + jnp.arange(kernel) * dilation


@op(rows=True)
def unfold(x: Tensor, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> Tensor:
    """The patches under a sliding window, one in each column.

    Shapes:
        x: (batch, channels, height, width).
        result: (batch, channels * window, windows), channels slowest, then rows of the window.

    Example:
        >>> unfold(jnp.arange(4.0).reshape(1, 1, 2, 2), (1, 2)).tolist()
        [[[0.0, 2.0], [1.0, 3.0]]]
    """
    x = jnp.asarray(x)
    k, d, p, s = (_pair(v) for v in (kernel_size, dilation, padding, stride))
    rows, columns = (_positions(x.shape[2 + i], k[i], d[i], p[i], s[i]) for i in range(2))
    padded = jnp.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))
    patches = padded[:, :, rows[:, None, :, None], columns[None, :, None, :]]  # (n, c, rows, columns, *window)
    return jnp.reshape(jnp.transpose(patches, (0, 1, 4, 5, 2, 3)), (x.shape[0], x.shape[1] * k[0] * k[1], -1))


@op(rows=True)
def fold(
    x: Tensor, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> Tensor:
    """Patches put back in their places, adding up where they overlap: the transpose of ``unfold``.

    Shapes:
        x: (batch, channels * window, windows).
        result: (batch, channels, *output_size).
    """
    x = jnp.asarray(x)
    size, k, d, p, s = (_pair(v) for v in (output_size, kernel_size, dilation, padding, stride))
    rows, columns = (_positions(size[i], k[i], d[i], p[i], s[i]) for i in range(2))
    n, c = x.shape[0], x.shape[1] // (k[0] * k[1])
    patches = jnp.reshape(x, (n, c, *k, rows.shape[0], columns.shape[0])).transpose(0, 1, 4, 5, 2, 3)
    canvas = jnp.zeros((n, c, size[0] + 2 * p[0], size[1] + 2 * p[1]), x.dtype)
    canvas = canvas.at[:, :, rows[:, None, :, None], columns[None, :, None, :]].add(patches)
    return canvas[:, :, p[0] : p[0] + size[0], p[1] : p[1] + size[1]]


@op(spec_rule=elementwise)
def polar(abs_: Tensor, angle: Tensor) -> Tensor:
    """The complex number of a magnitude and an angle in radians: ``abs_ (cos angle + i sin angle)``."""
    size, turn = float_array(abs_), float_array(angle)
    real, imaginary = jnp.broadcast_arrays(size * jnp.cos(turn), size * jnp.sin(turn))
    return jax.lax.complex(real, imaginary)


@op
def psnr(x1: Tensor, x2: Tensor, max_val: float) -> Tensor:
    """The peak ratio of signal to noise in decibels: ``10 log10(max_val ** 2 / mean((x1 - x2) ** 2))``.

    Example:
        >>> psnr([1.0, 1.0], [0.0, 0.0], 10).tolist()
        20.0
    """
    x1, x2 = arrays(x1, x2)
    if x1.shape != x2.shape:
        raise ShapeError(explain("psnr", "tensors of equal shape", show_shape([x1.shape, x2.shape]), "Crop one."))
    error = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(max_val) - 10 * jnp.log10(error)
