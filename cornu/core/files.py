"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """A binary file (read and write) that takes the place of `path` when the block ends well.

    It is written beside `path`, flushed to the disk, and renamed. Whatever is raised before that,
    ``KeyboardInterrupt`` included, leaves the old file as it was and nothing beside it; a process
    that is killed leaves the old file and a ``.<name>.<hex>.tmp``. A symbolic link at `path` keeps
    pointing where it does; an old file's permissions are kept.

    Example:

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(f"{folder}/x") as file:
    ...         _ = file.write(b"whole")
    ...     pathlib.Path(folder, "x").read_bytes()
    b'whole'
    """
    target = Path(os.path.realpath(path))
    temporary = _beside(target)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(temporary, "w+b", opener=lambda name, _: os.open(name, flags, 0o666)) as file:
            with suppress(FileNotFoundError):
                os.chmod(temporary, target.stat().st_mode & 0o777)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def remove_leftovers(folder: Path, names: str) -> None:
    """Remove what killed processes left of files that match ``names``; for folders that one process at a time writes to."""
    for path in folder.glob(f".{names}.*.tmp"):
        path.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | os.PathLike[str], marker: str) -> Generator[Path]:
    """A new folder that takes the place of `path` when the block ends well.

    Args:
        marker: file that an existing folder must hold to be replaced, so that a wrong path never
            costs somebody's documents. An empty folder is replaced too.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not (target / marker).is_file() and any(target.iterdir()):
        raise FileExistsError(
            f"{target} needs to be new, empty or a saved model; got a folder without {marker}. Choose another path."
        )
    temporary, old = _beside(target), _beside(target)
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                with open(file, "rb") as written:
                    os.fsync(written.fileno())
        if target.exists():
            # No call swaps two folders everywhere: between these two renames `path` is missing.
            os.rename(target, old)
        try:
            os.rename(temporary, target)
        except BaseException:
            if old.exists():
                os.rename(old, target)
            raise
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
    _sync_folder(target.parent)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")


def _sync_folder(folder: Path) -> None:
    """Make the rename itself last; Windows has no such call for folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
