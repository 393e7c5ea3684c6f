"""Convolutions in one to three dimensions: plain, transposed, depthwise, separable.

The public functions turn Keras's arguments into a `_Window` and an explicit padding. One function
for each method of the table computes on ``(batch, *spatial, channels)``. All are made of
differentiable XLA operations: gradients of any order and both modes come from JAX.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import jax
import jax.numpy as jnp
from jax import lax

from cornu.kernels import table
from cornu.kernels.window import (
    Ints,
    Padding,
    Pairs,
    extent,
    output_size,
    padding_pairs,
    per_axis,
    spatial_rank,
    spatial_start,
    unknown,
)


@dataclass(frozen=True)
class _Window:
    """Strides, zeros around the data, spacing of the taps, and groups of channels."""

    strides: tuple[int, ...]
    padding: Pairs | Literal["SAME"]
    dilation: tuple[int, ...]
    groups: int


def conv(
    x: jax.Array,
    kernel: jax.Array,
    strides: Ints = 1,
    padding: Padding = "valid",
    data_format: str = "channels_last",
    dilation: Ints = 1,
) -> jax.Array:
    """Cross-correlation ``y[p, o] = sum_{t, i} x[p * stride + t * dilation, i] * kernel[t, i, o]``.

    Shapes:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) with "channels_first".
        kernel: (*window, channels / groups, filters); fewer channels than ``x`` has mean groups.
        y: (batch, *positions, filters), laid out as ``x``, in the dtype of ``x``.

    Args:
        padding: "valid", "same", "causal" (one spatial axis), or a pair of zeros for each axis.

    Raises:
        ValueError: the ranks disagree, or the channels do not divide.

    Example:
        >>> import jax.numpy as jnp
        >>> x = jnp.arange(5.0).reshape(1, 5, 1)
        >>> conv(x, jnp.ones((3, 1, 1)), padding="same")[0, :, 0].tolist()
        [1.0, 3.0, 6.0, 9.0, 7.0]

    Source: values and padding of ``keras.ops.conv``.
    """
    rank = spatial_rank(x.shape, "conv")
    groups = _groups(x, kernel, rank, data_format)
    start = spatial_start(data_format)
    steps, spacing = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    extents = tuple(map(extent, kernel.shape[:rank], spacing))
    pairs = padding_pairs(padding, x.shape[start : start + rank], extents, steps)
    return _convolve(x, kernel, _Window(steps, pairs, spacing, groups), data_format)


def depthwise_conv(
    x: jax.Array,
    kernel: jax.Array,
    strides: Ints = 1,
    padding: Padding = "valid",
    data_format: str = "channels_last",
    dilation: Ints = 1,
) -> jax.Array:
    """Convolve each channel by itself: ``y[..., c * m + j]`` sees only channel ``c`` of ``x``.

    Shapes:
        x: (batch, *spatial, channels), or channels first.
        kernel: (*window, channels, m).
        y: (batch, *positions, channels * m), laid out as ``x``.

    Raises:
        ValueError: the kernel has other channels than the data.

    Example:
        >>> import jax.numpy as jnp
        >>> depthwise_conv(jnp.ones((1, 4, 2)), jnp.ones((2, 2, 3))).shape
        (1, 3, 6)

    Source: values of ``keras.ops.depthwise_conv``.
    """
    *window, channels, multiplier = kernel.shape
    found = x.shape[-1 if spatial_start(data_format) == 1 else 1]
    if channels != found:
        raise ValueError(
            f"depthwise_conv needs a kernel (*window, {found}, multiplier) for {found} channels; "
            f"got {kernel.shape}. Give the kernel one slice for each channel."
        )
    grouped = kernel.reshape(*window, 1, channels * multiplier)
    return conv(x, grouped, strides, padding, data_format, dilation)


def separable_conv(
    x: jax.Array,
    depthwise_kernel: jax.Array,
    pointwise_kernel: jax.Array,
    strides: Ints = 1,
    padding: Padding = "valid",
    data_format: str = "channels_last",
    dilation: Ints = 1,
) -> jax.Array:
    """A depthwise convolution, then a 1x1 convolution that mixes the channels.

    Shapes:
        x: (batch, *spatial, channels), or channels first.
        depthwise_kernel: (*window, channels, m).
        pointwise_kernel: (1, ..., 1, channels * m, filters).
        y: (batch, *positions, filters), laid out as ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> x, depth, point = jnp.ones((1, 4, 2)), jnp.ones((2, 2, 3)), jnp.ones((1, 6, 5))
        >>> separable_conv(x, depth, point).shape
        (1, 3, 5)

    Source: values of ``keras.ops.separable_conv``.
    """
    y = depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation)
    return conv(y, pointwise_kernel, data_format=data_format)


def conv_transpose(
    x: jax.Array,
    kernel: jax.Array,
    strides: Ints = 1,
    padding: str = "valid",
    output_padding: Ints | None = None,
    data_format: str = "channels_last",
    dilation: Ints = 1,
) -> jax.Array:
    """The transpose of `conv`: each value of ``x`` stamps the kernel, ``stride`` apart.

    Shapes:
        x: (batch, *spatial, channels), or channels first.
        kernel: (*window, filters, channels).
        y: (batch, *positions, filters), laid out as ``x``. With ``e = (window - 1) * dilation + 1``
            a spatial axis of ``n`` becomes ``n * stride`` ("same"), ``n * stride +
            max(e - stride, 0)`` ("valid"); where ``output_padding`` p is given,
            ``(n - 1) * stride + e + p``, less ``2 * (e // 2)`` for "same".

    Raises:
        ValueError: the kernel's last axis is not the channels of ``x``, or a bad argument.

    Example:
        >>> import jax.numpy as jnp
        >>> conv_transpose(jnp.ones((1, 2, 1)), jnp.ones((2, 1, 1)), strides=2)[0, :, 0].tolist()
        [1.0, 1.0, 1.0, 1.0]

    Source: sizes and values of ``keras.ops.conv_transpose`` on its JAX engine.
    """
    rank = spatial_rank(x.shape, "conv_transpose")
    start = spatial_start(data_format)
    channels = x.shape[-1 if start == 1 else 1]
    if kernel.ndim != x.ndim or kernel.shape[-1] != channels:
        raise ValueError(
            f"conv_transpose needs a kernel of rank {x.ndim} whose last axis is the {channels} "
            f"channels of the data; got {kernel.shape}. The layout is (*window, filters, channels)."
        )
    steps, spacing = per_axis(strides, rank, "strides"), per_axis(dilation, rank, "dilation")
    extra = (None,) * rank if output_padding is None else _output_padding(output_padding, rank)
    extents = tuple(map(extent, kernel.shape[:rank], spacing))
    pairs = tuple(_transposed_pair(*axis, padding) for axis in zip(extents, steps, extra, strict=True))
    flipped = jnp.flip(kernel, range(rank)).swapaxes(-1, -2)
    window = _Window((1,) * rank, pairs, spacing, 1)
    return _convolve_xla(x, flipped, window, data_format, stretch=steps)


def _output_padding(value: Ints, rank: int) -> tuple[int, ...]:
    pads = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(pads) != rank or any(pad < 0 for pad in pads):
        raise ValueError(
            f"output_padding needs one integer >= 0 or {rank} of them; got {value!r}. "
            "Give one number for each spatial axis."
        )
    return pads


def _transposed_pair(window: int, stride: int, extra: int | None, padding: str) -> tuple[int, int]:
    """Zeros around the stretched data so that the output has Keras's size and position.

    The whole output is ``(n - 1) * stride + window`` long; ``growth`` is what Keras's has beyond
    it (or less), ``crop`` what is cut off at both ends together.
    """
    if padding not in ("valid", "same"):
        raise ValueError(f"conv_transpose needs padding 'valid' or 'same'; got {padding!r}. Name one of the two.")
    if padding == "same":
        growth = stride - window if extra is None else extra - 2 * (window // 2)
        crop = max(window - stride if extra is None else -growth, 0)
    else:
        growth = max(stride - window, 0) if extra is None else extra
        crop = 0
    before = crop // 2
    return window - 1 - before, window - 1 + growth + before


def _groups(x: jax.Array, kernel: jax.Array, rank: int, data_format: str) -> int:
    channels = x.shape[-1 if spatial_start(data_format) == 1 else 1]
    if kernel.ndim != rank + 2:
        raise ValueError(
            f"conv needs a kernel of rank {rank + 2} for data of shape {x.shape}; "
            f"got {kernel.shape}. The layout is (*window, channels / groups, filters)."
        )
    inputs, filters = kernel.shape[-2:]
    if not inputs or channels % inputs or filters % (channels // inputs):
        raise ValueError(
            f"conv needs a kernel whose input channels divide the {channels} channels of the data "
            f"into groups that divide the filters; got kernel {kernel.shape}. "
            "The layout is (*window, channels / groups, filters)."
        )
    return channels // inputs


def _convolve(x: jax.Array, kernel: jax.Array, window: _Window, data_format: str) -> jax.Array:
    method = table.convolution_method(kernel.shape, window.groups)
    start = spatial_start(data_format)
    if method == "xla" or unknown(x.shape[start : start + len(window.strides)]):
        return _convolve_xla(x, kernel, window, data_format)
    if data_format == "channels_first":
        x = jnp.moveaxis(x, 1, -1)
    y = _METHODS[method](x, kernel, window)
    return jnp.moveaxis(y, -1, 1) if data_format == "channels_first" else y


def _convolve_xla(
    x: jax.Array,
    kernel: jax.Array,
    window: _Window,
    data_format: str = "channels_last",
    stretch: Sequence[int] | None = None,
) -> jax.Array:
    """XLA's convolution; ``stretch`` puts zeros between the values of ``x``."""
    axes = "DHW"[3 - len(window.strides) :]
    layout = f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"
    return lax.conv_general_dilated(
        x,
        kernel,
        window.strides,
        window.padding,
        stretch,
        window.dilation,
        dimension_numbers=(layout, f"{axes}IO", layout),
        feature_group_count=window.groups,
    )


def _convolve_product(x: jax.Array, kernel: jax.Array, window: _Window) -> jax.Array:
    """A window of one tap is a matrix product over the channels."""
    ((_, seen),) = _taps(x, kernel.shape[:-2], window)
    return seen @ kernel.reshape(kernel.shape[-2:])


def _convolve_patches(x: jax.Array, kernel: jax.Array, window: _Window) -> jax.Array:
    """All that a window sees side by side, then one matrix product."""
    patches = jnp.concatenate([seen for _, seen in _taps(x, kernel.shape[:-2], window)], axis=-1)
    return patches @ kernel.reshape(-1, kernel.shape[-1])


def _convolve_taps(x: jax.Array, kernel: jax.Array, window: _Window) -> jax.Array:
    """A depthwise convolution: what each tap sees, times its weight, added up."""
    x = jnp.repeat(x, kernel.shape[-1] // window.groups, axis=-1)
    terms = (seen * kernel[tap][0] for tap, seen in _taps(x, kernel.shape[:-2], window))
    total = next(terms)
    for term in terms:
        total = total + term
    return total


def _convolve_split(x: jax.Array, kernel: jax.Array, window: _Window) -> jax.Array:
    """Each group of channels by a convolution of its own."""
    parts = zip(
        jnp.split(x, window.groups, axis=-1),
        jnp.split(kernel, window.groups, axis=-1),
        strict=True,
    )
    single = replace(window, groups=1)
    return jnp.concatenate([_convolve(*part, single, "channels_last") for part in parts], axis=-1)


def _convolve_planes(x: jax.Array, kernel: jax.Array, window: _Window) -> jax.Array:
    """Three dimensions as a sum over the first axis of the window of two-dimensional ones."""
    depth = _Window(window.strides[:1], window.padding[:1], window.dilation[:1], 1)
    plane = _Window(window.strides[1:], window.padding[1:], window.dilation[1:], 1)
    total = None
    for (tap,), seen in _taps(x, kernel.shape[:1], depth):
        flat = seen.reshape(-1, *seen.shape[2:])
        term = _convolve(flat, kernel[tap], plane, "channels_last")
        total = term if total is None else total + term
    return total.reshape(*seen.shape[:2], *total.shape[1:])


def _taps(x: jax.Array, taps: Sequence[int], window: _Window) -> Iterator[tuple[tuple[int, ...], jax.Array]]:
    """For each tap of the window over the first spatial axes: its index and what it sees of x."""
    rank = len(taps)
    extents = tuple(map(extent, taps, window.dilation))
    counts = tuple(map(output_size, x.shape[1 : 1 + rank], extents, window.strides, window.padding))
    pads = ((0, 0, 0), *((*pair, 0) for pair in window.padding))
    pads += ((0, 0, 0),) * (x.ndim - len(pads))
    padded = lax.pad(x, jnp.zeros((), x.dtype), pads) if any(map(any, window.padding)) else x
    for tap in itertools.product(*map(range, taps)):
        slices = tuple(
            slice(index * space, index * space + (count - 1) * stride + 1, stride) if count else slice(0, 0)
            for index, space, count, stride in zip(tap, window.dilation, counts, window.strides, strict=True)
        )
        yield tap, padded[(slice(None), *slices)]


_METHODS = {
    "product": _convolve_product,
    "patches": _convolve_patches,
    "taps": _convolve_taps,
    "split": _convolve_split,
    "planes": _convolve_planes,
}
