"""Archives that are written: whole or not at all, and the same bytes each time."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cornu.saving.archive import read_archive, write_archive
from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.window import Window
from cornu.saving.zip_reader import ZipReader
from cornu.saving.zip_writer import ZipWriter

CONFIG = {"class_name": "Model", "config": {"name": "é"}}
ASSETS = {"layers/lookup/vocabulary.txt": b"a\nb", "a/Größe.txt": b""}


def weights(writer: Any) -> None:
    writer.write("layers/dense/vars", [np.ones((2, 3), "float32"), np.zeros(3)], name="dense")


def save(path: Any, **options: Any) -> Any:
    write_archive(path, CONFIG, {"keras_version": "3.15.1"}, weights, ASSETS, **options)
    return path


@pytest.mark.parametrize("zipped", [True, False])
def test_round_trip(tmp_path: Path, zipped: bool) -> None:
    with read_archive(save(tmp_path / "m.keras", zipped=zipped, date_saved="then")) as archive:
        assert archive.config == CONFIG
        assert archive.metadata == {"keras_version": "3.15.1", "date_saved": "then"}
        assert dict(archive.assets) == ASSETS
        assert archive.weights["layers/dense/vars"]["0"].read().tolist() == [[1] * 3] * 2
    assert os.listdir(tmp_path) == ["m.keras"]


def test_zipfile_agrees(tmp_path: Path) -> None:
    with zipfile.ZipFile(save(tmp_path / "m.keras")) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            *("metadata.json", "config.json", "model.weights.h5"),
            *("assets/a/Größe.txt", "assets/layers/lookup/vocabulary.txt"),
        ]
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {item.compress_type for item in archive.infolist()} == {zipfile.ZIP_STORED}


def test_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = save(tmp_path / "a.keras").read_bytes()
    time.sleep(1.1)  # HDF5 and zip keep times in whole seconds.
    assert save(tmp_path / "b.keras").read_bytes() == first
    file = io.BytesIO()
    save(file)
    assert file.getvalue() == first
    assert b'"date_saved": "1970-01-01@00:00:00"' in first


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_the_old_file(tmp_path: Path, zipped: bool, failure: type[BaseException]) -> None:
    path = save(tmp_path / "m.keras", zipped=zipped)

    def broken(writer: Any) -> None:
        weights(writer)
        raise failure

    with pytest.raises(failure):
        write_archive(path, {"class_name": "New"}, {}, broken, zipped=zipped)
    assert os.listdir(tmp_path) == ["m.keras"]
    with read_archive(path) as archive:
        assert archive.config == CONFIG


def test_nan_in_a_config_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_archive(tmp_path / "m.keras", {"rate": float("nan")}, {}, weights)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\b", ""])
def test_assets_are_not_written_outside(tmp_path: Path, zipped: bool, name: str) -> None:
    with pytest.raises(UnsafeFileError, match="An asset needs a plain relative name"):
        write_archive(tmp_path / "m", {}, {}, weights, {name: b"x"}, zipped=zipped)
    assert os.listdir(tmp_path) == []


def test_limits_come_from_the_caller(tmp_path: Path) -> None:
    path = save(tmp_path / "m.keras")
    with pytest.raises(FileFormatError) as error:
        read_archive(path, Limits(members=4))
    assert str(error.value) == (
        "Number of members needs to be at most 4; got 5. If you trust the file, pass limits=Limits(members=...)."
    )


def test_more_than_4_gib(tmp_path: Path) -> None:
    """A file with a hole: sizes and places beyond 32 bits, without the bytes."""
    path = tmp_path / "big.zip"
    with open(path, "w+b") as file:
        writer = ZipWriter(file)
        writer.add("first", b"1")
        part_size = (4 << 30) + 5
        with writer.member("big") as part:
            part.seek(part_size - 1)
            part.write(b"2")
            part.checksum = lambda: 0  # type: ignore[attr-defined]  # 4 GiB of zeros take 4 s
        writer.add("last", b"3")
        writer.finish()
    window = Window.of_path(path)
    reader = ZipReader(window, DEFAULT_LIMITS)
    assert reader.read("last", 10) == b"3"
    assert reader.window("big").size == part_size
    assert reader.window("big").read(part_size - 1, 1) == b"2"
    window.close()
    with zipfile.ZipFile(path) as archive:
        assert archive.read("last") == b"3"
        assert archive.getinfo("big").file_size == part_size


def test_many_members(tmp_path: Path) -> None:
    """More than 65,535 need the zip64 end record too."""
    file = io.BytesIO()
    writer = ZipWriter(file)
    for index in range(65_536):
        writer.add(str(index), b"")
    writer.finish()
    assert len(zipfile.ZipFile(file).namelist()) == 65_536
    assert len(ZipReader(Window.of_file(file), Limits(members=70_000)).names()) == 65_536


def test_file_that_shrinks_while_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")
    window = Window.of_path(path)
    os.truncate(path, 5)
    for read in (lambda: window.read(0, 10), lambda: window.read_into(0, np.empty(10, "u1"))):
        with pytest.raises(FileFormatError) as error:
            read()
        assert str(error.value) == (
            "The file needs to keep its length while it is read; it became shorter. Read it again."
        )
    window.close()
