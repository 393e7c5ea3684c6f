"""What every file of weights offers: groups by path, each with named arrays.

A path is ``"layers/dense/vars"``, the arrays in it ``"0"``, ``"1"``, ...; the root is ``""``.
Readers know where each array lies and what it claims; bytes are read when an array is.
"""

from __future__ import annotations

import bisect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

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


@dataclass(frozen=True)
class StoredArray:
    """An array in a file: its claims, checked, and a way to read it.

    Example:

    >>> stored = StoredArray((2,), np.dtype("int32"), lambda into: into.fill(7))
    >>> stored.nbytes, stored.read()
    (8, array([7, 7], dtype=int32))
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    fill: Callable[[np.ndarray], None]

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
    """All arrays of a file by path and name, as 64-byte aligned parts of one allocation.

    One allocation gets huge pages. With 64 arrays of 4 MiB, page faults made separate ones three
    times as slow as reading the file raw (0.083 s against 0.026 s for 256 MiB). The memory is
    released when the last of the arrays is.
    """
    stored = {path: dict(arrays) for path, arrays in reader.items()}
    sizes = [array.nbytes for arrays in stored.values() for array in arrays.values()]
    arena = np.empty(sum(-(-size // ALIGNMENT) * ALIGNMENT for size in sizes) + ALIGNMENT, np.uint8)
    at = -arena.ctypes.data % ALIGNMENT
    results: dict[str, dict[str, np.ndarray]] = {}
    for path, arrays in stored.items():
        results[path] = {}
        for name, array in arrays.items():
            place = arena[at : at + array.nbytes].view(array.dtype).reshape(array.shape)
            results[path][name] = array.read(into=place)
            at += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    return results


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
