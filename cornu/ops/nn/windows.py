"""Convolution and pooling: sliding windows over one to three spatial axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core import config, spec
from cornu.core.op import op
from cornu.core.spec import Dimension, KerasTensor
from cornu.ops.rules import constant_or_batched, shape_of
from cornu.ops.special import float_array
from cornu.ops.tensor import Tensor, arrays

Sizes = int | Sequence[int]


def _format(data_format: str | None) -> str:
    return data_format or config.image_data_format()


def _kernel_is_constant(inputs: Tensor, *tensors: Any, **_: Any) -> bool:
    return constant_or_batched(inputs, *(t for t in tensors if hasattr(t, "shape")), rank=99)


def _batch_apart(function: Callable[..., Any], inputs: Tensor, *args: Any, **kwargs: Any) -> KerasTensor:
    """The batch axis keeps its size; the others are found by evaluation."""
    shape = shape_of(inputs)
    found = spec.evaluate(function, KerasTensor((1, *shape[1:]), spec.spec_of(inputs).dtype), *args, **kwargs)
    return KerasTensor((shape[0], *found.shape[1:]), found.dtype)


@op(spec_rule=_batch_apart, rows=_kernel_is_constant)
def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """``y[p, o] = sum_{t, i} x[p * stride + t * dilation, i] * kernel[t, i, o]``.

    Shapes:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) with "channels_first".
        kernel: (*window, channels / groups, filters).
        result: (batch, *positions, filters), laid out as the inputs.

    Args:
        padding: "valid", "same", or "causal" on one spatial axis.
        data_format: the configured one if None.

    Example:
        >>> conv(jnp.ones((1, 4, 1)), jnp.ones((2, 1, 1))).ravel().tolist()
        [2.0, 2.0, 2.0]
    """
    x, kernel = arrays(inputs, kernel)
    return kernels.conv(x, kernel, strides, padding, _format(data_format), dilation_rate)


@op(spec_rule=_batch_apart, rows=_kernel_is_constant)
def depthwise_conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """``conv`` of each channel by itself, with m filters each.

    Shapes:
        kernel: (*window, channels, m).
        result: (batch, *positions, channels * m), laid out as the inputs.
    """
    x, kernel = arrays(inputs, kernel)
    return kernels.depthwise_conv(x, kernel, strides, padding, _format(data_format), dilation_rate)


@op(spec_rule=_batch_apart, rows=_kernel_is_constant)
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """``depthwise_conv``, then a ``conv`` with a window of 1 that mixes the channels.

    Shapes:
        depthwise_kernel: (*window, channels, m).
        pointwise_kernel: (1, ..., 1, channels * m, filters).
    """
    x, depth, point = arrays(inputs, depthwise_kernel, pointwise_kernel)
    return kernels.separable_conv(x, depth, point, strides, padding, _format(data_format), dilation_rate)


@op(spec_rule=_batch_apart, rows=_kernel_is_constant)
def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """The transpose of ``conv``: each input value stamps the kernel, ``strides`` apart.

    Shapes:
        kernel: (*window, filters, channels).

    Example:
        >>> conv_transpose(jnp.ones((1, 2, 1)), jnp.ones((2, 1, 1)), 2).ravel().tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    x, kernel = arrays(inputs, kernel)
    return kernels.conv_transpose(x, kernel, strides, padding, output_padding, _format(data_format), dilation_rate)


@op(spec_rule=_batch_apart, rows=True)
def max_pool(
    inputs: Tensor,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The largest value in each window.

    Args:
        strides: ``pool_size`` if None.
        padding: "valid" or "same", where padding never wins.

    Example:
        >>> max_pool(jnp.array([[[1.0], [3.0], [2.0], [0.0]]]), 2).ravel().tolist()
        [3.0, 2.0]
    """
    return kernels.max_pool(jnp.asarray(inputs), pool_size, strides, padding, _format(data_format))


@op(spec_rule=_batch_apart, rows=True)
def average_pool(
    inputs: Tensor,
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of each window, padding not counted.

    Example:
        >>> average_pool(jnp.array([[[1.0], [3.0], [2.0]]]), 2, padding="same").ravel().tolist()
        [2.0, 2.0]
    """
    return kernels.average_pool(float_array(inputs), pool_size, strides, padding, _format(data_format))


def _adaptive_shape(function: Any, inputs: Tensor, output_size: Sizes, data_format: str | None = None) -> KerasTensor:
    shape: list[Dimension] = list(shape_of(inputs))
    start = 1 if _format(data_format) == "channels_last" else 2
    for i, size in enumerate(_per_axis(output_size, len(shape) - 2)):
        shape[start + i] = size
    return KerasTensor(shape, spec.spec_of(inputs).dtype)


def _per_axis(sizes: Sizes, rank: int) -> tuple[int, ...]:
    return (sizes,) * rank if isinstance(sizes, int) else tuple(sizes)


def _adaptive(inputs: Tensor, output_size: Sizes, data_format: str | None, reduce: Callable[..., Any]) -> jax.Array:
    """Window i of n covers ``floor(i size / n)`` to ``ceil((i + 1) size / n)``; one axis after the other."""
    x = float_array(inputs)
    start = 1 if _format(data_format) == "channels_last" else 2
    for i, count in enumerate(_per_axis(output_size, x.ndim - 2)):
        axis, size = start + i, x.shape[start + i]
        bounds = [(j * size // count, -(-(j + 1) * size // count)) for j in range(count)]
        parts = [reduce(jax.lax.slice_in_dim(x, a, b, axis=axis), axis=axis, keepdims=True) for a, b in bounds]
        x = jnp.concatenate(parts, axis)
    return x


@op(spec_rule=_adaptive_shape, rows=True)
def adaptive_average_pool(inputs: Tensor, output_size: Sizes, data_format: str | None = None) -> Tensor:
    """The means of ``output_size`` windows spread evenly over each spatial axis; they may overlap by one.

    Example:
        >>> adaptive_average_pool(jnp.arange(5.0).reshape(1, 5, 1), 2).ravel().tolist()
        [1.0, 3.0]
    """
    return _adaptive(inputs, output_size, data_format, jnp.mean)


@op(spec_rule=_adaptive_shape, rows=True)
def adaptive_max_pool(inputs: Tensor, output_size: Sizes, data_format: str | None = None) -> Tensor:
    """The largest values of ``output_size`` windows spread evenly over each spatial axis."""
    return _adaptive(inputs, output_size, data_format, jnp.max)
