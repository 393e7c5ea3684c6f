"""`HDF5Reader`: weights out of ``.h5`` bytes that nobody vouches for.

The HDF5 library is not used to read: malformed bytes crash it (figures and the decision in
``docs/decisions/002-hdf5-safety.md``). This is a reader of the part of the format that h5py writes by
default, which Keras files are made of: superblocks 0 to 3, both kinds of object headers, symbol
tables and links in headers, data contiguous, compact or in chunks with gzip, shuffle, fletcher32.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.hdf5_chunks import find_chunks, read_chunks
from cornu.saving.hdf5_messages import (
    UNDEFINED,
    Attribute,
    Chunked,
    Compact,
    Contiguous,
    Fields,
    VlenText,
    read_dtype,
    read_shape,
    read_text,
)
from cornu.saving.hdf5_tree import Dataset, Group, Structure, read_tree
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.weights import EXTENDED_DTYPES, StoredArray, WeightsReader, in_order
from cornu.saving.window import Window


class HDF5Reader(WeightsReader):
    """Groups, arrays and attributes of an HDF5 file.

    Raises:
        UnsafeFileError: links (soft, external, hard), cycles, external or virtual storage, fill
            values in place of data, types that are not numbers, filters other than gzip, shuffle
            and fletcher32, shared bytes, or anything over the budgets.
        FileFormatError: damaged, or newer forms that h5py writes only when asked to.
    """

    def __init__(self, window: Window, limits: Limits = DEFAULT_LIMITS) -> None:
        self._window = window
        self._limits = limits
        self._structure = Structure(window, limits)
        self._groups: dict[str, Group] = {}
        self._arrays: dict[str, dict[str, StoredArray]] = {}
        self._heaps: dict[int, dict[int, bytes]] = {}
        self._claimed = self._stored = 0
        self._add("", read_tree(self._structure))
        self._structure.check_extents()
        limits.check_expansion("HDF5 file", self._claimed, self._stored)

    def __getitem__(self, path: str) -> Mapping[str, StoredArray]:
        return self._arrays[path.strip("/")]

    def __iter__(self) -> Iterator[str]:
        return (path for path, arrays in self._arrays.items() if arrays)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def groups(self, path: str = "") -> list[str]:
        children = self._groups[path.strip("/")].children
        return [name for name, child in children.items() if isinstance(child, Group)]

    def attributes(self, path: str) -> dict[str, Any]:
        path = path.strip("/")
        node: Group | Dataset | None = self._groups.get(path)
        if node is None:
            group, _, name = path.rpartition("/")
            node = self._groups[group].children[name]
        return {item.name: self._value(item) for item in node.attributes}

    def close(self) -> None:
        self._window.close()

    def _add(self, path: str, group: Group) -> None:
        self._groups[path] = group
        arrays = {}
        for name, child in group.children.items():
            full_name = f"{path}/{name}" if path else name
            self._limits.check("HDF5 path (characters)", len(full_name), "name_length")
            if isinstance(child, Group):
                self._add(full_name, child)
            else:
                arrays[name] = self._array(full_name, child)
        self._arrays[path] = in_order(arrays)

    def _array(self, name: str, dataset: Dataset) -> StoredArray:
        """Check what an array claims against what is stored, and how to fetch it."""
        nbytes = math.prod(dataset.shape) * dataset.dtype.itemsize
        layout = dataset.layout
        self._limits.check_shape("HDF5 array", dataset.shape, dataset.dtype.itemsize)
        if isinstance(layout, Contiguous | Compact):
            if dataset.filters:
                raise UnsafeFileError(f"HDF5 array {name[:80]!r} needs chunks to have filters.")
            size = layout.size if isinstance(layout, Contiguous) else len(layout.data)
            absent = isinstance(layout, Contiguous) and layout.address == UNDEFINED
            if (nbytes and absent) or (size != nbytes and (nbytes or isinstance(layout, Compact))):
                raise UnsafeFileError(
                    f"HDF5 array {name[:80]!r} of shape {dataset.shape} needs {nbytes:,} stored "
                    f"bytes; got {0 if absent else size:,}."
                )
            if isinstance(layout, Contiguous) and nbytes:
                self._structure.claim(layout.address, nbytes)
            self._claimed += nbytes
            self._stored += nbytes
            parts = []
        else:
            parts = find_chunks(self._structure, dataset, layout)
            # Whole chunks, as they are inflated: one may be far larger than its array.
            self._claimed += len(parts) * math.prod(layout.chunk)
            self._stored += sum(part.stored for part in parts)
        window, final = self._window, self._final_dtype(dataset)

        def fill(array: np.ndarray) -> None:
            octets = array.reshape(-1).view(np.uint8)
            if isinstance(layout, Contiguous) and nbytes:
                window.read_into(layout.address, octets)
            elif isinstance(layout, Compact):
                octets[:] = np.frombuffer(layout.data, np.uint8)
            elif isinstance(layout, Chunked):
                raw = octets.view(dataset.dtype).reshape(dataset.shape)
                read_chunks(window, dataset, layout, parts, raw)
            if not dataset.dtype.isnative:
                array.byteswap(inplace=True)

        as_in_memory = dataset.dtype.isnative and final.kind != "b"
        place = (window, layout.address) if as_in_memory and isinstance(layout, Contiguous) else None
        return StoredArray(dataset.shape, final, fill, place)

    def _final_dtype(self, dataset: Dataset) -> np.dtype:
        """Native byte order; raw bytes become the type that their attribute ``dtype`` names."""
        if dataset.dtype.kind != "V" or dataset.dtype in EXTENDED_DTYPES.values():
            return dataset.dtype.newbyteorder("=")
        name = next((self._value(item) for item in dataset.attributes if item.name == "dtype"), None)
        if name is None:  # Old files: raw bytes, for the caller to give a type of this size.
            return dataset.dtype
        found = EXTENDED_DTYPES.get(name) if isinstance(name, str) else None
        if found is None or found.itemsize != dataset.dtype.itemsize:
            raise UnsafeFileError(
                "HDF5 array of raw bytes needs the attribute 'dtype' to name a known type of "
                f"{dataset.dtype.itemsize} bytes; got {str(name)[:80]!r}."
            )
        return found

    def _value(self, attribute: Attribute) -> Any:
        dtype = read_dtype(Fields(attribute.dtype, "attribute's type"))
        shape = read_shape(attribute.space, self._limits)
        if shape is None:
            return None
        count = math.prod(shape)
        what = f"HDF5 attribute {attribute.name[:80]!r} (bytes)"
        self._limits.check(what, count * dtype.itemsize, "attribute_bytes")
        if count * dtype.itemsize > len(attribute.data):
            raise FileFormatError(f"{what} needs {count * dtype.itemsize:,}; the file is damaged.")
        if isinstance(dtype, VlenText):
            return self._texts(attribute, shape, count)
        values = np.frombuffer(attribute.data, dtype, count).reshape(shape)
        if dtype.kind == "S":
            texts = [read_text(bytes(item), "attribute") for item in values.ravel()]
            return texts if shape else texts[0]
        return values.copy() if shape else values[()]

    def _texts(self, attribute: Attribute, shape: tuple[int, ...], count: int) -> Any:
        """Text that lies in global heaps (specification, III.E), found by address and number."""
        fields = Fields(attribute.data, "attribute")
        places = [fields.numbers("IQI") for _ in range(count)]
        total = sum(size for size, _, _ in places)
        self._limits.check("HDF5 attribute (bytes)", total, "attribute_bytes")
        texts = []
        for size, address, index in places:
            if address not in self._heaps and size:
                self._heaps[address] = self._global_heap(address)
            data = self._heaps[address].get(index) if size else b""
            if data is None or len(data) < size:
                raise FileFormatError("HDF5 attribute needs its text in a heap; got none.")
            texts.append(read_text(data[:size].rstrip(b"\0"), "attribute"))
        return texts if shape else texts[0]

    def _global_heap(self, address: int) -> dict[int, bytes]:
        fields = Fields(self._structure.read(address, 16), "global heap")
        sign, version, size = fields.numbers("4sB3xQ")
        if sign != b"GCOL" or version != 1 or size < 16:
            raise FileFormatError("HDF5 global heap needs its signature and version 1.")
        fields = Fields(self._structure.read(address + 16, size - 16), "global heap")
        found: dict[int, bytes] = {}
        while fields.at + 16 <= len(fields.data):
            index, _, length = fields.numbers("HHxxxxQ")
            if index == 0:  # The free rest of the heap.
                break
            found[index] = fields.take(length)
            fields.pad(8)
        return found
