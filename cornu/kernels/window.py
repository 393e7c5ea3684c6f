"""The geometry of a sliding window: sizes, strides, dilations, padding.

Shared by convolution and pooling; plain integers, no arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Ints = int | Sequence[int]
Pairs = tuple[tuple[int, int], ...]
Padding = str | Sequence[tuple[int, int]]
DataFormat = Literal["channels_last", "channels_first"]
Role = Literal["data", "kernel", "output"]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """Strides, zeros around the data, spacing of the taps, and groups of channels."""

    strides: tuple[int, ...]
    padding: Pairs
    dilation: tuple[int, ...]
    groups: int = 1


def per_axis(value: Ints, rank: int, what: str) -> tuple[int, ...]:
    """One positive integer for each of ``rank`` axes; a single number stands for all of them."""
    sizes = (value,) * rank if isinstance(value, int) else tuple(int(v) for v in value)
    if len(sizes) != rank or any(size < 1 for size in sizes):
        raise ValueError(
            f"{what} needs one positive integer or {rank} of them; got {value!r}. "
            "Give one number for each spatial axis."
        )
    return sizes


def spatial_rank(shape: Sequence[int], what: str) -> int:
    """Number of spatial axes of ``(batch, ..., channels)`` data: 1, 2 or 3."""
    rank = len(shape) - 2
    if rank not in (1, 2, 3):
        raise ValueError(
            f"{what} needs data of rank 3, 4 or 5 (batch, 1 to 3 spatial axes, channels); "
            f"got shape {tuple(shape)}. Add or remove axes first."
        )
    return rank


def spatial_start(data_format: str) -> int:
    """Index of the first spatial axis."""
    if data_format == "channels_last":
        return 1
    if data_format == "channels_first":
        return 2
    raise ValueError(
        f"data_format needs 'channels_last' or 'channels_first'; got {data_format!r}. Name one of the two."
    )


def extent(size: int, dilation: int) -> int:
    """Positions that a window of ``size`` taps spans: ``(size - 1) * dilation + 1``."""
    return (size - 1) * dilation + 1


def unknown(sizes: Sequence[int]) -> bool:
    """Whether a size is a symbol (abstract evaluation) and not a number."""
    return not all(isinstance(size, int) for size in sizes)


def output_size(size: int, window: int, stride: int, padding: tuple[int, int]) -> int:
    """How many windows fit: ``floor((size + padding - window) / stride) + 1``, at least 0."""
    return max((size + sum(padding) - window) // stride + 1, 0)


def output_shape(window: Window, data: Shape, kernel: Shape) -> Shape:
    """(batch, *positions, filters) of a convolution of data and kernel of these shapes."""
    rank = len(window.strides)
    extents = map(extent, kernel[:rank], window.dilation)
    sizes = map(output_size, data[1 : 1 + rank], extents, window.strides, window.padding)
    return (data[0], *sizes, kernel[-1])


def shape_of(role: Role, window: Window, data: Shape, kernel: Shape) -> Shape:
    """Of the data, the kernel, or what the convolution makes of them."""
    if role == "output":
        return output_shape(window, data, kernel)
    return data if role == "data" else kernel


def padding_pairs(
    padding: Padding, sizes: Sequence[int], extents: Sequence[int], strides: Sequence[int]
) -> Pairs | Literal["SAME"]:
    """Zeros before and after each spatial axis.

    "valid" adds none; "same" makes ``ceil(size / stride)`` outputs, the odd zero behind, and stays
    a word for XLA where a size is unknown; "causal" (one axis only) puts ``extent - 1`` zeros in
    front; pairs are taken as they are.
    """
    if not isinstance(padding, str):
        pairs = tuple((int(low), int(high)) for low, high in padding)
        if len(pairs) != len(sizes):
            raise ValueError(
                f"padding needs {len(sizes)} (before, after) pairs; got {len(pairs)}. "
                "Give one pair for each spatial axis."
            )
        return pairs
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding == "same":
        if unknown(sizes):
            return "SAME"
        return tuple(map(_same_pair, sizes, extents, strides))
    if padding == "causal" and len(sizes) == 1:
        return ((extents[0] - 1, 0),)
    raise ValueError(
        "padding needs 'valid', 'same', 'causal' (one spatial axis) or explicit pairs; "
        f"got {padding!r} for {len(sizes)} spatial axes. Name one of these."
    )


def _same_pair(size: int, window: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2
