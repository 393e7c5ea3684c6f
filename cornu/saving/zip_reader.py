"""Members of a zip archive, by a reader that accepts one meaning only.

Two zip readers can see two different archives in the same bytes: data before or after, local
headers that contradict the directory, members that share bytes. Here all of that is an error. The
layout that is accepted, front to back and without gaps that matter::

    (local header, data)*   central directory   [zip64 end record, its locator]   end record

Source: APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import DEFAULT_LIMITS, MIB, Limits
from cornu.saving.names import check_distinct, check_name
from cornu.saving.window import Window

STORED, DEFLATED = 0, 8
# Bits 1 and 2 tell how deflate was tuned, 3 that sizes follow the data, 11 that names are UTF-8.
KNOWN_FLAGS = 0b1000_0000_1110
SIZE_LATER, UTF8 = 1 << 3, 1 << 11

END = struct.Struct("<4s4H2LH")
END64_LOCATOR = struct.Struct("<4sLQL")
END64 = struct.Struct("<4sQ2H2L4Q")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True)
class Member:
    """One member: where its bytes lie and what they claim to become."""

    name: str
    method: int
    crc: int
    stored: int
    size: int
    header: int
    start: int = 0


class ZipReader:
    """The members of a zip, read on demand.

    Raises:
        UnsafeFileError: encryption, links, names that are not plain, overlapping members, another
            compression than deflate, or sizes over the budgets.
        FileFormatError: not a zip, or damaged.

    Example:

    >>> import io, zipfile
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("config.json", "{}")
    >>> ZipReader(Window.of_file(file)).read("config.json", 100)
    b'{}'
    """

    def __init__(self, source: Window, limits: Limits = DEFAULT_LIMITS) -> None:
        self._source = source
        self._limits = limits
        directory, count, end_of_data = _find_directory(source, limits)
        members = _parse_directory(directory, count, limits)
        check_distinct((member.name for member in members), "Members of the archive")
        self._members = _locate(source, members, end_of_data)

    def names(self) -> list[str]:
        return list(self._members)

    def size(self, name: str) -> int:
        return self._members[name].size

    def read(self, name: str, most: int) -> bytes:
        """A whole member of at most `most` bytes; its checksum is verified."""
        member = self._members[name]
        if member.size > most:
            raise UnsafeFileError(f"Member {name!r} needs to be at most {most:,} bytes; got {member.size:,}.")
        data = self._source.read(member.start, member.stored)
        if member.method == DEFLATED:
            data = self._inflate(member, data)
        if zlib.crc32(data) != member.crc:
            raise FileFormatError(
                f"Member {name!r} needs the checksum {member.crc:08x}; got {zlib.crc32(data):08x}. The file is damaged."
            )
        return data

    def head(self, name: str, count: int) -> bytes:
        """The first `count` bytes of a member, or fewer if it is shorter."""
        member = self._members[name]
        # Deflate's tables take up to 300 bytes before the first byte comes out.
        data = self._source.read(member.start, min(member.stored, count + 300))
        if member.method == DEFLATED:
            try:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, count)
            except zlib.error as error:
                raise FileFormatError(f"Member {name!r} needs to be deflated data; got {error}.") from None
        return data[:count]

    def window(self, name: str) -> Window:
        """A window on a member: on the file itself if stored (no checksum), else inflated."""
        member = self._members[name]
        if member.method == STORED:
            return self._source.part(member.start, member.stored)
        self._limits.check(f"Member {name!r} (bytes)", member.size, "inflated_bytes")
        return Window.of_bytes(self.read(name, member.size))

    def _inflate(self, member: Member, data: bytes) -> bytes:
        what = f"Member {member.name!r}"
        self._limits.check_expansion(what, member.size, member.stored)
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            result = stream.decompress(data, member.size + 1)
        except zlib.error as error:
            raise FileFormatError(f"{what} needs to be deflated data; got {error}.") from None
        if len(result) != member.size or not stream.eof or stream.unused_data:
            raise UnsafeFileError(
                f"{what} needs to inflate to the {member.size:,} bytes that it declares; "
                "its data are longer or shorter."
            )
        return result


def _find_directory(source: Window, limits: Limits) -> tuple[bytes, int, int]:
    """The central directory's bytes, its number of entries, and where it starts."""
    end_at = source.size - END.size
    if end_at < 0 or source.read(end_at, 4) != b"PK\x05\x06":
        raise FileFormatError(
            "A .keras file needs to be a zip that ends in its end record, without a comment or "
            "other data behind; got something else. Is the download complete?"
        )
    _, disk, first_disk, here, count, size, start, comment = END.unpack(source.read(end_at, END.size))
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (size, start):
        end_at, disks, here, count, size, start = _read_end64(source, end_at)
        disk, first_disk = disks
    if disk or first_disk or here != count or comment or start + size != end_at:
        raise UnsafeFileError(
            "A zip needs one part, and its directory right before its end record; got "
            f"{size:,} bytes of directory at {start:,} and the end at {end_at:,}."
        )
    limits.check("Number of members", count, "members")
    if size > count * (ENTRY.size + 3 * 0xFFFF) or size > 16 * MIB:
        raise UnsafeFileError(f"The zip's directory needs under 16 MiB; got {size:,} bytes.")
    return source.read(start, size), count, start


