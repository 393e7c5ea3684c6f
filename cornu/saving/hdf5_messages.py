"""Parts of HDF5's object headers as values: shapes, element types, layouts, filters.

Pure functions on bytes. What the library would follow out of the file or make up (external and
virtual storage, shared messages, references, filters from plugins) has no branch here: it is
refused by its number.

Source: HDF5 File Format Specification 3.0, section IV.A.2 (the numbers in the comments).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import Limits

UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF
DEFLATE, SHUFFLE, FLETCHER32 = 1, 2, 3

FLOATS = {2: (10, 5, 0, 10, 15), 4: (23, 8, 0, 23, 127), 8: (52, 11, 0, 52, 1023)}
BFLOAT16 = (7, 8, 0, 7, 127)
BOOL_MEMBERS = b"FALSE\0TRUE\0"


class Fields:
    """Little-endian fields, one after the other."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data = data
        self.at = 0
        self.what = what

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise FileFormatError(f"HDF5 {self.what} needs {end:,} bytes; got {len(self.data):,}. The file is damaged.")
        result = self.data[self.at : end]
        self.at = end
        return result

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little")

    def numbers(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}")))

    def pad(self, multiple: int) -> None:
        self.at += -self.at % multiple

    def expect(self, found: int, *known: int) -> None:
        if found not in known:
            raise FileFormatError(
                f"HDF5 {self.what} needs version {' or '.join(map(str, known))}; got {found}. "
                "Write the file again with h5py's default settings."
            )


@dataclass(frozen=True)
class VlenText:
    """Element type of text that lies elsewhere in the file; for attributes only."""

    itemsize: int = 16


@dataclass(frozen=True)
class Contiguous:
    address: int
    size: int


@dataclass(frozen=True)
class Compact:
    data: bytes


@dataclass(frozen=True)
class Chunked:
    index: int
    chunk: tuple[int, ...]


Layout = Contiguous | Compact | Chunked


def read_shape(data: bytes, limits: Limits) -> tuple[int, ...] | None:
    """Dataspace (0x0001). None: the null dataspace, which holds nothing."""
    fields = Fields(data, "dataspace")
    version, rank, _, kind = fields.numbers("4B")
    fields.expect(version, 1, 2)
    if version == 1:
        fields.take(4)
    elif kind == 2:
        return None
    limits.check("HDF5 array (axes)", rank, "rank")
    shape = fields.numbers(f"{rank}Q")
    limits.check_shape("HDF5 array", shape, 1)
    return shape


def read_dtype(fields: Fields) -> np.dtype | VlenText:
    """Datatype (0x0003), of the kinds that weights and their attributes have."""
    head, bits, size = fields.numbers("BHx I")
    kind, version = head & 15, head >> 4
    fields.expect(version, 1, 2, 3, 4, 5)
    if kind == 0:  # 3.1 integers
        offset, precision = fields.numbers("2H")
        if size in (1, 2, 4, 8) and (offset, precision) == (0, 8 * size):
            order = ">" if bits & 1 else "<"
            return np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
    elif kind == 1:  # 3.2 floats
        dtype = _read_float(fields, bits, size)
        if dtype is not None:
            return dtype
    elif kind == 3 and 0 < size < 1 << 31:  # 3.4 text of fixed size
        return np.dtype(f"S{size}")
    elif kind == 5 and 0 < size < 1 << 31:  # 3.6 opaque; its low byte is the length of a tag
        fields.take(bits & 0xFF)
        return np.dtype(f"V{size}")
    elif kind == 8:  # 3.9 enumerations: NumPy's bool is one of int8
        return _read_bool(fields, bits, version)
    elif kind == 9 and bits & 15 == 1:  # 3.10 text of any size
        return VlenText()
    raise UnsafeFileError(
        "HDF5 array needs whole, real, truth or raw (opaque) elements; got datatype class "
        f"{kind} of {size} bytes. Compound, reference, nested and object types are not weights."
    )


