"""Damaged files end in a `FileFormatError` or in a reading, never in anything else.

A short search at every run; ``HYPOTHESIS_PROFILE=search`` looks further.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.saving.archive import read_archive, write_archive
from cornu.saving.checked_json import parse_json
from cornu.saving.errors import FileFormatError
from cornu.saving.npz import NpzReader, NpzWriter
from cornu.saving.safetensors import SafetensorsReader, SafetensorsWriter
from cornu.saving.weights import WeightsReader
from cornu.saving.window import Window
from tests.hostile.hdf5_library_fuzz import read_by_cornu, samples

ARRAYS = [np.ones((2, 3), "float32"), np.arange(3)]


def _archive() -> bytes:
    file = io.BytesIO()
    config = {"a": [1, {"b": "c"}]}
    write_archive(file, config, {}, lambda w: w.write("layers/vars", ARRAYS), {"v.txt": b"x"})
    return file.getvalue()


def _deflated() -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_archive())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return file.getvalue()


def _written(writer_type: Callable[..., NpzWriter | SafetensorsWriter]) -> bytes:
    file = io.BytesIO()
    writer = writer_type(file)
    writer.write("layers/vars", ARRAYS)
    writer.close()
    return file.getvalue()


def _read_weights(reader: WeightsReader) -> None:
    for path, arrays in reader.items():
        reader.attributes(path)
        for array in arrays.values():
            array.read()


def _read_archive(data: bytes) -> None:
    with read_archive(io.BytesIO(data)) as archive:
        list(archive.assets.values())
        _read_weights(archive.weights)


WHOLE: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "archive": (_archive(), _read_archive),
    "deflated": (_deflated(), _read_archive),
    "npz": (_written(NpzWriter), lambda data: _read_weights(NpzReader(Window.of_bytes(data)))),
    "safetensors": (
        _written(SafetensorsWriter),
        lambda data: _read_weights(SafetensorsReader(Window.of_bytes(data))),
    ),
    "json": (b'{"a": [1, -2.5e3, {"b\\u00e9": null}], "c": [true, "\\\\"]}', parse_json),
    **{f"hdf5_{index}": (data, read_by_cornu) for index, data in enumerate(samples())},
}


@pytest.mark.parametrize("name", WHOLE)
def test_honest(name: str) -> None:
    whole, read = WHOLE[name]
    read(whole)


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_damaged(name: str, data: st.DataObject) -> None:
    whole, read = WHOLE[name]
    damaged = bytearray(whole)
    # Zeros are mostly padding: damage is put where something stands.
    places = st.sampled_from([at for at, byte in enumerate(whole) if byte])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(places)] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(whole), len(whole), len(whole) // 2]))
    with contextlib.suppress(FileFormatError):
        read(bytes(damaged[:end]))
