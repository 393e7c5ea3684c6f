"""A convolution as a product of three: data, kernel and output; given two, compute the third.

``sum(output * convolution(data, kernel))`` is linear in each of the three, and its gradient by each
is a function of the other two. So the convolution, the gradient of its data and the gradient of its
kernel are one primitive whose derivatives are itself: any order, both modes, all of them native.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from cornu.kernels import table
from cornu.kernels.window import Pairs, Role, Shape, Window, shape_of


def convolve_xla(
    x: jax.Array,
    kernel: jax.Array,
    window: Window,
    data_format: str = "channels_last",
    padding: Pairs | str | None = None,
    stretch: tuple[int, ...] | None = None,
) -> jax.Array:
    """XLA's convolution; ``padding`` comes before the window's, ``stretch`` spaces the data."""
    axes = "DHW"[3 - len(window.strides) :]
    layout = f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"
    return lax.conv_general_dilated(
        x,
        kernel,
        window.strides,
        window.padding if padding is None else padding,
        lhs_dilation=stretch,
        rhs_dilation=window.dilation,
        dimension_numbers=(layout, f"{axes}IO", layout),
        feature_group_count=window.groups,
    )


def convolve_native(x: jax.Array, kernel: jax.Array, window: Window) -> jax.Array:
    """The convolution, by the native kernel on the CPU and by XLA's elsewhere."""
    return bind(x, kernel, result="output", window=window, data=x.shape, kernel=kernel.shape)


# What each result is computed from. The order is a convention; the kernel likes to come second.
_OPERANDS: dict[Role, tuple[Role, Role]] = {
    "output": ("data", "kernel"),
    "data": ("output", "kernel"),
    "kernel": ("data", "output"),
}


def _twin(a: jax.Array, b: jax.Array, *, result: Role, window: Window, data: Shape, kernel: Shape) -> jax.Array:
    """By XLA: the convolution, or its transpose by one of its arguments."""
    if result == "output":
        return convolve_xla(a, b, window)
    if result == "data":
        function = functools.partial(lambda x, k: convolve_xla(x, k, window), k=b)
        (answer,) = jax.linear_transpose(function, jax.ShapeDtypeStruct(data, b.dtype))(a)
        return answer
    function = functools.partial(convolve_xla, a, window=window)
    (answer,) = jax.linear_transpose(function, jax.ShapeDtypeStruct(kernel, a.dtype))(b)
    return answer


def _native(a: jax.Array, b: jax.Array, *, result: Role, window: Window, data: Shape, kernel: Shape) -> jax.Array:
    end = () if result == "kernel" else (jnp.zeros(0, a.dtype),) * 3
    rectify = None if result == "kernel" else False
    return call_library(a, b, *end, result=result, window=window, data=data, kernel=kernel, rectify=rectify)


def call_library(
    a: jax.Array,
    b: jax.Array,
    *end: jax.Array,
    result: Role,
    window: Window,
    data: Shape,
    kernel: Shape,
    rectify: bool | None = None,
) -> jax.Array:
    """By the library.

    Args:
        end: scale, bias and residual of what follows, empty where there is none. A result "kernel" has neither
            these nor a word on rectifying.
    """
    rank = len(window.strides)
    first, second = (lifted(shape_of(role, window, data, kernel), role, rank) for role in _OPERANDS[result])
    shape = shape_of(result, window, data, kernel)
    call = jax.ffi.ffi_call(f"cornu_convolution_{result}", jax.ShapeDtypeStruct(lifted(shape, result, rank), a.dtype))
    told = window_attributes(window)
    if result != "kernel":
        told["frequencies"] = np.bool_(table.by_frequencies(result, window, data, kernel))
        told["rectify"] = np.bool_(rectify)
    return call(a.reshape(first), b.reshape(second), *end, **told).reshape(shape)


def lifted(shape: Shape, role: Role, rank: int) -> Shape:
    """In three dimensions, as the library has everything: the missing ones are of size 1 and in front."""
    ones = (1,) * (3 - rank)
    return (*ones, *shape) if role == "kernel" else (shape[0], *ones, *shape[1:])


def window_attributes(window: Window) -> dict[str, Any]:
    """What the library is told of a window, in three dimensions."""
    missing = 3 - len(window.strides)

    def numbers(values: tuple[int, ...], other: int) -> np.ndarray:
        return np.array((other,) * missing + values, np.int64)

    return {
        "strides": numbers(window.strides, 1),
        "low": numbers(tuple(low for low, _ in window.padding), 0),
        "dilation": numbers(window.dilation, 1),
        "groups": np.int64(window.groups),
    }


def _transpose(wanted: int, cotangent: jax.Array, a: jax.Array, b: jax.Array, **parameters):
    """The cotangent stands for the result; with the other operand it gives the wanted one."""
    result: Role = parameters.pop("result")
    pair = _OPERANDS[result]
    known = {result: cotangent, pair[1 - wanted]: (a, b)[1 - wanted]}
    operands = (known[role] for role in _OPERANDS[pair[wanted]])
    return _convolution.bind(*operands, result=pair[wanted], **parameters)


def _batch(arrays: tuple, axes: tuple, *, result: Role, window: Window, data: Shape, kernel: Shape):
    """A batch of batches is a larger batch, where all share the kernel; else XLA takes over."""
    parameters = {"result": result, "window": window, "data": data, "kernel": kernel}
    if axes[0] is None or axes[1] is not None or result == "kernel":
        return jax.vmap(functools.partial(_twin, **parameters), in_axes=axes)(*arrays), 0
    first = jnp.moveaxis(arrays[0], axes[0], 0)
    parameters["data"] = (first.shape[0] * data[0], *data[1:])
    merged = first.reshape(first.shape[0] * first.shape[1], *first.shape[2:])
    y = _convolution.bind(merged, arrays[1], **parameters)
    return y.reshape(first.shape[0], first.shape[1], *y.shape[1:]), 0


@functools.cache
def _compiled(parameters: tuple):
    return jax.jit(functools.partial(_convolution.bind, **dict(parameters)))


def _abstract(a, b, *, result: Role, window: Window, data: Shape, kernel: Shape):
    return ShapedArray(shape_of(result, window, data, kernel), a.dtype)


_convolution = Primitive("convolution")
_convolution.def_impl(lambda a, b, **static: _compiled(tuple(static.items()))(a, b))
_convolution.def_abstract_eval(_abstract)
ad.defbilinear(_convolution, functools.partial(_transpose, 0), functools.partial(_transpose, 1))
batching.primitive_batchers[_convolution] = _batch
mlir.register_lowering(_convolution, mlir.lower_fun(_twin, multiple_results=False))
mlir.register_lowering(_convolution, mlir.lower_fun(_native, multiple_results=False), platform="cpu")

bind = _convolution.bind
