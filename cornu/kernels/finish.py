"""What follows a linear map: a bias, and perhaps a rectifier.

The native convolution does both before it stores a sum. What flows back passes where the result is
positive; that and its sum, the gradient of the bias, are one pass of native code over it (figures in
docs/decisions/005-kernels.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, mlir

from cornu.kernels import native
from cornu.kernels.convolution_primitive import bind as convolve
from cornu.kernels.convolution_primitive import call_library
from cornu.kernels.window import Role, Shape, Window, shape_of


def finish(y: jax.Array, bias: jax.Array | None, rectify: bool, data_format: str = "channels_last") -> jax.Array:
    """``max(y + bias, 0)``, or without either, by XLA.

    Shapes:
        y: (batch, *spatial, channels), or channels first.
        bias: (channels,).
    """
    if bias is not None:
        y = y + (bias if data_format == "channels_last" else bias.reshape(-1, *(1,) * (y.ndim - 2)))
    return jax.nn.relu(y) if rectify else y


def convolve_and_finish(
    a: jax.Array,
    kernel: jax.Array,
    bias: jax.Array | None,
    rectify: bool,
    *,
    result: Role,
    window: Window,
    data: Shape,
) -> jax.Array:
    """A native convolution, or with the result "data" the transpose of one, and what follows."""
    static = {"result": result, "window": window, "data": data, "kernel": kernel.shape}
    if bias is None and not rectify:
        return convolve(a, kernel, **static)
    if bias is None:
        bias = jnp.zeros(kernel.shape[-1 if result == "output" else -2], a.dtype)
    (y,) = _FINISHED.bind(a, kernel, bias, rectify=rectify, **static)
    return y


def convolve_and_follow(
    a: jax.Array,
    kernel_array: jax.Array,
    scale: jax.Array | None,
    bias: jax.Array | None,
    residual: jax.Array | None,
    rectify: bool,
    **static: Any,
) -> jax.Array:
    """``max(convolution * scale + bias + residual, 0)``, natively in passing; None is left out.

    Shapes:
        scale, bias: (channels,). residual: as the result.
    """
    end = [jnp.zeros(0, a.dtype) if part is None else part for part in (scale, bias, residual)]
    (y,) = _FOLLOWED.bind(a, kernel_array, *end, rectify=rectify, **static)
    return y


def follow(y: jax.Array, scale: jax.Array, bias: jax.Array, residual: jax.Array, *, rectify: bool) -> jax.Array:
    """``max(y * scale + bias + residual, 0)`` by XLA; an empty part is left out (or the result is empty as well)."""
    y = y * scale if scale.size else y
    y = y + bias if bias.size else y
    y = y + residual if residual.size else y
    return jax.nn.relu(y) if rectify else y


def _twin_followed(a: jax.Array, kernel_array: jax.Array, *end: jax.Array, rectify: bool, **static: Any):
    return [follow(convolve(a, kernel_array, **static), *end, rectify=rectify)]


def _native_followed(a: jax.Array, kernel_array: jax.Array, *end: jax.Array, **static: Any) -> list[jax.Array]:
    return [call_library(a, kernel_array, *end, **static)]


def _twin(a: jax.Array, kernel_array: jax.Array, bias: jax.Array, *, rectify: bool, **static) -> list[jax.Array]:
    return [finish(convolve(a, kernel_array, **static), bias, rectify)]


def _native(a: jax.Array, kernel_array: jax.Array, bias: jax.Array, **static) -> list[jax.Array]:
    none = jnp.zeros(0, a.dtype)
    return [call_library(a, kernel_array, none, bias, none, **static)]


def _differentiate(primals: Sequence, tangents: Sequence, *, rectify: bool, **static) -> tuple[list, list]:
    """The tangent of a bilinear map and a bias, where the result is positive."""
    (a, kernel, bias), (da, dkernel, dbias) = primals, tangents
    (y,) = _FINISHED.bind(a, kernel, bias, rectify=rectify, **static)
    terms = [] if isinstance(da, ad.Zero) else [convolve(da, kernel, **static)]
    terms += [] if isinstance(dkernel, ad.Zero) else [convolve(a, dkernel, **static)]
    moved = sum(terms[1:], terms[0]) if terms else jnp.zeros_like(y)
    if rectify:
        return [y], _SPREADING.bind(y, moved, ad.instantiate_zeros(dbias))
    return [y], [moved if isinstance(dbias, ad.Zero) else moved + dbias]


def _spreading(y: jax.Array, v: jax.Array, bias: jax.Array) -> list[jax.Array]:
    return [jnp.where(y > 0, v + bias, 0)]


def _collecting(y: jax.Array, d: jax.Array) -> list[jax.Array]:
    passes = jnp.where(y > 0, d, 0)
    return [passes, passes.sum(tuple(range(y.ndim - 1)))]


_SPREADING = native.define("cornu_rectified_tangent", _spreading, lambda y, *_: [y.shape], attributes=None)
_COLLECTING = native.define("cornu_rectified_gradient", _collecting, lambda y, d: [y.shape, y.shape[-1:]])
native.transpose_each_other(_SPREADING, _COLLECTING)


def _finished(
    a: jax.Array,
    kernel_array: jax.Array,
    *end: jax.Array,
    result: Role,
    window: Window,
    data: Shape,
    kernel: Shape,
    **static: Any,
):
    return [shape_of(result, window, data, kernel)]


_FINISHED: Primitive = native.define("cornu_convolution_finished", _twin, _finished, attributes=None)
ad.primitive_jvps[_FINISHED] = _differentiate
mlir.register_lowering(_FINISHED, mlir.lower_fun(_native, multiple_results=True), platform="cpu")

_FOLLOWED: Primitive = native.define("cornu_convolution_followed", _twin_followed, _finished, attributes=None)
mlir.register_lowering(_FOLLOWED, mlir.lower_fun(_native_followed, multiple_results=True), platform="cpu")
