"""The one table that says which implementation runs, by platform and shape.

Every figure behind a row is in ``docs/decisions/005-kernels.md``; ``benchmarks/kernels.py`` measures
them again. Accelerators take XLA's own kernels throughout.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Literal

import jax
import numpy as np
from jax.typing import DTypeLike

from cornu.kernels import native
from cornu.kernels.window import Role, Shape, Window, shape_of

Level = Literal["xla", "jax", "native"]
ConvolutionMethod = Literal["xla", "native", "product", "patches", "taps", "split", "planes"]
PoolingMethod = Literal["xla", "slices", "native"]

_level: ContextVar[Level] = ContextVar("level", default="native")

# Up to here the table of input patches stays small and one product over it wins (2.3x forward,
# 4.8x input gradient on 28x28x1); at 144 columns direct convolution is 1.7x faster.
PATCH_COLUMNS = 32
# Each group becomes a convolution of its own: more of them cost more compile time than they win.
SPLIT_GROUPS = 32
# Slices of a one-dimensional window: at 8 taps still 1.6x ahead of reduce_window with gradients.
POOL_TAPS = 8
# Rows too short to fill a tile of the native kernel, over weights too large for the cache: XLA, which
# gathers windows of several rows, takes 0.56x of its time forward (7x7x512 -> 512, 3x3).
NARROW, DEEP = 8, 2048
# Winograd's method: with fewer channels on either side its transforms cost more than they save; weights of more
# products of channels outgrow the cache as 16 frequencies, and transforming them costs as much as computing so many
# squares does.
WINOGRAD_CHANNELS, WINOGRAD_CACHED, WINOGRAD_SQUARES = 32, 64 * 128, 96
# Packed weights are kept if they are at most so many times as large: frequencies are 16/9, filters that do not fill
# a vector more.
PACKED_GROWTH = 2
# Of windows up to this the gradient by slices is fused with its surroundings and costs half of the
# native one (2x2: 1.0 against 2.0 ms); of 3x3 the native one costs half (5.4 against 11.2 ms).
SLICED_GRADIENT = 4
# Taps of a depthwise window that are written out (7x7, ConvNeXt's, is the largest in use).
DEPTHWISE_TAPS = 49


@contextlib.contextmanager
def at_most(level: Level) -> Iterator[None]:
    """Choose nothing beyond plain XLA ("xla"), or our compositions of it ("jax").

    For tests, benchmarks, and whoever wants XLA's own derivatives. It acts on what is traced inside:
    a jitted function that was traced before stays as it was.
    """
    token = _level.set(level)
    try:
        yield
    finally:
        _level.reset(token)


def platform() -> str:
    """Platform that computations land on when nobody says otherwise: "cpu", "gpu" or "tpu"."""
    # JAX declares this setting at run time, where pyright does not see it.
    device = jax.config.jax_default_device  # pyright: ignore[reportAttributeAccessIssue]
    if device is None:
        return jax.default_backend()
    return device if isinstance(device, str) else device.platform


def convolution_method(shape: tuple[int, ...], groups: int, width: int, dtype: DTypeLike) -> ConvolutionMethod:
    """How to compute a convolution with a kernel of shape ``(*window, in / groups, out)``.

    Args:
        width: size of the last spatial axis of the data.
    """
    if not _tuned():
        return "xla"
    taps, inputs = math.prod(shape[:-2]), shape[-2]
    if groups == 1 and taps == 1:
        return "product"
    if _native(dtype) and not (width < NARROW and groups == 1 and taps * inputs > DEEP):
        return "native"
    if groups > 1:
        if inputs == 1 and taps <= DEPTHWISE_TAPS:
            return "taps"
        return "split" if groups <= SPLIT_GROUPS else "xla"
    if taps * inputs <= PATCH_COLUMNS:
        return "patches"
    return "planes" if len(shape) == 5 else "xla"


def by_frequencies(result: Role, window: Window, data: Shape, kernel: Shape, packed: bool = False) -> bool:
    """Whether the native kernel computes the output or the data's gradient by Winograd's method: 16 products for four
    outputs of a 3x3 window in the place of 36.

    Args:
        packed: whether the weights' frequencies are at hand, and cost nothing.
    """
    rank = len(window.strides)
    seen, made = kernel[-2:] if result == "output" else (kernel[-1], kernel[-2])
    if rank == 1 or window.groups != 1 or kernel[:-2] != (1, 3, 3)[3 - rank :] or min(seen, made) < WINOGRAD_CHANNELS:
        return False
    lanes, _ = native.vectors()
    if max(*window.strides, *window.dilation) > 1 or seen % lanes or made % lanes:
        return False
    images, *sizes = shape_of(result, window, data, kernel)[:-1]
    outputs, squares = math.prod(sizes[-2:]), math.prod((size + 1) // 2 for size in sizes[-2:])
    if outputs < 3 * squares:  # squares reach too far beyond them
        return False
    return packed or seen * made <= WINOGRAD_CACHED or images * math.prod(sizes[:-2]) * squares >= WINOGRAD_SQUARES


def transposed_method(dtype: DTypeLike) -> Literal["xla", "native"]:
    """How to compute a transposed convolution."""
    return "native" if _tuned() and _native(dtype) else "xla"


def pointwise_method(dtype: DTypeLike) -> Literal["xla", "native"]:
    """How to compute a product of the channels of pictures that a scale, a residual or a rectifier follows."""
    return "native" if _tuned() and _native(dtype) else "xla"


def pooling_method(window: tuple[int, ...], dtype: DTypeLike) -> PoolingMethod:
    """How to pool with this window, one size for each spatial axis; "native" has slices forward."""
    if not _tuned() or max(window) > POOL_TAPS:
        return "xla"
    return "native" if math.prod(window) > SLICED_GRADIENT and _native(dtype) else "slices"


def recurrence_method(dtype: DTypeLike) -> Literal["jax", "native"]:
    """How to run an LSTM or GRU."""
    return "native" if _tuned() and _native(dtype) else "jax"


def attention_method(dtype: DTypeLike) -> Literal["xla", "native"]:
    """How to weigh values by how queries and keys match."""
    return "native" if _tuned() and _native(dtype) else "xla"


def draw_method() -> Literal["xla", "native"]:
    """How to draw random bits: natively those of JAX's default generator."""
    # JAX declares these settings at run time, where pyright does not see them.
    usual = jax.config.jax_default_prng_impl == "threefry2x32" and jax.config.jax_threefry_partitionable  # pyright: ignore[reportAttributeAccessIssue]
    return "native" if usual and _tuned() and _native(np.float32) else "xla"


def _tuned() -> bool:
    return platform() == "cpu" and _level.get() != "xla"


def _native(dtype: DTypeLike) -> bool:
    return _level.get() == "native" and np.dtype(dtype) == np.float32 and native.available()
