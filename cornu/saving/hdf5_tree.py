"""The groups and arrays of an HDF5 file, found without the HDF5 library.

`read_tree` walks a file once and returns what is in it as plain values. Every object is met once
(a second way to it is a hard link, and a cycle one of those), every byte of structure is paid for
from a budget, and array data never share bytes, so a file cannot claim more than it stores.

Source: HDF5 File Format Specification 3.0: superblock II.A, B-trees III.A, symbol tables III.B and
III.C, local heap III.D, object headers IV.A. Checksums of the newer forms are not verified: safety
does not rest on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.hdf5_messages import (
    UNDEFINED,
    Attribute,
    Fields,
    Layout,
    VlenText,
    read_attribute,
    read_dtype,
    read_filters,
    read_layout,
    read_shape,
    read_text,
)
from cornu.saving.limits import Limits
from cornu.saving.window import Window

SIGNATURE = b"\x89HDF\r\n\x1a\n"

# Header messages (IV.A.2) that are read, or are known to change nothing about the data.
DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT = 0x01, 0x02, 0x03, 0x06, 0x07, 0x08
FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x0B, 0x0C, 0x10, 0x11, 0x15
# Empty, fill value (old, new), group info, comment, times, B-tree sizes, number of references.
HARMLESS = {0x00, 0x04, 0x05, 0x0A, 0x0D, 0x0E, 0x12, 0x13, 0x16}
READ = {DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT}
ONCE = {DATASPACE, LINK_INFO, DATATYPE, LAYOUT, FILTERS, SYMBOL_TABLE}
READ |= {FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO}


@dataclass(frozen=True)
class Dataset:
    shape: tuple[int, ...]
    dtype: np.dtype
    layout: Layout
    filters: tuple[int, ...]
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Group:
    children: dict[str, Group | Dataset] = field(default_factory=dict)
    attributes: tuple[Attribute, ...] = ()


def read_tree(structure: Structure) -> Group:
    """The root group of the file."""
    root = structure.read_node(_find_root(structure), depth=0)
    if not isinstance(root, Group):
        raise FileFormatError("HDF5 file needs a group at its root; got an array.")
    return root


def _find_root(structure: Structure) -> int:
    head = structure.read(0, min(96, structure.size))
    if head[:8] != SIGNATURE:
        raise FileFormatError(
            "HDF5 file needs to begin with its signature; got something else "
            "(a user block before it is not read). Is the download complete?"
        )
    fields = Fields(head, "superblock")
    fields.at = 8
    version = fields.number(1)
    fields.expect(version, 0, 1, 2, 3)
    if version < 2:
        fields.at = 13
        widths = fields.numbers("2B")
        fields.at = 28 if version == 1 else 24
        base, _, end, driver = fields.numbers("4Q")
        _, root = fields.numbers("2Q")
    else:
        widths = fields.numbers("2B")
        fields.take(1)
        base, _, end, root = fields.numbers("4Q")
        driver = UNDEFINED
    if widths != (8, 8) or base or driver != UNDEFINED:
        raise UnsafeFileError("HDF5 file needs 8-byte addresses from 0 and no driver of its own.")
    if end > structure.size:
        raise FileFormatError(
            f"HDF5 file needs the {end:,} bytes that it declares; got {structure.size:,}. It is cut short."
        )
    return root


class Structure:
    """Reads the parts of one file that are not array data, against its budgets."""

    def __init__(self, window: Window, limits: Limits) -> None:
        self.size = window.size
        self.limits = limits
        self._window = window
        # Each byte has one meaning, so an honest file's structure is read about once.
        self._budget = min(2 * window.size + 4096, limits.metadata_bytes)
        self._nodes = 0
        self._seen: set[int] = set()
        self.extents: list[tuple[int, int]] = []

    def read(self, address: int, count: int) -> bytes:
        self._budget -= count
        if self._budget < 0:
            raise UnsafeFileError(
                "HDF5 structure needs each byte once and at most "
                f"{self.limits.metadata_bytes:,} bytes; this file asks for more."
            )
        return self._window.read(address, count)

    def claim(self, address: int, size: int) -> None:
        """Note that array data lie there."""
        if address + size > self.size:
            raise FileFormatError(
                f"HDF5 array needs its data within the file's {self.size:,} bytes; "
                f"got {size:,} bytes at {address:,}. The file is cut short or damaged."
            )
        self.extents.append((address, size))

    def check_extents(self) -> None:
        """Refuse array data that share bytes."""
        free_from = 0
        for address, size in sorted(self.extents):
            if address < free_from:
                raise UnsafeFileError("HDF5 array needs bytes of its own; two arrays share some.")
            free_from = address + size

    def visit(self, address: int, what: str) -> None:
        if address in self._seen:
            raise UnsafeFileError(
                f"HDF5 {what} needs one place in the tree; got a second way to the same one (a hard link or a cycle)."
            )
        self._seen.add(address)

    def read_node(self, address: int, depth: int) -> Group | Dataset:
        self.visit(address, "group or array")
        self._nodes += 1
        self.limits.check("HDF5 file (groups and arrays)", self._nodes, "nodes")
        self.limits.check("HDF5 file (nesting)", depth, "depth")
        messages = list(self._messages(address))
        attributes = tuple(read_attribute(data, self.limits) for kind, data in messages if kind == ATTRIBUTE)
        self.limits.check("HDF5 object (attributes)", len(attributes), "attributes")
        if any(kind == ATTRIBUTE_INFO and _has_heap(data, 2) for kind, data in messages):
            raise FileFormatError(
                "HDF5 object needs its attributes in its header; got the newer, indexed form. "
                "Write the file again with h5py's default settings."
            )
        kinds = {kind for kind, _ in messages}
        for kind in kinds & ONCE:
            if sum(found == kind for found, _ in messages) > 1:
                raise UnsafeFileError(f"HDF5 header needs message {kind:#06x} once; got it twice.")
        if len({item.name for item in attributes}) < len(attributes):
            raise UnsafeFileError("HDF5 object needs attributes of different names.")
        if LAYOUT in kinds and not kinds & {SYMBOL_TABLE, LINK, LINK_INFO}:
            return self._dataset(messages, attributes)
        if kinds & {SYMBOL_TABLE, LINK, LINK_INFO} and LAYOUT not in kinds:
            return Group(dict(self._children(messages, depth)), attributes)
        raise UnsafeFileError("HDF5 object needs to be a group or an array; got both or neither (a committed type).")

    def _messages(self, address: int) -> Iterator[tuple[int, bytes]]:
        """Kind and content of each message of an object header, continuations included."""
        head = self.read(address, 4)
        if head == b"OHDR":
            blocks, newer, wide = [self._first_block_v2(address)], True, 0
        else:
            fields = Fields(head + self.read(address + 4, 12), "object header")
            version, _, _, size = fields.numbers("BBH4xI")
            fields.expect(version, 1)
            blocks, newer, wide = [self.read(address + 16, size)], False, 0
        if newer:
            flags = self.read(address + 5, 1)[0]
            wide = 2 if flags & 4 else 0
        while blocks:
            for kind, data in _split(blocks.pop(), newer, wide):
                if kind == CONTINUATION:
                    at, size = Fields(data, "continuation").numbers("2Q")
                    self.visit(at, "header block")
                    block = self.read(at, size)
                    if newer and block[:4] != b"OCHK":
                        raise FileFormatError("HDF5 header block needs its signature.")
                    blocks.append(block[4:-4] if newer else block)
                else:
                    yield kind, data

    def _first_block_v2(self, address: int) -> bytes:
        fields = Fields(self.read(address, min(34, self.size - address)), "object header")
        fields.at = 4
        version, flags = fields.numbers("2B")
        fields.expect(version, 2)
        fields.take((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
        size = fields.number(1 << (flags & 3))
        return self.read(address + fields.at, size)

    def _dataset(self, messages: list[tuple[int, bytes]], attributes: tuple[Attribute, ...]) -> Dataset:
        parts = dict(messages)
        if EXTERNAL in parts:
            raise UnsafeFileError("HDF5 array needs its data in this file; got external storage, which names others.")
        if DATASPACE not in parts or DATATYPE not in parts:
            raise FileFormatError("HDF5 array needs a shape and an element type.")
        shape = read_shape(parts[DATASPACE], self.limits)
        dtype = read_dtype(Fields(parts[DATATYPE], "datatype"))
        if shape is None or isinstance(dtype, VlenText) or dtype.kind == "S":
            raise UnsafeFileError("HDF5 array needs numbers; got text or nothing.")
        filters = read_filters(parts[FILTERS]) if FILTERS in parts else ()
        return Dataset(shape, dtype, read_layout(parts[LAYOUT]), filters, attributes)

    def _children(self, messages: list[tuple[int, bytes]], depth: int) -> Iterator[tuple[str, Group | Dataset]]:
        names: set[str] = set()
        for name, address in self._links(messages):
            if not name or name in (".", "..") or "/" in name or "\0" in name:
                raise UnsafeFileError(f"HDF5 link needs a plain name; got {name[:80]!r}.")
            self.limits.check("HDF5 link (length of its name)", len(name), "name_length")
            if name in names:
                raise UnsafeFileError(f"HDF5 group needs each name once; got {name[:80]!r} twice.")
            names.add(name)
            yield name, self.read_node(address, depth + 1)

    def _links(self, messages: list[tuple[int, bytes]]) -> Iterator[tuple[str, int]]:
        for kind, data in messages:
            if kind == SYMBOL_TABLE:
                tree, heap = Fields(data, "symbol table").numbers("2Q")
                yield from self._symbols(tree, self._heap(heap), level=None)
            elif kind == LINK:
                yield _read_link(data)
            elif kind == LINK_INFO and _has_heap(data, 8):
                raise FileFormatError(
                    "HDF5 group needs its links in its header or in a symbol table; got the "
                    "newer, indexed form. Write the file again with h5py's default settings."
                )

    def _heap(self, address: int) -> bytes:
        self.visit(address, "heap")
        fields = Fields(self.read(address, 32), "local heap")
        if fields.take(4) != b"HEAP":
            raise FileFormatError("HDF5 local heap needs its signature.")
        size, _, at = fields.numbers("4x3Q")
        return self.read(at, size)

    def _symbols(self, address: int, heap: bytes, level: int | None) -> Iterator[tuple[str, int]]:
        """Links of a version 1 B-tree; `level` is what the parent says this node has."""
        self.visit(address, "B-tree node")
        fields = Fields(self.read(address, 24), "B-tree")
        sign, kind, found, used = fields.numbers("4sBBH")
        # 16 levels of at least 2 would be 65,536 leaves: more than the budget of nodes.
        if sign != b"TREE" or kind != 0 or (level is not None and found != level) or found > 16:
            raise FileFormatError("HDF5 group needs a tree of symbols that goes down step by step.")
        entries = Fields(self.read(address + 24, 16 * used), "B-tree").numbers("8xQ" * used)
        for child in entries:
            if found:
                yield from self._symbols(child, heap, found - 1)
            else:
                yield from self._symbol_node(child, heap)

    def _symbol_node(self, address: int, heap: bytes) -> Iterator[tuple[str, int]]:
        self.visit(address, "symbol node")
        fields = Fields(self.read(address, 8), "symbol node")
        sign, version, used = fields.numbers("4sBxH")
        if sign != b"SNOD" or version != 1:
            raise FileFormatError("HDF5 symbol node needs its signature and version 1.")
        fields = Fields(self.read(address + 8, 40 * used), "symbol node")
        for _ in range(used):
            name_at, child, cached = fields.numbers("2QI20x")
            if cached == 2 or child == UNDEFINED:
                raise UnsafeFileError("HDF5 link needs to lead to an object; got a soft link.")
            end = heap.find(b"\0", name_at)
            if end < 0:
                raise FileFormatError("HDF5 link needs a name within its heap.")
            # The name is cut before decoding: a file may point at megabytes without a zero.
            self.limits.check("HDF5 link (length of its name)", end - name_at, "name_length")
            yield read_text(heap[name_at:end], "link's name"), child


def _split(block: bytes, newer: bool, wide: int) -> Iterator[tuple[int, bytes]]:
    """Messages of one block of an object header."""
    fields = Fields(block, "object header")
    head = 4 + wide if newer else 8
    while fields.at + head <= len(block):
        kind, size, flags = fields.numbers("BHB") if newer else fields.numbers("HHB3x")
        fields.take(wide)
        data = fields.take(size)
        if kind not in READ and kind not in HARMLESS:
            raise UnsafeFileError(f"HDF5 header needs known messages; got number {kind:#06x}.")
        if flags & 2 and kind not in HARMLESS:
            raise UnsafeFileError("HDF5 header needs messages of its own; got a shared one (a committed type).")
        yield kind, data


def _has_heap(data: bytes, index_size: int) -> bool:
    """Whether a link info (0x0002) or attribute info (0x0015) message points at a fractal heap."""
    fields = Fields(data, "index")
    _, flags = fields.numbers("2B")
    fields.take(index_size if flags & 1 else 0)
    return fields.number(8) != UNDEFINED


def _read_link(data: bytes) -> tuple[str, int]:
    """Link (0x0006), newer form."""
    fields = Fields(data, "link")
    version, flags = fields.numbers("2B")
    fields.expect(version, 1)
    kind = fields.number(1) if flags & 8 else 0
    if kind:
        raise UnsafeFileError(
            "HDF5 link needs to lead to an object of this file; got "
            f"{ {1: 'a soft link', 64: 'an external link'}.get(kind, f'kind {kind}') }."
        )
    fields.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    size = fields.number(1 << (flags & 3))
    return read_text(fields.take(size), "link's name"), fields.number(8)
