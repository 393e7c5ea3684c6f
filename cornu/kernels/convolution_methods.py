"""Ways to compute a convolution of ``(batch, *spatial, channels)`` data, one function each.

All are made of XLA operations (or of a primitive with rules of its own), so that derivatives of any
order and both modes come from JAX. `table` chooses; figures are in docs/decisions/005-kernels.md.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import jax
import jax.numpy as jnp
from jax import lax

from cornu.core.allowance import ROUNDS_OF_AN_OPERATION, bounded
from cornu.kernels import table
from cornu.kernels.convolution_primitive import convolve_native, convolve_xla
from cornu.kernels.finish import convolve_and_finish, finish
from cornu.kernels.window import Window, extent, output_size, unknown


def convolve(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """By the method that the table chooses."""
    method = table.convolution_method(kernel.shape, window.groups, x.shape[-2], kernel.dtype)
    return METHODS[method](x, kernel, window)


def transpose_convolution(
    d: jax.Array,
    kernel: jax.Array,
    window: Window,
    sizes: tuple[int, ...],
    bias: jax.Array | None = None,
    rectify: bool = False,
) -> jax.Array:
    """The transpose of a convolution of data with these spatial sizes, and what follows.

    Of the window's padding only what lies in front counts; what lies behind follows from the sizes.
    """
    rank = len(sizes)
    spans = tuple(map(extent, kernel.shape[:rank], window.dilation))
    fronts = [low for low, _ in window.padding]
    ends = [
        (count - 1) * stride + span - low - size
        for count, stride, span, low, size in zip(d.shape[1:], window.strides, spans, fronts, sizes, strict=False)
    ]
    if table.transposed_method(kernel.dtype) == "native" and not unknown(sizes):
        exact = replace(window, padding=tuple(zip(fronts, ends, strict=True)))
        data = (d.shape[0], *sizes, kernel.shape[-2])
        return convolve_and_finish(d, kernel, bias, rectify, result="data", window=exact, data=data)
    pairs = tuple((span - 1 - low, span - 1 - end) for span, low, end in zip(spans, fronts, ends, strict=True))
    flipped = jnp.flip(kernel, range(rank)).swapaxes(-1, -2)
    plain = Window((1,) * rank, pairs, window.dilation)
    return finish(convolve_xla(d, flipped, plain, stretch=window.strides), bias, rectify)


def convolve_product(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """A window of one tap is a matrix product over the channels."""
    ((_, seen),) = _taps(x, kernel.shape[:-2], window)
    return seen @ kernel.reshape(kernel.shape[-2:])


def convolve_patches(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """All that a window sees side by side, then one matrix product."""
    patches = jnp.concatenate([seen for _, seen in _taps(x, kernel.shape[:-2], window)], axis=-1)
    return patches @ kernel.reshape(-1, kernel.shape[-1])


def convolve_taps(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """A depthwise convolution: what each tap sees, times its weight, added up."""
    x = jnp.repeat(x, kernel.shape[-1] // window.groups, axis=-1)
    terms = (seen * kernel[tap][0] for tap, seen in _taps(x, kernel.shape[:-2], window))
    return functools.reduce(jnp.add, terms)


def convolve_split(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """Each group of channels by a convolution of its own."""
    parts = zip(
        jnp.split(x, window.groups, axis=-1),
        jnp.split(kernel, window.groups, axis=-1),
        strict=True,
    )
    single = replace(window, groups=1)
    return jnp.concatenate([convolve(*part, single) for part in parts], axis=-1)


def convolve_planes(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """Three dimensions as a sum over the first axis of the window of two-dimensional ones."""
    depth = Window(window.strides[:1], window.padding[:1], window.dilation[:1])
    plane = Window(window.strides[1:], window.padding[1:], window.dilation[1:])

    def term(tap: tuple[int, ...], seen: jax.Array) -> jax.Array:
        flat = seen.reshape(seen.shape[0] * seen.shape[1], *seen.shape[2:])
        y = convolve(flat, kernel[tap[0]], plane)
        return y.reshape(*seen.shape[:2], *y.shape[1:])

    terms = itertools.starmap(term, _taps(x, kernel.shape[:1], depth))
    return functools.reduce(jnp.add, terms)


def _taps(x: jax.Array, taps: Sequence[int], window: Window) -> Iterator[tuple[tuple[int, ...], jax.Array]]:
    """For each tap of the window over the first spatial axes: its index and what it sees of x."""
    rank = len(taps)
    extents = tuple(map(extent, taps, window.dilation))
    counts = tuple(map(output_size, x.shape[1 : 1 + rank], extents, window.strides, window.padding))
    pads = [(0, 0, 0), *((low, high, 0) for low, high in window.padding)]
    pads += [(0, 0, 0)] * (x.ndim - len(pads))
    padded = lax.pad(x, jnp.zeros((), x.dtype), pads) if any(map(any, window.padding)) else x
    bounded(math.prod(taps) * ROUNDS_OF_AN_OPERATION, "a convolution's window")
    for tap in itertools.product(*map(range, taps)):
        slices = tuple(
            slice(index * space, index * space + (count - 1) * stride + 1, stride) if count else slice(0, 0)
            for index, space, count, stride in zip(tap, window.dilation, counts, window.strides, strict=True)
        )
        yield tap, padded[(slice(None), *slices)]


METHODS = {
    "xla": convolve_xla,
    "native": convolve_native,
    "product": convolve_product,
    "patches": convolve_patches,
    "taps": convolve_taps,
    "split": convolve_split,
    "planes": convolve_planes,
}
