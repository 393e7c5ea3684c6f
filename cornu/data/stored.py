"""Arrays that stay in their files: ``np.memmap``, h5py, zarr, and columns of Hugging Face datasets.

A batch reads its own rows, so that data may be larger than memory. Files made of chunks (h5py, zarr) give single
rows at the price of a whole chunk; they are therefore read, and shuffled, by blocks of neighbouring rows: the blocks
come in a new order each epoch, and rows are mixed among the blocks of a window of 128 MiB. An array that is
smaller than the window is thus shuffled fully; a larger one that is sorted by class should be written in another
order. The other kinds are shuffled row by row.
"""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

import jax
import numpy as np

from cornu.core.errors import StructureError, explain

# What neighbours to mix (2 windows are kept where one ends and the next begins), and what to read at once at least.
_WINDOW_BYTES = 128 << 20
_BLOCK_BYTES = 1 << 20


def narrow(x: np.ndarray) -> np.ndarray:
    """float64 and int64 as the 32-bit types that are computed with (unless JAX's x64 mode is on)."""
    wanted = _narrowed(x.dtype)
    return x if x.dtype == wanted else x.astype(wanted)


def _narrowed(dtype: np.dtype) -> np.dtype:
    return jax.dtypes.canonicalize_dtype(dtype) if dtype.kind in "fiuc" else dtype


@dataclasses.dataclass
class StoredArray:
    """Rows ``start`` to ``stop`` of an array that is not in memory.

    Attributes:
        source: reads ``source[first:last]``, and ``source[index]`` if ``chunk`` is 0.
        shape, dtype: of what is read.
        chunk: rows that are read at the price of one; 0 where rows are cheap one by one.
        mapped: whether it is memory that the system fills, so that small ones may be taken whole.
    """

    source: Any
    shape: tuple[int, ...]
    dtype: np.dtype
    start: int
    chunk: int
    mapped: bool = False

    def __post_init__(self) -> None:
        self._block, self._capacity = max(self.chunk, 1), 2
        self._blocks: collections.OrderedDict[int, np.ndarray] = collections.OrderedDict()

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of all rows in memory."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    def __getitem__(self, part: slice) -> StoredArray:
        """Neighbouring rows, not read yet."""
        first, last, _ = part.indices(self.shape[0])
        return dataclasses.replace(self, shape=(last - first, *self.shape[1:]), start=self.start + first)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self._read(0, self.shape[0]), dtype)

    def rows(self, index: np.ndarray) -> np.ndarray:
        """The rows of those numbers, in that order."""
        if len(index) and np.array_equal(index, np.arange(index[0], index[0] + len(index))):
            return self._read(int(index[0]), int(index[-1]) + 1)
        if not self.chunk:
            return narrow(np.asarray(self.source[self.start + index]))
        result = np.empty((len(index), *self.shape[1:]), self.dtype)
        blocks = index // self._block
        for number in np.unique(blocks):
            here = np.flatnonzero(blocks == number)
            result[here] = self._read_block(int(number))[index[here] - number * self._block]
        return result

    def keep(self, block: int, blocks: int) -> None:
        """Read blocks of so many rows, and keep so many of them."""
        self._block, self._capacity = block, blocks
        self._blocks.clear()

    def forget(self) -> None:
        """Give up the blocks that were read."""
        self._blocks.clear()

    def _read(self, first: int, last: int) -> np.ndarray:
        return narrow(np.asarray(self.source[self.start + first : self.start + last]))

    def _read_block(self, number: int) -> np.ndarray:
        if number not in self._blocks:
            while len(self._blocks) >= self._capacity:
                self._blocks.popitem(last=False)
            first = number * self._block
            self._blocks[number] = self._read(first, min(first + self._block, self.shape[0]))
        self._blocks.move_to_end(number)
        return self._blocks[number]


def stored(x: Any) -> StoredArray | None:
    """``x`` as rows to be read when needed, if it is an array in a file."""
    library = type(x).__module__.partition(".")[0]
    if isinstance(x, np.memmap):
        chunk = 0
    elif library in ("h5py", "zarr") and hasattr(x, "shape") and hasattr(x, "dtype"):
        chunk = (x.chunks or (0,))[0] or 1
    else:
        return None
    dtype = np.dtype(x.dtype)
    if dtype.kind not in "fiubc":
        name = f"an array of {dtype} in a file"
        raise StructureError(explain("Training data", "numbers", name, "Encode it as numbers when writing the file."))
    if not x.shape:
        raise StructureError(explain("Training data", "arrays with a batch axis", "a scalar in a file", "Pass rows."))
    return StoredArray(x, tuple(x.shape), _narrowed(dtype), 0, chunk, isinstance(x, np.memmap))


class BlockOrder:
    """The order of rows of arrays that are read by blocks.

    Args:
        arrays: of as many rows each, some of them ``StoredArray`` with chunks; they are told how to read.
    """

    def __init__(self, arrays: list[Any]):
        self.rows = arrays[0].shape[0]
        chunked = [a for a in arrays if isinstance(a, StoredArray) and a.chunk]
        row_bytes = max(1, sum(a.nbytes for a in chunked) // max(self.rows, 1))
        largest = max(chunked, key=lambda a: a.nbytes)
        chunks = max(1, round(_BLOCK_BYTES / (row_bytes * largest.chunk)))
        self.block = min(chunks * largest.chunk, max(self.rows, 1))
        self.window = max(2, _WINDOW_BYTES // (row_bytes * self.block))
        for array in chunked:
            array.keep(self.block, 2 * self.window)

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Row numbers of an epoch: blocks in a new order, and rows mixed within each window of blocks."""
        starts = generator.permutation(-(-self.rows // self.block)) * self.block
        windows = [starts[first : first + self.window] for first in range(0, len(starts), self.window)]
        return np.concatenate([generator.permutation(self._rows_of(window)) for window in windows])

    def _rows_of(self, starts: np.ndarray) -> np.ndarray:
        rows = (starts[:, None] + np.arange(self.block)).ravel()
        return rows[rows < self.rows]
