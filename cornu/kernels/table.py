"""The one table that says which implementation runs, by platform and shape.

Every figure behind a row is in ``docs/decisions/kernels.md``; ``benchmarks/kernels.py`` measures
them again. Accelerators take XLA's own kernels throughout.
"""

from __future__ import annotations

import math
from typing import Literal

import jax

ConvolutionMethod = Literal["xla", "product", "patches", "taps", "split", "planes"]
PoolingMethod = Literal["xla", "slices"]

# Up to here the table of input patches stays small and one product over it wins (2.3x forward,
# 4.8x input gradient on 28x28x1); at 144 columns direct convolution is 1.7x faster.
PATCH_COLUMNS = 32
# Each group becomes a convolution of its own: more of them cost more compile time than they win.
SPLIT_GROUPS = 32
# Slices of a one-dimensional window: at 8 taps still 1.6x ahead of reduce_window with gradients.
POOL_TAPS = 8
# Taps of a depthwise window that are written out (7x7, ConvNeXt's, is the largest in use).
DEPTHWISE_TAPS = 49


def platform() -> str:
    """Platform that computations land on when nobody says otherwise: "cpu", "gpu" or "tpu"."""
    device = jax.config.jax_default_device
    if device is None:
        return jax.default_backend()
    return device if isinstance(device, str) else device.platform


def convolution_method(kernel_shape: tuple[int, ...], groups: int) -> ConvolutionMethod:
    """How to compute a convolution with this kernel ``(*window, in / groups, out)``."""
    if platform() != "cpu":
        return "xla"
    taps, inputs = math.prod(kernel_shape[:-2]), kernel_shape[-2]
    if groups > 1:
        if inputs == 1 and taps <= DEPTHWISE_TAPS:
            return "taps"
        return "split" if groups <= SPLIT_GROUPS else "xla"
    if taps == 1:
        return "product"
    if taps * inputs <= PATCH_COLUMNS:
        return "patches"
    return "planes" if len(kernel_shape) == 5 else "xla"


def pooling_method(window: tuple[int, ...]) -> PoolingMethod:
    """How to pool with this window, one size for each spatial axis."""
    return "slices" if platform() == "cpu" and max(window) <= POOL_TAPS else "xla"
