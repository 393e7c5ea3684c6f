"""Weights of a convolution as the native kernel reads them, so that they need not be laid out in each call.

``convolve_packed(x, pack(kernel, packing), ...)`` is the convolution of ``x`` with the kernel. What `pack` makes is
flat: for each group, panels of output channels, in each panel the panel's channels for one tap and seen channel
after the other; for Winograd's method that for each of the 16 frequencies of the 3x3 window.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.interpreters import mlir

from cornu.kernels import native, table
from cornu.kernels.convolution_primitive import bind as convolve
from cornu.kernels.convolution_primitive import lifted, window_attributes
from cornu.kernels.finish import follow
from cornu.kernels.window import Shape, Window, output_shape

# From a window's three taps of an axis to its four frequencies, and back: Lavin and Gray 2016, arXiv:1509.09308.
_THERE = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32)
_BACK = np.array([[1, 0, 0, 0], [0, 1, -1, 0], [0, 0, 0, 1]], np.float32)


@dataclasses.dataclass(frozen=True)
class Packing:
    """How the weights of a kernel are laid out.

    Attributes:
        kernel: its shape: (*window, channels / groups, filters).
        frequencies: whether they are those of Winograd's method.
        lanes, widest: floats of a vector, and vectors of the widest panel.
    """

    kernel: Shape
    groups: int
    frequencies: bool
    lanes: int
    widest: int

    @property
    def panels(self) -> Iterator[tuple[int, int, int]]:
        """Of a group: first channel, channels, and how many there is room for."""
        made = self.kernel[-1] // self.groups
        first = 0
        while first < made:
            left = made - first
            vectors = 4 if self.widest == 4 and left >= 4 * self.lanes else 2 if left > self.lanes else 1
            room = vectors * self.lanes
            yield first, min(room, left), room
            first += room

    @property
    def depth(self) -> int:
        """Weights of an output channel."""
        return 16 * self.kernel[-2] if self.frequencies else math.prod(self.kernel[:-1])

    @property
    def size(self) -> int:
        """How many floats it takes."""
        return self.groups * self.depth * sum(room for *_, room in self.panels)


def packing_of(window: Window, data: Shape, kernel: Shape) -> Packing | None:
    """How to keep the weights of a native convolution; None if that gains nothing or takes too much memory."""
    groups, made = window.groups, kernel[-1] // window.groups
    if made <= 4 or 0 in kernel:  # depthwise, or sums along the runs: these read weights where they lie, or few
        return None
    packing = Packing(kernel, groups, table.by_frequencies("output", window, data, kernel, True), *native.vectors())
    return packing if packing.size <= table.PACKED_GROWTH * math.prod(kernel) else None


def pack(kernel: jax.Array, packing: Packing) -> jax.Array:
    """The weights, laid out.

    Shapes:
        kernel: ``packing.kernel``. Result: (``packing.size``,).
    """
    (packed,) = PACKED.bind(kernel, packing=packing)
    return packed


def unpack(packed: jax.Array, packing: Packing) -> jax.Array:
    """The kernel that was packed."""
    *window, inputs, filters = packing.kernel
    parts = packed.reshape(16 if packing.frequencies else 1, packing.groups, -1)
    depth = inputs if packing.frequencies else packing.depth
    columns, start = [], 0
    for _, channels, room in packing.panels:
        panel = parts[..., start : start + depth * room].reshape(*parts.shape[:2], depth, room)
        columns.append(panel[..., :channels])
        start += depth * room
    rows = jnp.concatenate(columns, -1).swapaxes(1, 2).reshape(-1, filters)  # (frequency or tap and channel, filter)
    if packing.frequencies:
        rows = jnp.einsum("ip,jq,pqcm->ijcm", _BACK, _BACK, rows.reshape(4, 4, inputs, filters))
    return rows.reshape(*window, inputs, filters)


def convolve_packed(
    x: jax.Array,
    packed: jax.Array,
    scale: jax.Array | None,
    bias: jax.Array | None,
    residual: jax.Array | None,
    rectify: bool,
    *,
    window: Window,
    packing: Packing,
) -> jax.Array:
    """``max(convolution * scale + bias + residual, 0)`` with packed weights; None is left out.

    Shapes:
        x: (batch, *spatial, channels). packed: (``packing.size``,). scale, bias: (filters,). residual: as the result.
    """
    end = [jnp.zeros(0, x.dtype) if part is None else part for part in (scale, bias, residual)]
    (y,) = _CONVOLVED.bind(x, packed, *end, rectify=rectify, window=window, packing=packing)
    return y


def _twin(kernel: jax.Array, *, packing: Packing) -> list[jax.Array]:
    inputs = packing.kernel[-2]
    if packing.frequencies:
        kernel = jnp.einsum("pi,qj,ijcm->pqcm", _THERE, _THERE, kernel.reshape(3, 3, *packing.kernel[-2:]))
    times, depth = (16, inputs) if packing.frequencies else (1, packing.depth)
    rows = kernel.reshape(times, depth, packing.groups, -1).swapaxes(1, 2)
    panels = [
        jnp.pad(rows[..., first : first + channels], ((0, 0),) * 3 + ((0, room - channels),))
        for first, channels, room in packing.panels
    ]
    return [jnp.concatenate([panel.reshape(times, packing.groups, -1) for panel in panels], -1).reshape(-1)]


def _native(kernel: jax.Array, *, packing: Packing) -> list[jax.Array]:
    call = jax.ffi.ffi_call("cornu_packed_weights", jax.ShapeDtypeStruct((packing.size,), kernel.dtype))
    array = kernel.reshape(lifted(packing.kernel, "kernel", kernel.ndim - 2))
    return [call(array, groups=np.int64(packing.groups), frequencies=np.bool_(packing.frequencies))]


def _twin_convolved(
    x: jax.Array, packed: jax.Array, *end: jax.Array, rectify: bool, window: Window, packing: Packing
) -> list[jax.Array]:
    kernel = unpack(packed, packing)
    y = convolve(x, kernel, result="output", window=window, data=x.shape, kernel=kernel.shape)
    return [follow(y, *end, rectify=rectify)]


def _native_convolved(
    x: jax.Array, packed: jax.Array, *end: jax.Array, rectify: bool, window: Window, packing: Packing
) -> list[jax.Array]:
    rank = len(window.strides)
    shape = output_shape(window, x.shape, packing.kernel)
    call = jax.ffi.ffi_call("cornu_convolution_packed", jax.ShapeDtypeStruct(lifted(shape, "output", rank), x.dtype))
    told = {"frequencies": np.bool_(packing.frequencies), "rectify": np.bool_(rectify), **window_attributes(window)}
    kernel = np.array(lifted(packing.kernel, "kernel", rank), np.int64)
    return [call(x.reshape(lifted(x.shape, "data", rank)), packed, *end, kernel=kernel, **told).reshape(shape)]


def _shape_convolved(x: Any, *_: Any, window: Window, packing: Packing, **others: Any) -> list[Shape]:
    return [output_shape(window, x.shape, packing.kernel)]


PACKED = native.define(
    "cornu_packed_weights", _twin, attributes=None, shapes=lambda kernel, *, packing: [(packing.size,)]
)
mlir.register_lowering(PACKED, mlir.lower_fun(_native, multiple_results=True), platform="cpu")
_CONVOLVED = native.define("cornu_convolution_packed", _twin_convolved, attributes=None, shapes=_shape_convolved)
mlir.register_lowering(_CONVOLVED, mlir.lower_fun(_native_convolved, multiple_results=True), platform="cpu")
