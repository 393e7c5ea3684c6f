"""The ``.keras`` archive, zip or plain folder, as names and bytes.

The one way in for bytes that nobody vouches for: `read_archive` hands out JSON values, arrays and
assets; what they mean is decided above. Nothing is ever unpacked to a path that a file names.
"""

from __future__ import annotations

import datetime
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from cornu.core.files import atomic_file, atomic_folder
from cornu.saving.checked_json import parse_json_object
from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.names import check_distinct, check_name
from cornu.saving.npz import NpzReader
from cornu.saving.weights import WeightsReader, WeightsWriter
from cornu.saving.window import Window
from cornu.saving.zip_reader import ZipReader
from cornu.saving.zip_writer import ZipWriter

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
WEIGHTS_NPZ, ASSETS = "model.weights.npz", "assets/"


class Members(Protocol):
    """Named runs of bytes: a zip's members or a folder's files."""

    def names(self) -> list[str]: ...

    def size(self, name: str) -> int: ...

    def read(self, name: str, most: int) -> bytes: ...

    def window(self, name: str) -> Window: ...


class Folder:
    """Files under a folder as `Members`. Links are refused, also when put there meanwhile."""

    def __init__(self, path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> None:
        self._path = Path(path)
        self._limits = limits
        self._sizes = dict(self._scan("", 0))
        check_distinct(self._sizes, "Files of the folder")

    def names(self) -> list[str]:
        return list(self._sizes)

    def size(self, name: str) -> int:
        return self._sizes[name]

    def read(self, name: str, most: int) -> bytes:
        window = self.window(name)
        try:
            if window.size > most:
                raise UnsafeFileError(f"File {name!r} needs to be at most {most:,} bytes; got {window.size:,}.")
            return window.read(0, window.size)
        finally:
            window.close()

    def window(self, name: str) -> Window:
        if name not in self._sizes:
            raise KeyError(name)
        return Window.of_path(self._path / name, follow_links=False)

    def _scan(self, prefix: str, count: int) -> Iterator[tuple[str, int]]:
        with os.scandir(self._path / prefix) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = prefix + entry.name
                found = entry.stat(follow_symlinks=False)
                check_name(name, "A file", self._limits)
                count += 1
                self._limits.check("Number of files", count, "members")
                self._limits.check("Nesting of folders", name.count("/"), "depth")
                if stat.S_ISREG(found.st_mode):
                    yield name, found.st_size
                elif stat.S_ISDIR(found.st_mode):
                    for below in self._scan(f"{name}/", count):
                        count += 1
                        yield below
                else:
                    raise UnsafeFileError(f"Folder of a model needs plain files; got {name[:80]!r}, a link or device.")


class Assets(Mapping[str, bytes]):
    """Contents of ``assets/`` by name (``layers/string_lookup/vocabulary.txt``), read on demand."""

    def __init__(self, members: Members, limits: Limits) -> None:
        self._members = members
        self._limits = limits
        names = [name for name in members.names() if name.startswith(ASSETS)]
        self._names = {name.removeprefix(ASSETS): name for name in names}

    def __getitem__(self, name: str) -> bytes:
        return self._members.read(self._names[name], self._limits.asset_bytes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Archive:
    """A saved model as data; close it (or use ``with``) when its arrays have been read.

    Attributes:
        config: the serialized model (``config.json``).
        metadata: who wrote it and when (``metadata.json``); empty if absent.
        assets: contents by name.
        unknown: members that belong to no part of the format. They are never read.
    """

    def __init__(self, members: Members, limits: Limits, close: Callable[[], None]) -> None:
        self._members = members
        self._limits = limits
        self._close = close
        self._names = set(members.names())
        if CONFIG not in self._names:
            raise FileFormatError(
                f"A saved model needs a {CONFIG}; got {sorted(self._names)[:5]}. "
                "Was it saved with model.save('name.keras')?"
            )
        if {WEIGHTS, WEIGHTS_NPZ} <= self._names:
            raise UnsafeFileError(f"A saved model needs one file of weights; got {WEIGHTS} and npz.")
        self.config = self._json(CONFIG)
        self.metadata = self._json(METADATA) if METADATA in self._names else {}
        self.assets = Assets(members, limits)
        known = {METADATA, CONFIG, WEIGHTS, WEIGHTS_NPZ}
        self.unknown = tuple(name for name in members.names() if name not in known and not name.startswith(ASSETS))

    @cached_property
    def weights(self) -> WeightsReader:
        """The arrays; their file's structure is read and checked on first use."""
        if WEIGHTS in self._names:
            return HDF5Reader(self._members.window(WEIGHTS), self._limits)
        if WEIGHTS_NPZ in self._names:
            return NpzReader(self._members.window(WEIGHTS_NPZ), self._limits)
        raise FileFormatError(f"A saved model needs {WEIGHTS}; it is not in the archive.")

    def sizes(self) -> dict[str, int]:
        """Bytes of each member, for people who inspect the file."""
        return {name: self._members.size(name) for name in self._members.names()}

    def close(self) -> None:
        if "weights" in self.__dict__:
            self.weights.close()
        self._close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _json(self, name: str) -> dict[str, Any]:
        return parse_json_object(self._members.read(name, self._limits.json_bytes), name, self._limits)


def read_archive(source: str | os.PathLike[str] | BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Archive:
    """Open a ``.keras`` file, its unzipped folder, or an open binary file.

    Raises:
        UnsafeFileError: it asks for what reading never does (see `ZipReader`, `parse_json`,
            `HDF5Reader`).
        FileFormatError: it is not a saved model, or damaged.
        FileNotFoundError: nothing is there.

    Example:

    >>> import io
    >>> read_archive(io.BytesIO(b"not a zip"))
    Traceback (most recent call last):
    cornu.core.errors.FileFormatError: A .keras file needs to be a zip that ends in its end \
record, without a comment or other data behind; got something else. Is the download complete?
    """
    if not isinstance(source, str | os.PathLike):
        return Archive(ZipReader(Window.of_file(source), limits), limits, lambda: None)
    if os.path.isdir(source):
        return Archive(Folder(source, limits), limits, lambda: None)
    window = Window.of_path(source)
    try:
        return Archive(ZipReader(window, limits), limits, window.close)
    except BaseException:
        window.close()
        raise


def write_archive(
    path: str | os.PathLike[str] | BinaryIO,
    config: Mapping[str, Any],
    metadata: Mapping[str, Any],
    write_weights: Callable[[WeightsWriter], None],
    assets: Mapping[str, bytes] | None = None,
    *,
    zipped: bool = True,
    date_saved: str | None = None,
) -> None:
    """Write a ``.keras`` file that Keras reads too: whole or not at all, the same bytes each time.

    Args:
        path: where to; or an open file, empty, seekable and readable.
        write_weights: called with the writer for ``model.weights.h5``.
        zipped: False writes the members as files of a folder at `path`.
        date_saved: goes into the metadata, the one thing that varies. Default: now in UTC, or
            the time in the environment variable ``SOURCE_DATE_EPOCH``.
    """
    texts = {
        METADATA: {**metadata, "date_saved": date_saved or _now()},
        CONFIG: dict(config),
    }
    # NaN in a config would be a file that no strict reader takes, ours included.
    members = {name: json.dumps(value, allow_nan=False).encode() for name, value in texts.items()}
    extra = {ASSETS + name: data for name, data in sorted((assets or {}).items())}
    for name in extra:
        check_name(name, "An asset", DEFAULT_LIMITS)
    check_distinct(extra, "Assets")
    if not zipped:
        _write_folder(path, members, write_weights, extra)
    elif isinstance(path, str | os.PathLike):
        with atomic_file(path) as file:
            _write_zip(file, members, write_weights, extra)
    else:
        _write_zip(path, members, write_weights, extra)


def _write_zip(
    file: BinaryIO,
    members: Mapping[str, bytes],
    write_weights: Callable[[WeightsWriter], None],
    assets: Mapping[str, bytes],
) -> None:
    archive = ZipWriter(file)
    for name, data in members.items():
        archive.add(name, data)
    with archive.member(WEIGHTS) as part:
        _write_weights(part, write_weights)
    for name, data in assets.items():
        archive.add(name, data)
    archive.finish()


def _write_folder(
    path: Any,
    members: Mapping[str, bytes],
    write_weights: Callable[[WeightsWriter], None],
    assets: Mapping[str, bytes],
) -> None:
    with atomic_folder(path, marker=CONFIG) as folder:
        for name, data in {**members, **assets}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        with open(folder / WEIGHTS, "w+b") as file:
            _write_weights(file, write_weights)


def _write_weights(file: BinaryIO, write_weights: Callable[[WeightsWriter], None]) -> None:
    # Here and not above: only writing needs h5py, and `import cornu` stays without it.
    from cornu.saving.hdf5_writer import HDF5Writer

    with HDF5Writer(file) as writer:
        write_weights(writer)


def _now() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    zone = datetime.UTC
    now = datetime.datetime.fromtimestamp(int(epoch), zone) if epoch else datetime.datetime.now(zone)
    return now.strftime("%Y-%m-%d@%H:%M:%S")