def _read_end64(source: Window, end_at: int) -> tuple[int, tuple[int, int], int, int, int, int]:
    locator_at = end_at - END64_LOCATOR.size
    sign, _, at, disks = END64_LOCATOR.unpack(source.read(locator_at, END64_LOCATOR.size))
    if sign != b"PK\x06\x07" or disks != 1 or at + END64.size != locator_at:
        raise FileFormatError("A large zip needs a zip64 end record before its end record.")
    sign, length, _, _, disk, first_disk, here, count, size, start = END64.unpack(source.read(at, END64.size))
    if sign != b"PK\x06\x06" or length != END64.size - 12:
        raise FileFormatError("A zip64 end record needs its plain form of 56 bytes.")
    return at, (disk, first_disk), here, count, size, start


def _parse_directory(directory: bytes, count: int, limits: Limits) -> list[Member]:
    members = []
    at = 0
    for _ in range(count):
        if at + ENTRY.size > len(directory):
            raise FileFormatError("The zip's directory needs all its entries; it ends early.")
        fields = ENTRY.unpack_from(directory, at)
        name_size, extra_size, comment_size = fields[10:13]
        name_at = at + ENTRY.size
        extra_at = name_at + name_size
        at = extra_at + extra_size + comment_size
        if at > len(directory):
            raise FileFormatError("The zip's directory needs all its entries; it ends early.")
        name = directory[name_at:extra_at]
        member = _member(fields, name, directory[extra_at : extra_at + extra_size], limits)
        if member:
            members.append(member)
    if at != len(directory):
        raise FileFormatError("The zip's directory needs to end with its last entry.")
    inflated = [member for member in members if member.method == DEFLATED]
    claimed, stored = sum(m.size for m in inflated), sum(m.stored for m in inflated)
    limits.check_expansion("The archive", claimed, stored)
    return members


def _member(fields: tuple, raw_name: bytes, extra: bytes, limits: Limits) -> Member | None:
    """A member of one directory entry; None for an empty folder entry."""
    sign, _, _, flags, method, _, _, crc, stored, size, *_, disk, _, attributes, header = fields
    if sign != b"PK\x01\x02":
        raise FileFormatError("An entry of the zip's directory needs its signature.")
    try:
        name = raw_name.decode("utf-8" if flags & UTF8 else "ascii")
    except UnicodeDecodeError:
        raise UnsafeFileError(f"A member's name needs to be ASCII or UTF-8; got {raw_name[:80]!r}.") from None
    size, stored, header, disk = _wide(extra, (size, stored, header, disk))
    mode = stat.S_IFMT(attributes >> 16)
    folder = name.endswith("/")
    what = f"Member {name[:80]!r}"
    check_name(name.removesuffix("/"), "A member", limits)
    if flags & ~KNOWN_FLAGS or method not in (STORED, DEFLATED) or disk:
        raise UnsafeFileError(
            f"{what} needs to be stored or deflated and not encrypted; got method {method} and flags {flags:#06x}."
        )
    if mode not in (0, stat.S_IFDIR if folder else stat.S_IFREG) or (folder and size):
        raise UnsafeFileError(f"{what} needs to be a plain file; got mode {attributes >> 16:o}.")
    if method == STORED and stored != size:
        raise UnsafeFileError(f"{what} is stored, so it needs to claim its {stored:,} bytes; got {size:,}.")
    if method == DEFLATED:
        limits.check_expansion(what, size, stored)
    return None if folder else Member(name, method, crc, stored, size, header)


def _wide(extra: bytes, values: tuple[int, ...]) -> list[int]:
    """Replace the all-ones among (size, stored, header, disk) by their zip64 fields, in order."""
    result = list(values)
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        field = extra[at + 4 : at + 4 + size]
        at += 4 + size
        if kind != 1:
            continue
        for index, value in enumerate(values):
            width = 4 if index == 3 else 8
            if value != (0xFFFF if index == 3 else 0xFFFFFFFF):
                continue
            if len(field) < width:
                raise FileFormatError("A zip64 field needs a value for each size that it replaces.")
            result[index] = int.from_bytes(field[:width], "little")
            field = field[width:]
        break
    return result


def _locate(source: Window, members: list[Member], end: int) -> dict[str, Member]:
    """Find the data behind each local header, which must agree and not overlap another."""
    located: dict[str, Member] = {}
    free_from = 0
    for member in sorted(members, key=lambda member: member.header):
        if member.header < free_from:
            raise UnsafeFileError(f"Member {member.name!r} needs bytes of its own; it overlaps.")
        sign, _, flags, method, _, _, crc, stored, size, name_size, extra_size = LOCAL.unpack(
            source.read(member.header, LOCAL.size)
        )
        names = source.read(member.header + LOCAL.size, name_size + extra_size)
        size, stored, *_ = _wide(names[name_size:], (size, stored, 0, 0))
        claims = (size, stored, crc)
        agree = claims == (member.size, member.stored, member.crc)
        later = bool(flags & SIZE_LATER) and claims[:1] + claims[2:] == (0, 0)
        encoding = "utf-8" if flags & UTF8 else "ascii"
        same_name = names[:name_size] == member.name.encode(encoding, "replace")
        if sign != b"PK\x03\x04" or method != member.method or not (agree or later):
            raise UnsafeFileError(
                f"Member {member.name!r} needs one description; its local header contradicts the directory."
            )
        if not same_name:
            raise UnsafeFileError(
                f"Member {member.name!r} needs one name; its local header has {names[:name_size][:80]!r}."
            )
        start = member.header + LOCAL.size + name_size + extra_size
        free_from = start + member.stored
        if free_from > end:
            raise UnsafeFileError(f"Member {member.name!r} needs bytes of its own; it overlaps.")
        located[member.name] = Member(member.name, method, member.crc, member.stored, member.size, member.header, start)
    return {member.name: located[member.name] for member in members}
