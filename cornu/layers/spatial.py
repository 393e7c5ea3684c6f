"""Which axes of (batch, spatial, channels) data are spatial, and how their sizes change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu.core.spec import Dimension, SymbolicShape, is_known


def spatial_axes(rank: int, data_format: str) -> range:
    """Indices of the spatial axes."""
    start = 1 if data_format == "channels_last" else 2
    return range(start, start + rank)


def channel_axis(data_format: str) -> int:
    """Index of the channel axis."""
    return -1 if data_format == "channels_last" else 1


def spatial_sizes(shape: SymbolicShape, data_format: str) -> SymbolicShape:
    """The sizes of the spatial axes."""
    axes = spatial_axes(len(shape) - 2, data_format)
    return tuple(shape[axes.start : axes.stop])


def with_spatial_sizes(shape: SymbolicShape, data_format: str, sizes: Sequence[Dimension]) -> SymbolicShape:
    """The shape with other sizes on the spatial axes."""
    axes = spatial_axes(len(shape) - 2, data_format)
    return (*shape[: axes.start], *sizes, *shape[axes.stop :])


def resized(size: Dimension, function: Callable[[int], int]) -> Dimension:
    """What ``function`` makes of a size: a number of a number; an unknown keeps its name where nothing changes.

    Example:
        >>> resized(5, lambda n: n // 2), resized("time", lambda n: n + 0), resized("time", lambda n: n // 2)
        (2, 'time', None)
    """
    if size is None or is_known(size):
        return None if size is None else function(size)  # type: ignore[arg-type]  # a number by now
    # Two sizes that leave other remainders by every stride in use tell a size that stays from one that changes.
    return size if all(function(n) == n for n in (1009, 1013)) else None
