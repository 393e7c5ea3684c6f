"""The HDF5 reader against the HDF5 library, and the writer against both."""

from __future__ import annotations

import io
from typing import Any

import h5py
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.hdf5_messages import Fields, read_dtype
from cornu.saving.hdf5_writer import HDF5Writer
from cornu.saving.weights import EXTENDED_DTYPES, read_all
from cornu.saving.window import Window

DTYPES = ["?", "i1", "u1", "<i2", ">i4", "<u8", "<f2", ">f4", "<f8"]
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
)
STORAGE = st.fixed_dictionaries(
    {
        "shuffle": st.booleans(),
        "fletcher32": st.booleans(),
        "compression": st.sampled_from([None, 4]),
    }
)


def written(build: Any, **options: Any) -> HDF5Reader:
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as out:
        build(out)
    return HDF5Reader(Window.of_bytes(file.getvalue()))


@given(array=ARRAYS, libver=st.sampled_from(["earliest", "v108", "latest"]))
def test_arrays_of_the_library(array: np.ndarray, libver: str) -> None:
    reader = written(lambda file: file.create_dataset("a/x", data=array), libver=libver)
    found = reader["a"]["x"]
    assert (found.shape, found.dtype) == (array.shape, array.dtype.newbyteorder("="))
    np.testing.assert_array_equal(found.read(), array)
    assert found.read().dtype.isnative


@given(
    array=ARRAYS.filter(lambda array: array.size > 0 and array.ndim > 0),
    storage=STORAGE,
    data=st.data(),
)
def test_chunks_of_the_library(array: np.ndarray, storage: dict[str, Any], data: Any) -> None:
    chunks = tuple(data.draw(st.integers(1, size)) for size in array.shape)
    reader = written(lambda file: file.create_dataset("x", data=array, chunks=chunks, **storage))
    np.testing.assert_array_equal(reader[""]["x"].read(), array)


@pytest.mark.parametrize(
    "value", ["text", "", "Füße", ["a", "bc"], np.arange(3), 1.5, np.bytes_("fixed"), np.float16(2)]
)
def test_attributes_of_the_library(value: Any) -> None:
    reader = written(lambda file: file.attrs.update({"x": value}))
    expected = value.decode() if isinstance(value, bytes) else value
    np.testing.assert_array_equal(reader.attributes("")["x"], expected)


def test_many_groups_and_attributes() -> None:
    """More than one node of each tree, and header blocks that continue elsewhere."""

    def build(file: h5py.File) -> None:
        for index in range(700):
            file[f"layers/dense_{index}/vars/0"] = np.full(2, index)
        for index in range(60):
            file["layers"].attrs[f"a{index}"] = f"text {index}" * 20

    reader = written(build)
    assert len(reader.groups("layers")) == 700
    assert reader["layers/dense_431/vars"]["0"].read().tolist() == [431, 431]
    assert reader.attributes("layers")["a59"] == "text 59" * 20


@pytest.mark.parametrize("name", sorted(EXTENDED_DTYPES))
def test_types_that_hdf5_lacks(name: str) -> None:
    array = np.array([[0, 1], [2, 4]]).astype(EXTENDED_DTYPES[name])
    file = io.BytesIO()
    with HDF5Writer(file) as writer:
        writer.write("vars", [array])
    found = HDF5Reader(Window.of_file(file))["vars"]["0"]
    assert found.dtype == array.dtype
    assert found.read().tobytes() == array.tobytes()
    with h5py.File(file) as again:
        assert again["vars/0"].dtype == f"V{array.dtype.itemsize}"
        assert dict(again["vars/0"].attrs) == {"dtype": name}


def test_bfloat16_of_the_newest_library() -> None:
    """HDF5 2 has a float type of that form; older files only have raw bytes."""
    array = np.arange(4).astype(ml_dtypes.bfloat16)
    reader = written(lambda file: file.create_dataset("x", data=array.view("V2")))
    assert reader[""]["x"].read().view(ml_dtypes.bfloat16).tolist() == [0, 1, 2, 3]


@given(st.lists(ARRAYS, max_size=12))
def test_writer(arrays: list[np.ndarray]) -> None:
    def write() -> bytes:
        file = io.BytesIO()
        with HDF5Writer(file) as writer:
            writer.write("layers/dense/vars", arrays, name="hidden")
            writer.write("empty/vars")
            writer.write("", {"top": np.ones(1)})
        return file.getvalue()

    reader = HDF5Reader(Window.of_bytes(write()))
    found = reader["layers/dense/vars"]
    assert list(found) == [str(index) for index in range(len(arrays))]
    for stored, array in zip(found.values(), arrays, strict=True):
        np.testing.assert_array_equal(stored.read(), array)
    assert reader.attributes("layers/dense/vars") == {"name": "hidden"}
    assert "empty/vars" in reader and "missing" not in reader
    assert list(reader[""]) == ["top"]
    assert write() == write()


def test_a_truth_value_of_two_is_true() -> None:
    file = io.BytesIO()
    with h5py.File(file, "w") as out:
        out["x"] = np.array([True] * 7)
    data = file.getvalue().replace(b"\1" * 7, b"\2" * 7)
    found = HDF5Reader(Window.of_bytes(data))[""]["x"].read()
    assert (found == np.ones(7, bool)).all() and found.tobytes() == b"\1" * 7


def test_newer_forms_say_what_to_do() -> None:
    def build(file: h5py.File) -> None:
        for index in range(20):
            file[str(index)] = index

    with pytest.raises(FileFormatError) as error:
        written(build, libver="latest")
    assert str(error.value) == (
        "HDF5 group needs its links in its header or in a symbol table; got the newer, indexed "
        "form. Write the file again with h5py's default settings."
    )


def test_enumeration_of_enumerations() -> None:
    """Each level costs 8 bytes: 64 KiB of them would pass Python's limit of recursion."""
    with pytest.raises(UnsafeFileError) as error:
        read_dtype(Fields(b"\x18\2\0\0\1\0\0\0" * 8000, "datatype"))
    assert str(error.value) == "HDF5 enumeration needs whole numbers as its base."


def test_damaged_chunk() -> None:
    file = io.BytesIO()
    with h5py.File(file, "w") as out:
        out.create_dataset("x", data=np.full(9, 7, "u1"), chunks=(9,), fletcher32=True)
    data = file.getvalue().replace(b"\7" * 9, b"\7" * 8 + b"\6")
    with pytest.raises(FileFormatError) as error:
        HDF5Reader(Window.of_bytes(data))[""]["x"].read()
    assert str(error.value) == "HDF5 chunk needs its checksum; the file is damaged."


@given(st.lists(ARRAYS, max_size=6))
def test_all_at_once(arrays: list[np.ndarray]) -> None:
    reader = written(lambda file: [file.create_dataset(f"a/{i}", data=x) for i, x in enumerate(arrays)])
    found = read_all(reader).get("a", {})
    assert len(found) == len(arrays)
    for array, expected in zip(found.values(), arrays, strict=True):
        np.testing.assert_array_equal(array, expected)
        assert array.shape == expected.shape and (array.ctypes.data % 64 == 0 or not array.size)


def test_message_names_the_array() -> None:
    with pytest.raises(UnsafeFileError) as error:
        written(lambda file: file.create_dataset("layers/dense/vars/0", (1000, 10), "f4"))
    assert str(error.value) == (
        "HDF5 array 'layers/dense/vars/0' of shape (1000, 10) needs 40,000 stored bytes; got 0."
    )