def _read_float(fields: Fields, bits: int, size: int) -> np.dtype | None:
    offset, precision = fields.numbers("2H")
    exponent_at, exponent, mantissa_at, mantissa, bias = fields.numbers("4BI")
    # Sign in the highest bit, implied leading 1, not the VAX byte order.
    usual = bits >> 8 == 8 * size - 1 and bits & 0b0111_0000 == 0b0010_0000
    plain = usual and (offset, precision) == (0, 8 * size)
    found = (exponent_at, exponent, mantissa_at, mantissa, bias)
    order = ">" if bits & 1 else "<"
    if plain and FLOATS.get(size) == found:
        return np.dtype(f"{order}f{size}")
    if plain and size == 2 and found == BFLOAT16 and order == "<":
        return np.dtype("bfloat16")  # Known to NumPy by name once ml_dtypes is imported.
    return None


def _read_bool(fields: Fields, members: int, version: int) -> np.dtype:
    whole_number = fields.data[fields.at : fields.at + 1]
    if not whole_number or whole_number[0] & 15:
        raise UnsafeFileError("HDF5 enumeration needs whole numbers as its base.")
    base = read_dtype(fields)
    names = b""
    if members == 2:
        for _ in range(2):
            start = fields.at
            end = fields.data.find(b"\0", start, start + 16)
            names += fields.take(max(end + 1 - start, 1))
            if version < 3:
                fields.at = start + -(-(fields.at - start) // 8) * 8
    if base != np.dtype("i1") or names != BOOL_MEMBERS or fields.take(2) != b"\x00\x01":
        raise UnsafeFileError("HDF5 enumeration needs the members FALSE = 0 and TRUE = 1 only.")
    return np.dtype(bool)


def read_layout(data: bytes) -> Layout:
    """Data layout (0x0008). Its versions 3 and 4 agree for all but chunks."""
    fields = Fields(data, "data layout")
    version, kind = fields.numbers("2B")
    fields.expect(version, 3, 4, 5)
    if kind == 0:
        return Compact(fields.take(fields.number(2)))
    if kind == 1:
        return Contiguous(*fields.numbers("2Q"))
    if kind == 2:
        fields.expect(version, 3)
        dimensions, index = fields.numbers("BQ")
        return Chunked(index, fields.numbers(f"{dimensions}I"))
    raise UnsafeFileError(
        "HDF5 array needs its data in this file; got a virtual dataset, which names other files."
        if kind == 3
        else f"HDF5 array needs a known layout; got class {kind}."
    )


def read_filters(data: bytes) -> tuple[int, ...]:
    """Filter pipeline (0x000B): numbers of the filters in the order of writing."""
    fields = Fields(data, "filter pipeline")
    version, count = fields.numbers("2B")
    fields.expect(version, 1, 2)
    if version == 1:
        fields.take(6)
    found = []
    for _ in range(count):
        kind = fields.number(2)
        name_size = fields.number(2) if version == 1 or kind >= 256 else 0
        _, values = fields.numbers("2H")
        fields.take(name_size)
        if version == 1:
            fields.take(-name_size % 8)
        fields.take(4 * values + (4 * (values % 2) if version == 1 else 0))
        found.append(kind)
    unknown = set(found) - {DEFLATE, SHUFFLE, FLETCHER32}
    if unknown or len(found) != len(set(found)):
        raise UnsafeFileError(
            "HDF5 array needs only the filters gzip, shuffle and fletcher32, each once; "
            f"got the filter numbers {found}."
        )
    return tuple(found)


@dataclass(frozen=True)
class Attribute:
    name: str
    dtype: bytes
    space: bytes
    data: bytes


def read_attribute(data: bytes, limits: Limits) -> Attribute:
    """Attribute (0x000C): its parts, of which the type is read when somebody asks for it."""
    fields = Fields(data, "attribute")
    version, flags = fields.numbers("2B")
    fields.expect(version, 1, 2, 3)
    if version > 1 and flags:
        raise UnsafeFileError("HDF5 attribute needs its own type; got a shared (committed) one.")
    name_size, dtype_size, space_size = fields.numbers("3H")
    if version == 3:
        fields.take(1)
    multiple = 8 if version == 1 else 1
    parts = []
    for size in (name_size, dtype_size, space_size):
        parts.append(fields.take(size))
        fields.take(-size % multiple)
    name = read_text(parts[0].rstrip(b"\0"), "attribute's name")
    limits.check("HDF5 attribute (length of its name)", len(name), "name_length")
    return Attribute(name, parts[1], parts[2], data[fields.at :])


def read_text(raw: bytes, what: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FileFormatError(f"HDF5 {what} needs UTF-8 text; got {raw[:40]!r}.") from None
