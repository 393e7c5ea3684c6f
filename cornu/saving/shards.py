"""Weights over several files: ``x.weights.json`` says which group lies in which ``x_00000.weights.h5``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cornu.core.files import atomic_file
from cornu.saving.checked_json import parse_json_object
from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.names import check_name
from cornu.saving.weights import StoredArray, WeightsReader, WeightsWriter, in_order, named, opened
from cornu.saving.window import Window

ENDING = ".weights.json"


class ShardsWriter(WeightsWriter):
    """Fills one file after another; the list of what lies where is written last, by ``close``.

    Each file is whole or not there, and so is the list. Shards that an earlier list names are
    replaced one by one: save to a new name what must survive a crash in between.

    Args:
        path: of the list, ``x.weights.json``.
        most: bytes of arrays in one file; a larger array gets a file of its own.
    """

    def __init__(self, path: str | os.PathLike[str], most: int) -> None:
        self._path, self._most = Path(path), most
        self._stem = self._path.name.removesuffix(ENDING)
        self._map: dict[str, list[str]] = {}
        self._total = self._filled = self._count = 0
        self._stack = ExitStack()
        self._writer: WeightsWriter | None = None

    def write(self, path: str, arrays: Mapping[str, Any] | Iterable[Any] = (), name: str | None = None) -> None:
        for key, array in named(arrays).items():
            if self._writer is None or (self._filled and self._filled + array.nbytes > self._most):
                self._writer = self._next_file()
            self._writer.write(path, {key: array}, name)
            self._filled += array.nbytes
            self._total += array.nbytes
            files = self._map.setdefault(f"/{path}", [])
            if self._file_name not in files:
                files.append(self._file_name)

    def close(self) -> None:
        """Finish the last file and write the list."""
        self._stack.close()
        index = {"metadata": {"total_size": self._total}, "weight_map": self._map}
        with atomic_file(self._path) as file:
            file.write(json.dumps(index, indent=4).encode())

    def _next_file(self) -> WeightsWriter:
        from cornu.saving.hdf5_writer import HDF5Writer  # h5py, which `import cornu` does without

        self._stack.close()
        self._file_name = f"{self._stem}_{self._count:05}.weights.h5"
        file = self._stack.enter_context(atomic_file(self._path.with_name(self._file_name)))
        self._count += 1
        self._filled = 0
        return self._stack.enter_context(HDF5Writer(file))

    def abandon(self) -> None:
        """Leave the file in progress unwritten."""
        self._stack.__exit__(RuntimeError, RuntimeError("abandoned"), None)


class ShardsReader(WeightsReader):
    """The groups of all files that a list names. They lie beside it; links and paths are refused."""

    def __init__(self, path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> None:
        path = Path(path)
        window = Window.of_path(path)
        try:
            limits.check(f"{path.name} (bytes)", window.size, "json_bytes")
            places = parse_json_object(window.read(0, window.size), path.name, limits).get("weight_map")
        finally:
            window.close()
        if not isinstance(places, dict):
            raise FileFormatError(f"{path.name} needs a weight_map; got {type(places).__name__}.")
        self._groups: dict[str, dict[str, StoredArray]] = {"": {}}
        self._stack = ExitStack()
        try:
            self._read(path.parent, places, limits)
        except BaseException:
            self._stack.close()
            raise

    def _read(self, folder: Path, places: dict[str, Any], limits: Limits) -> None:
        readers: dict[str, WeightsReader] = {}
        for group, files in places.items():
            for name in [files] if isinstance(files, str) else files if isinstance(files, list) else [None]:
                if not isinstance(name, str):
                    raise FileFormatError(f"A weight_map needs names of files; got {name!r:.80}.")
                if name not in readers:
                    limits.check("Number of shards", len(readers) + 1, "members")
                    readers[name] = self._stack.enter_context(_open(folder, name, limits))
                arrays = readers[name].get(group.strip("/"), {})
                mine = self._groups.setdefault(group.strip("/"), {})
                if mine.keys() & arrays.keys():
                    raise UnsafeFileError(f"Shards need each array once; got {group[:80]!r} in two files.")
                mine.update(arrays)

    def __getitem__(self, path: str) -> Mapping[str, StoredArray]:
        return in_order(self._groups[path])

    def __iter__(self) -> Iterator[str]:
        return (path for path, arrays in self._groups.items() if arrays)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def groups(self, path: str = "") -> list[str]:
        prefix = f"{path}/" if path else ""
        below = (group[len(prefix) :].split("/")[0] for group in self._groups if group.startswith(prefix))
        return list(dict.fromkeys(name for name in below if name))

    def close(self) -> None:
        self._stack.close()


def _open(folder: Path, name: str, limits: Limits) -> HDF5Reader:
    # 255 bytes: the longest name that file systems have; beyond it the system's own error would come.
    if "/" in check_name(name, "A shard", limits) or len(name.encode()) > 255:
        raise UnsafeFileError(f"A shard needs the name of a file beside the list; got {name!r:.80}.")
    return opened(HDF5Reader, Window.of_path(folder / name, follow_links=False), limits)
