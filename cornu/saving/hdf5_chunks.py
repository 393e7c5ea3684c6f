"""Arrays that HDF5 stores in pieces, compressed or not.

Source: HDF5 File Format Specification 3.0, III.A.1 (B-tree of chunks) and the filters' own
descriptions; Fletcher's checksum as HDF5 stores it, over big-endian 16-bit words.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.hdf5_messages import DEFLATE, FLETCHER32, SHUFFLE, UNDEFINED, Chunked, Fields
from cornu.saving.hdf5_tree import Dataset, Structure
from cornu.saving.window import Window


@dataclass(frozen=True)
class Chunk:
    address: int
    stored: int
    filters: tuple[int, ...]
    corner: tuple[int, ...]


def find_chunks(structure: Structure, dataset: Dataset, layout: Chunked) -> list[Chunk]:
    """All chunks of an array; each place of its grid needs exactly one.

    HDF5 fills places without a chunk with a value: an array of any size from no bytes.
    """
    *chunk, itemsize = layout.chunk or (0,)
    if len(chunk) != len(dataset.shape) or 0 in chunk or itemsize != dataset.dtype.itemsize:
        raise FileFormatError(f"HDF5 chunks need the array's axes; got {layout.chunk}.")
    grid = [-(-size // step) for size, step in zip(dataset.shape, chunk, strict=True)]
    count = math.prod(grid)
    # Each chunk has at least a key of 24 bytes and an address somewhere in the file.
    if count * 32 > structure.size:
        raise UnsafeFileError(f"HDF5 array needs its {count:,} chunks stored; got a smaller file.")
    if count == 0:
        return []
    if layout.index == UNDEFINED:
        raise UnsafeFileError(f"HDF5 array needs its {count:,} chunks stored; got none.")
    found = {part.corner: part for part in _walk(structure, layout.index, dataset, None)}
    steps = (range(0, size, step) for size, step in zip(dataset.shape, chunk, strict=True))
    corners = list(itertools.product(*steps))
    if len(found) != count or any(corner not in found for corner in corners):
        raise UnsafeFileError(f"HDF5 array needs its {count:,} chunks stored; got {len(found):,}.")
    size = math.prod(chunk) * itemsize
    for part in found.values():
        structure.claim(part.address, part.stored)
        if DEFLATE in part.filters:
            structure.limits.check_expansion("HDF5 chunk", size, part.stored)
        elif part.stored != size + 4 * (FLETCHER32 in part.filters):
            raise UnsafeFileError(f"HDF5 chunk needs the {size:,} bytes that it claims; got {part.stored:,}.")
    return [found[corner] for corner in corners]


def _walk(structure: Structure, address: int, dataset: Dataset, level: int | None) -> Iterator[Chunk]:
    structure.visit(address, "B-tree node")
    sign, kind, found, used = Fields(structure.read(address, 24), "B-tree").numbers("4sBBH")
    if sign != b"TREE" or kind != 1 or (level is not None and found != level) or found > 16:
        raise FileFormatError("HDF5 array needs a tree of chunks that goes down step by step.")
    rank = len(dataset.shape)
    entry = 8 + 8 * (rank + 1) + 8
    fields = Fields(structure.read(address + 24, entry * used), "B-tree")
    for _ in range(used):
        stored, skipped, *corner, _, child = fields.numbers(f"2I{rank}QQQ")
        if found:
            yield from _walk(structure, child, dataset, found - 1)
        else:
            # Bit i says that filter i was left out for this chunk.
            used_filters = (f for i, f in enumerate(dataset.filters) if not skipped >> i & 1)
            yield Chunk(child, stored, tuple(used_filters), tuple(corner))


def read_chunks(window: Window, dataset: Dataset, layout: Chunked, parts: list[Chunk], into: np.ndarray) -> None:
    """Fill `into`, of the array's shape and stored type."""
    chunk = layout.chunk[:-1]
    size = math.prod(chunk) * dataset.dtype.itemsize
    for part in parts:
        data = window.read(part.address, part.stored)
        for name in reversed(part.filters):
            data = _undo(name, data, size, dataset.dtype.itemsize)
        if len(data) != size:
            raise FileFormatError(f"HDF5 chunk needs {size:,} bytes; got {len(data):,}.")
        values = np.frombuffer(data, dataset.dtype).reshape(chunk)
        inside = [
            slice(start, min(start + step, most))
            for start, step, most in zip(part.corner, chunk, dataset.shape, strict=True)
        ]
        into[tuple(inside)] = values[tuple(slice(0, s.stop - s.start) for s in inside)]


def _undo(name: int, data: bytes, size: int, itemsize: int) -> bytes:
    if name == DEFLATE:
        stream = zlib.decompressobj()
        try:
            # 4 more than the chunk: a checksum may have been taken before compressing.
            data = stream.decompress(data, size + 5)
        except zlib.error as error:
            raise FileFormatError(f"HDF5 chunk needs gzip data; got {error}.") from None
        if not stream.eof:
            raise UnsafeFileError(f"HDF5 chunk needs to inflate to {size:,} bytes; it is longer.")
        return data
    if name == SHUFFLE:
        whole = len(data) // itemsize * itemsize
        planes = np.frombuffer(data, np.uint8, whole).reshape(itemsize, -1)
        return planes.T.tobytes() + data[whole:]
    return _checked(data)


def _checked(data: bytes) -> bytes:
    content, stored = data[:-4], int.from_bytes(data[-4:], "little")
    padded = content + b"\0" * (len(content) % 2)
    words = np.frombuffer(padded, ">u2").astype(np.uint64)
    weights = np.arange(len(words), 0, -1, dtype=np.uint64)
    first = int(words.sum()) % 65535
    second = int((words * (weights % 65535) % 65535).sum()) % 65535
    # HDF5 keeps 65535 where the remainder is 0 in some cases: equal modulo 65535.
    if (stored & 0xFFFF) % 65535 != first or (stored >> 16) % 65535 != second:
        raise FileFormatError("HDF5 chunk needs its checksum; the file is damaged.")
    return content
