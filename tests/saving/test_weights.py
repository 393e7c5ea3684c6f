"""Arrays read together: in pieces, by threads, all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cornu
from cornu import layers
from cornu.saving import FileFormatError, weights
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.safetensors import SafetensorsReader, SafetensorsWriter
from cornu.saving.window import Window

ENDINGS = (".weights.h5", ".safetensors", ".keras")


def model(first: Any = "glorot_uniform") -> Any:
    chain = [layers.Dense(units, kernel_initializer=first) for units in (40, 30, 20)]
    return cornu.Sequential([layers.Input((50,)), *chain])


def save(made: Any, path: Path) -> Path:
    made.save(path) if path.suffix == ".keras" else made.save_weights(path)
    return path


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if these files were large."""
    monkeypatch.setattr(weights, "PIECE", 100)


@given(
    dtypes=st.lists(st.sampled_from(["?", "u1", "<f2", ">f4", "<f8"]), min_size=1, max_size=5),
    size=st.integers(0, 120),
    packed=st.booleans(),
)
def test_same_bytes_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, dtypes: list[str], size: int, packed: bool
) -> None:
    path = tmp_path_factory.mktemp("pieces") / "x.h5"
    arrays = [(np.arange(3 * size).reshape(3, size) % 251).astype(dtype) for dtype in dtypes]
    with h5py.File(path, "w") as file:
        for index, array in enumerate(arrays):
            file.create_dataset(f"a/{index}", data=array, compression=4 if packed and size else None)
    with HDF5Reader(Window.of_path(path)) as reader:
        found = weights.read_all(reader).get("a", {})
    assert len(found) == len(arrays)
    for array, expected in zip(found.values(), arrays, strict=True):
        np.testing.assert_array_equal(array, expected)
        assert array.dtype == expected.dtype.newbyteorder("=")


@pytest.mark.parametrize("ending", ENDINGS)
def test_models(tmp_path: Path, ending: str) -> None:
    saved, other = model(), model("zeros")
    other.load_weights(save(saved, tmp_path / f"m{ending}"))
    for ours, theirs in zip(other.get_weights(), saved.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("ending", ENDINGS)
def test_file_that_shrinks_meanwhile_leaves_the_model_as_it_was(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(model(), tmp_path / f"m{ending}")
    there = model()
    before = there.get_weights()
    read = weights.read_arrays

    def after_a_cut(stored: Any) -> Any:
        with open(path, "r+b") as file:
            file.truncate(path.stat().st_size // 2)
        return read(stored)

    monkeypatch.setattr(weights, "read_arrays", after_a_cut)
    with pytest.raises(FileFormatError) as error:
        there.load_weights(path)
    assert str(error.value) == "The file needs to keep its length while it is read; it became shorter. Read it again."
    for ours, first in zip(there.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, first)


def test_closed_window_reads_nothing(tmp_path: Path) -> None:
    """Its number may be another file's by then."""
    (tmp_path / "x").write_bytes(b"0123456789")
    window = Window.of_path(tmp_path / "x")
    part = window.part(2, 5)
    window.close()
    with pytest.raises(ValueError, match="closed file"):
        part.read_into(0, np.empty(5, "u1"))


def test_where_bytes_lie_as_in_memory(tmp_path: Path) -> None:
    """Large arrays of the files that we write are read in pieces; truth values, which are checked, are not."""
    made = {"0": np.ones(3, "f4"), "1": np.ones(3, bool)}
    path = tmp_path / "x.safetensors"
    with open(path, "w+b") as file:
        writer = SafetensorsWriter(file)
        writer.write("a", made)
        writer.close()
    with SafetensorsReader(Window.of_path(path)) as reader:
        assert [stored.place is not None for stored in reader["a"].values()] == [True, False]
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("a/0", data=made["0"])
        file.create_dataset("a/1", data=made["1"])
        file.create_dataset("a/2", data=made["0"].astype(">f4"))
        file.create_dataset("a/3", data=made["0"], chunks=(2,))
    with HDF5Reader(Window.of_path(tmp_path / "x.h5")) as reader:
        assert [stored.place is not None for stored in reader["a"].values()] == [True, False, False, False]
