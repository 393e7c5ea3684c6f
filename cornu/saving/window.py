"""`Window`: a read-only run of bytes, of a file or of memory."""

from __future__ import annotations

import io
import os
import stat
import threading
from typing import BinaryIO

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError

# One read() of the kernel moves at most 0x7ffff000 bytes (man 2 read); a round figure below it.
PIECE = 1 << 30


class Window:
    """``size`` bytes of a file from ``start``, read by position.

    A stored zip member is a window on its archive: nothing is copied to look into it. Reads go
    straight into the array that is filled, one copy as with a raw read of the file. Mapping the
    file instead saves that copy, but a file that somebody shortens meanwhile then kills the
    process (SIGBUS), where here it is a `FileFormatError`. Threads may read at once.

    Example:

    >>> window = Window.of_bytes(b"0123456789").part(2, 5)
    >>> window.read(1, 3)
    b'345'
    """

    def __init__(self, file: BinaryIO, start: int, size: int, lock: threading.Lock, owned: bool = False) -> None:
        self.size = size
        self._file = file
        self._start = start
        self._lock = lock
        self._owned = owned

    @classmethod
    def of_bytes(cls, data: bytes) -> Window:
        return cls(io.BytesIO(data), 0, len(data), threading.Lock())

    @classmethod
    def of_file(cls, file: BinaryIO) -> Window:
        """A window on the whole of an open, seekable binary file, which stays the caller's."""
        return cls(file, 0, file.seek(0, os.SEEK_END), threading.Lock())

    @classmethod
    def of_path(cls, path: str | os.PathLike[str], follow_links: bool = True) -> Window:
        """A window on a regular file; pipes, devices and folders are refused before opening."""
        found = os.stat(path, follow_symlinks=follow_links)
        if not stat.S_ISREG(found.st_mode):
            raise UnsafeFileError(f"{os.fspath(path)} needs to be a regular file; got {_kind(found.st_mode)}.")
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        flags |= getattr(os, "O_NONBLOCK", 0)  # Never hang on a pipe swapped in meanwhile.
        if not follow_links:
            flags |= getattr(os, "O_NOFOLLOW", 0)
        file = os.fdopen(os.open(path, flags), "rb", buffering=0)
        size = os.fstat(file.fileno()).st_size
        return cls(file, 0, size, threading.Lock(), owned=True)

    def part(self, start: int, size: int) -> Window:
        """The window of `size` bytes from `start`; it shares the file and does not own it."""
        self._check(start, size)
        return Window(self._file, self._start + start, size, self._lock)

    def read(self, offset: int, count: int) -> bytes:
        """Exactly `count` bytes from `offset`."""
        self._check(offset, count)
        with self._lock:
            self._file.seek(self._start + offset)
            data = self._file.read(count)
            while len(data) < count:
                more = self._file.read(count - len(data))
                if not more:
                    raise _shortened()
                data += more
        return data

    def read_into(self, offset: int, array: np.ndarray) -> None:
        """Fill a C-contiguous array with the bytes from `offset`, without a copy between."""
        self._check(offset, array.nbytes)
        target = array.reshape(-1).view(np.uint8).data
        done = 0
        while done < len(target):
            count = self._read_some(self._start + offset + done, target[done : done + PIECE])
            if not count:
                raise _shortened()
            done += count

    def close(self) -> None:
        if self._owned:
            self._file.close()

    def _read_some(self, at: int, target: memoryview) -> int:
        if isinstance(self._file, io.FileIO) and hasattr(os, "preadv"):
            return os.preadv(self._file.fileno(), [target], at)  # no place to seek to: threads do not wait
        with self._lock:
            self._file.seek(at)
            return self._file.readinto(target)  # type: ignore[attr-defined]  # every binary file of io has it

    def _check(self, offset: int, count: int) -> None:
        if offset < 0 or count < 0 or offset + count > self.size:
            raise FileFormatError(
                f"A part of the file needs to lie within its {self.size:,} bytes; got "
                f"{count:,} bytes at {offset:,}. The file is cut short or damaged."
            )


def _shortened() -> FileFormatError:
    return FileFormatError("The file needs to keep its length while it is read; it became shorter. Read it again.")


def _kind(mode: int) -> str:
    names = {
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return names.get(stat.S_IFMT(mode), "something else")
