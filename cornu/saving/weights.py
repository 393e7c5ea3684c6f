"""What every file of weights offers: groups by path, each with named arrays.

A path is ``"layers/dense/vars"``, the arrays in it ``"0"``, ``"1"``, ...; the root is ``""``.
Readers know where each array lies and what it claims; bytes are read when an array is.
"""

from __future__ import annotations

import bisect
import functools
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import jax
import ml_dtypes
import numpy as np

from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.window import Window

# Types that NumPy and HDF5 lack: stored as raw bytes, with the name beside them.
EXTENDED_DTYPES: dict[str, np.dtype] = {
    name: np.dtype(getattr(ml_dtypes, name))
    for name in (
        "bfloat16",
        "float8_e3m4",
        "float8_e4m3",
        "float8_e4m3b11fnuz",
        "float8_e4m3fn",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
        "float8_e8m0fnu",
        "int4",
        "uint4",
    )
}

# JAX takes NumPy memory over without a copy only if it is aligned so.
ALIGNMENT = 64

# What one thread reads at a time: 2 ms, where handing it to a thread takes 0.05.
PIECE = 16 << 20
# More do not read faster: half of the time is the kernel's, giving out pages, which it does for one after another.
THREADS = 4


@dataclass(frozen=True)
class StoredArray:
    """An array in a file: its claims, checked, and a way to read it.

    Args:
        fill: reads it into an array of this shape and type.
        place: the window and where in it its bytes lie, if they lie there as in this machine's memory: then
            a part of them can be read by itself.

    Example:

    >>> stored = StoredArray((2,), np.dtype("int32"), lambda into: into.fill(7))
    >>> stored.nbytes, stored.read()
    (8, array([7, 7], dtype=int32))
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    fill: Callable[[np.ndarray], None]
    place: tuple[Window, int] | None = None

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize

    def read(self, into: np.ndarray | None = None) -> np.ndarray:
        """The array in memory, in this machine's byte order.

        Args:
            into: C-contiguous array of this shape and type to fill. Default: a new one.
        """
        array = np.empty(self.shape, self.dtype) if into is None else into
        self.fill(array)
        if array.dtype == bool:
            # A truth value of 2 is neither true nor false to NumPy; nothing stops a file from it.
            octets = array.reshape(-1).view(np.uint8)
            np.minimum(octets, 1, out=octets)
        return array


def read_all(reader: WeightsReader) -> dict[str, dict[str, np.ndarray]]:
    """All arrays of a file by path and name, read by `read_arrays`."""
    stored = {path: dict(arrays) for path, arrays in reader.items()}
    read = iter(read_arrays([array for arrays in stored.values() for array in arrays.values()]))
    return {path: {name: next(read) for name in arrays} for path, arrays in stored.items()}


def read_arrays(stored: Sequence[StoredArray]) -> list[np.ndarray]:
    """Arrays as 64-byte aligned parts of one allocation, filled by several threads.

    One allocation gets huge pages. With 64 arrays of 4 MiB, page faults made separate ones three
    times as slow as reading the file raw (0.083 s against 0.026 s for 256 MiB). The memory is
    released when the last of the arrays is. Two threads take 0.085 s for 1 GiB, one 0.140.
    """
    spans = [-(-array.nbytes // ALIGNMENT) * ALIGNMENT for array in stored]
    arena = np.empty(sum(spans) + ALIGNMENT, np.uint8)
    at = -arena.ctypes.data % ALIGNMENT
    results: list[np.ndarray] = []
    for array, span in zip(stored, spans, strict=True):
        results.append(arena[at : at + array.nbytes].view(array.dtype).reshape(array.shape))
        at += span
    jobs = (job for array, result in zip(stored, results, strict=True) for job in _readings(array, result))
    if len(arena) < 2 * PIECE:
        for job in jobs:
            job()
        return results
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as threads:
        for _ in threads.map(lambda job: job(), jobs):
            pass
    return results


def _readings(stored: StoredArray, into: np.ndarray) -> Iterator[Callable[[], object]]:
    """What has to be done, in any order, to fill an array."""
    if stored.place is None or stored.nbytes <= PIECE:
        yield lambda: stored.read(into)
        return
    window, start = stored.place
    octets = into.reshape(-1).view(np.uint8)
    for at in range(0, stored.nbytes, PIECE):
        yield functools.partial(window.read_into, start + at, octets[at : at + PIECE])


def handed_over(array: np.ndarray, dtype: str | None = None) -> Any:
    """An array that nobody will change, as JAX's: in the same memory where it is aligned, else copied.

    One of 64 bits, which JAX would narrow, stays NumPy's: whoever takes it decides.

    Args:
        dtype: what it will be turned into; an array of another type stays NumPy's, which turns it without compiling.

    Example:

    >>> handed_over(np.ones(2, "float32")), handed_over(np.ones(1))
    (Array([1., 1.], dtype=float32), array([1.]))
    """
    narrowed = jax.dtypes.canonicalize_dtype(array.dtype) != array.dtype
    return array if narrowed or dtype not in (None, array.dtype.name) else jax.device_put(array, may_alias=True)


class WeightsReader(Mapping[str, Mapping[str, StoredArray]], ABC):
    """A file of weights: a mapping from group paths to their arrays.

    All structure is read and checked when the reader is made; reading an array later can meet
    damaged data, never a new claim. Iteration gives the paths of groups that hold arrays; a group
    without arrays can be asked for and is empty. Arrays with numbers as names come in their order.
    """

    @abstractmethod
    def __getitem__(self, path: str) -> Mapping[str, StoredArray]: ...

    @abstractmethod
    def groups(self, path: str = "") -> list[str]:
        """Names of the groups right below `path`."""

    def attributes(self, path: str) -> dict[str, Any]:
        """Attributes of the group or array at `path`: numbers, text, arrays of them."""
        return {}

    def __contains__(self, path: object) -> bool:
        try:
            self[path]  # type: ignore[index]  # any key may be asked for
        except KeyError:
            return False
        return True

    def close(self) -> None:
        """Release the file; arrays that were read stay."""

    def __enter__(self) -> WeightsReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class WeightsWriter(ABC):
    """Receives groups of arrays, each once."""

    @abstractmethod
    def write(self, path: str, arrays: Mapping[str, Any] | Iterable[Any] = (), name: str | None = None) -> None:
        """Store arrays under `path`.

        Args:
            arrays: named, or in an order that names them ``"0"``, ``"1"``, ...
            name: name of the object that they belong to, for people who look into the file.
        """


class FlatReader(WeightsReader):
    """Groups made from full names, as npz and safetensors have: ``"layers/dense/vars/0"``."""

    def __init__(self, arrays: Mapping[str, StoredArray]) -> None:
        self._groups: dict[str, dict[str, StoredArray]] = {"": {}}
        for full_name, array in arrays.items():
            path, _, name = full_name.rpartition("/")
            self._groups.setdefault(path, {})[name] = array
        self._order = sorted(self._groups)

    def __getitem__(self, path: str) -> Mapping[str, StoredArray]:
        if path not in self._groups and not self._below(path):
            raise KeyError(path)
        return in_order(self._groups.get(path, {}))

    def __iter__(self) -> Iterator[str]:
        return (path for path, arrays in self._groups.items() if arrays)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def groups(self, path: str = "") -> list[str]:
        start = len(path) + 1 if path else 0
        return list(dict.fromkeys(name for group in self._below(path) if (name := group[start:].split("/")[0])))

    def _below(self, path: str) -> list[str]:
        """Paths of the groups inside one. Groups that only hold groups are in no list: names may be long, and deep."""
        first = bisect.bisect_left(self._order, f"{path}/") if path else 0
        last = bisect.bisect_left(self._order, f"{path}0") if path else len(self._order)  # the character after "/"
        return self._order[first:last]


Reader = TypeVar("Reader", bound=WeightsReader)


def opened(kind: Callable[[Window, Limits], Reader], window: Window, limits: Limits = DEFAULT_LIMITS) -> Reader:
    """A reader of a window, which is closed if it holds nothing that can be read."""
    try:
        return kind(window, limits)
    except BaseException:
        window.close()
        raise


def in_order(arrays: Mapping[str, StoredArray]) -> dict[str, StoredArray]:
    """Arrays named by numbers in numeric order, before the others in the order of the file."""

    def rank(name: str) -> tuple[bool, int]:
        is_number = name.isascii() and name.isdigit() and len(name) < 10
        return (not is_number, int(name) if is_number else 0)

    return {name: arrays[name] for name in sorted(arrays, key=rank)}


def named(arrays: Mapping[str, Any] | Iterable[Any]) -> dict[str, np.ndarray]:
    """Arrays of a `WeightsWriter.write` as NumPy arrays by name."""
    if not isinstance(arrays, Mapping):
        arrays = {str(index): array for index, array in enumerate(arrays)}
    return {name: np.asarray(array) for name, array in arrays.items()}
