"""A zip with stored members, the same bytes each time.

Big members are written where they will stay: the local header is put down first and completed
afterwards, so that weights go to the disk once and are never held in memory. (`zipfile` offers no
seekable member to write into, which HDF5 needs.)

Source: APPNOTE.TXT 6.3.10, 4.3.7 to 4.3.16. Times are 1980-01-01, the format's zero.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from cornu.saving.limits import MIB

DATE_1980 = 0x0021
UTF8 = 1 << 11
MODE = 0o100644 << 16
FULL32 = 0xFFFFFFFF


class ZipWriter:
    """Adds members to an empty, seekable file that can also be read; `finish` ends it.

    Example:

    >>> file = io.BytesIO()
    >>> archive = ZipWriter(file)
    >>> archive.add("config.json", b"{}")
    >>> archive.finish()
    >>> import zipfile
    >>> zipfile.ZipFile(file).read("config.json")
    b'{}'
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[bytes] = []

    def add(self, name: str, data: bytes) -> None:
        """Add a member that is in memory."""
        with self.member(name) as file:
            file.write(data)

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """A seekable file that is the member's place in the archive."""
        header_at = self._file.seek(0, io.SEEK_END)
        raw_name = name.encode("utf-8")
        # Room for 64-bit sizes, which are not known yet.
        self._file.write(_local(raw_name, 0, 0))
        part = _Part(self._file, self._file.tell())
        yield part  # type: ignore[misc]  # a RawIOBase with all that BinaryIO's users call
        size, crc = part.size, part.checksum()
        self._file.seek(header_at)
        self._file.write(_local(raw_name, size, crc))
        self._entries.append(_entry(raw_name, size, crc, header_at))

    def finish(self) -> None:
        """Write the directory."""
        start = self._file.seek(0, io.SEEK_END)
        directory = b"".join(self._entries)
        count, size = len(self._entries), len(directory)
        self._file.write(directory)
        if start + size >= FULL32 or count >= 0xFFFF:
            values = (b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
            self._file.write(struct.pack("<4sQ2H2L4Q", *values))
            self._file.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1))
        short = min(count, 0xFFFF)
        values = (b"PK\x05\x06", 0, 0, short, short, size, min(start, FULL32), 0)
        self._file.write(struct.pack("<4s4H2LH", *values))


class _Part(io.RawIOBase):
    """The end of a file, from a byte on, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._start = start
        self._at = 0
        self.size = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer is one
        self._file.seek(self._start + self._at)
        count = self._file.readinto(memoryview(buffer)[: max(self.size - self._at, 0)])  # type: ignore[attr-defined]  # files opened for reading and writing have it
        self._at += count
        return count

    def write(self, data: bytes) -> int:  # type: ignore[override]  # any buffer is one
        self._file.seek(self._start + self._at)
        count = self._file.write(data)
        self._at += count
        self.size = max(self.size, self._at)
        return count

    def truncate(self, size: int | None = None) -> int:
        self.size = self._at if size is None else size
        self._file.truncate(self._start + self.size)
        return self.size

    def flush(self) -> None:
        """Nothing is kept back here."""

    def checksum(self) -> int:
        """CRC-32 of what was written (0.2 to 1 s for 1 GiB)."""
        crc, done = 0, 0
        self._file.seek(self._start)
        while done < self.size:
            data = self._file.read(min(MIB, self.size - done))
            crc = zlib.crc32(data, crc)
            done += len(data)
        return crc


def _local(name: bytes, size: int, crc: int) -> bytes:
    wide = struct.pack("<2H2Q", 1, 16, size, size)
    head = struct.pack(
        "<4s5H3L2H",
        *(b"PK\x03\x04", 45, _flags(name), 0, 0, DATE_1980, crc),
        *(FULL32, FULL32, len(name), len(wide)),
    )
    return head + name + wide


def _entry(name: bytes, size: int, crc: int, header_at: int) -> bytes:
    wide = b""
    if max(size, header_at) >= FULL32:
        wide = struct.pack("<2H3Q", 1, 24, size, size, header_at)
    sizes = (FULL32, FULL32) if wide else (size, size)
    head = struct.pack(
        "<4s6H3L5H2L",
        *(b"PK\x01\x02", 3 << 8 | 45, 45, _flags(name), 0, 0, DATE_1980, crc, *sizes),
        *(len(name), len(wide), 0, 0, 0, MODE, FULL32 if wide else header_at),
    )
    return head + name + wide


def _flags(name: bytes) -> int:
    return 0 if name.isascii() else UTF8
