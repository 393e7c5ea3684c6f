"""Convolutions in one to three dimensions: plain, transposed, depthwise, separable.

Keras's arguments are turned into a `Window` with explicit padding; `convolution_methods` computes.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.kernels import table
from cornu.kernels.convolution_methods import METHODS, convolve_xla, transpose_convolution
from cornu.kernels.finish import convolve_and_finish, finish
from cornu.kernels.upsampling import Origin, origin, widened
from cornu.kernels.window import (
    Ints,
    Padding,
    Window,
    extent,
    output_size,
    padding_pairs,
    per_axis,
    spatial_rank,
    spatial_start,
    unknown,
)


def conv(
    x: jax.Array,
    kernel: jax.Array,
    strides: Ints = 1,
    padding: Padding = "valid",
    data_format: str = "channels_last",
    dilation: Ints = 1,
    bias: jax.Array | None = None,
    rectify: bool = False,
) -> jax.Array:
    """Cross-correlation ``y[p, o] = sum_{t, i} x[p * stride + t * dilation, i] * kernel[t, i, o] + bias[o]``.

    Shapes:
        x: (batch, *spatial, channels), or (batch, channels, *spatial) with "channels_first".
        kernel: (*window, channels / groups, filters); fewer channels than ``x`` has mean groups.
        y: (batch, *positions, filters), laid out as ``x``, in the dtype of ``x``.

    Args:
        padding: "valid", "same", "causal" (one spatial axis), or a pair of zeros for each axis.
        bias: (filters,), or None.
        rectify: whether negative results become 0.

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
    sizes = x.shape[start : start + rank]
    pairs = padding_pairs(padding, sizes, extents, steps)
    if isinstance(pairs, str):
        window = Window(steps, (), spacing, groups)
        return finish(convolve_xla(x, kernel, window, data_format, pairs), bias, rectify, data_format)
    window = Window(steps, pairs, spacing, groups)
    known = not unknown(sizes)
    method = table.convolution_method(kernel.shape, groups, sizes[-1], kernel.dtype) if known else "xla"
    before = origin(x, data_format) if method == "native" and groups == 1 and max(*steps, *spacing) == 1 else None
    fronts = tuple(size - 1 - low for size, (low, _) in zip(kernel.shape, pairs, strict=False))
    if before is not None and min(fronts) >= 0:
        counts = tuple(map(output_size, sizes, extents, steps, pairs))
        flipped = jnp.flip(kernel, range(rank)).swapaxes(-1, -2)
        return _convolve_origin(before, flipped, fronts, counts, bias, rectify)
    if method == "xla":
        return finish(convolve_xla(x, kernel, window, data_format), bias, rectify, data_format)
    if start == 2:
        x = jnp.moveaxis(x, 1, -1)
    if method == "native":
        y = convolve_and_finish(x, kernel, bias, rectify, result="output", window=window, data=x.shape)
    else:
        y = finish(METHODS[method](x, kernel, window), bias, rectify)
    return y if start == 1 else jnp.moveaxis(y, -1, 1)


def depthwise_conv(
    x: jax.Array,
    kernel: jax.Array,
    strides: Ints = 1,
    padding: Padding = "valid",
    data_format: str = "channels_last",
    dilation: Ints = 1,
    bias: jax.Array | None = None,
    rectify: bool = False,
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
    return conv(x, grouped, strides, padding, data_format, dilation, bias, rectify)


def separable_conv(
    x: jax.Array,
    depthwise_kernel: jax.Array,
    pointwise_kernel: jax.Array,
    strides: Ints = 1,
    padding: Padding = "valid",
    data_format: str = "channels_last",
    dilation: Ints = 1,
    bias: jax.Array | None = None,
    rectify: bool = False,
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
    return conv(y, pointwise_kernel, data_format=data_format, bias=bias, rectify=rectify)


def conv_transpose(
    x: jax.Array,
    kernel: jax.Array,
    strides: Ints = 1,
    padding: str = "valid",
    output_padding: Ints | None = None,
    data_format: str = "channels_last",
    dilation: Ints = 1,
    bias: jax.Array | None = None,
    rectify: bool = False,
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
    places = [_place(*axis, padding) for axis in zip(extents, steps, extra, strict=True)]
    forward = Window(steps, tuple((before, 0) for before, _ in places), spacing)
    sizes = tuple(
        (size - 1) * step + window + growth
        for size, step, window, (_, growth) in zip(x.shape[start : start + rank], steps, extents, places, strict=True)
    )
    before = origin(x, data_format)
    if before is not None and max(*steps, *spacing) == 1 and table.transposed_method(kernel.dtype) == "native":
        return _convolve_origin(before, kernel, tuple(front for front, _ in places), sizes, bias, rectify)
    if start == 1:
        return transpose_convolution(x, kernel, forward, sizes, bias, rectify)
    y = transpose_convolution(jnp.moveaxis(x, 1, -1), kernel, forward, sizes, bias, rectify)
    return jnp.moveaxis(y, -1, 1)


def _convolve_origin(
    before: Origin,
    kernel: jax.Array,
    fronts: tuple[int, ...],
    sizes: tuple[int, ...],
    bias: jax.Array | None,
    rectify: bool,
) -> jax.Array:
    """The transposed convolution of an upsampled array, with a stride of 1, from what it was upsampled from.

    Args:
        kernel: (*window, filters, channels).
        fronts: how much is cut off in front of the whole output.
        sizes: of the result's spatial axes.
    """
    first = before.data_format == "channels_first"
    x = jnp.moveaxis(before.source, 1, -1) if first else before.source
    window = Window(before.factors, tuple((front, 0) for front in fronts), (1,) * len(sizes))
    y = transpose_convolution(x, widened(kernel, before.factors), window, sizes, bias, rectify)
    return jnp.moveaxis(y, -1, 1) if first else y


def _output_padding(value: Ints, rank: int) -> tuple[int, ...]:
    pads = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(pads) != rank or any(pad < 0 for pad in pads):
        raise ValueError(
            f"output_padding needs one integer >= 0 or {rank} of them; got {value!r}. "
            "Give one number for each spatial axis."
        )
    return pads


def _place(window: int, stride: int, extra: int | None, padding: str) -> tuple[int, int]:
    """How much of the whole output is cut off in front, and how much longer than it Keras's is.

    The whole output is ``(n - 1) * stride + window`` long.
    """
    if padding not in ("valid", "same"):
        raise ValueError(f"conv_transpose needs padding 'valid' or 'same'; got {padding!r}. Name one of the two.")
    if padding == "valid":
        return 0, max(stride - window, 0) if extra is None else extra
    if extra is None:
        return max(window - stride, 0) // 2, stride - window
    growth = extra - 2 * (window // 2)
    return max(-growth, 0) // 2, growth


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
