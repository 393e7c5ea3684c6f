"""JSON, npz and safetensors: what is accepted, and agreement with their own libraries."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.saving.checked_json import parse_json
from cornu.saving.limits import Limits
from cornu.saving.npz import NpzReader, NpzWriter
from cornu.saving.safetensors import DTYPES, SafetensorsReader, SafetensorsWriter
from cornu.saving.weights import EXTENDED_DTYPES
from cornu.saving.window import Window

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(VALUES, st.booleans())
def test_json_as_the_standard_library_reads_it(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value


@given(VALUES)
def test_json_is_counted_right(value: Any) -> None:
    """The budgets hold exactly: brackets and commas inside of texts do not count."""

    def depth(item: Any) -> int:
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        nested = isinstance(item, dict | list)
        return nested + max((depth(part) for part in inner), default=0)

    text, levels = json.dumps(value), depth(value)
    parse_json(text, limits=Limits(json_depth=levels))
    if levels:
        with pytest.raises(ValueError, match="nesting"):
            parse_json(text, limits=Limits(json_depth=levels - 1))


def test_json_piece_by_piece() -> None:
    """A text of several MiB is counted in pieces; strings and brackets span their ends."""
    value = ["[" * 999_999 + '"' * 77 + "\\" * 3] * 3
    assert parse_json(json.dumps(value), limits=Limits(json_depth=1, json_values=4)) == value


def test_npz_as_numpy_writes_and_reads_it() -> None:
    arrays = {
        "a/b/0": np.arange(6.0).reshape(2, 3),
        "a/b/1": np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
        "flag": np.array(True),
        "none": np.zeros((0, 3), "float16"),
    }
    for save in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        save(file, **arrays)
        with NpzReader(Window.of_file(file)) as reader:
            assert list(reader["a/b"]) == ["0", "1"] and reader.groups() == ["a"]
            for name, expected in arrays.items():
                path, _, key = name.rpartition("/")
                found = reader[path][key].read()
                assert found.dtype == expected.dtype.newbyteorder("=")
                np.testing.assert_array_equal(found, expected)
    file = io.BytesIO()
    writer = NpzWriter(file)
    writer.write("a/b", [arrays["a/b/0"], np.array(1.5)])
    writer.write("", {"x": np.ones(2).astype(EXTENDED_DTYPES["bfloat16"])})
    writer.close()
    file.seek(0)
    found = np.load(file)
    assert found["a/b/1"].shape == ()
    np.testing.assert_array_equal(found["a/b/0"], arrays["a/b/0"])
    assert NpzReader(Window.of_file(file))[""]["x"].dtype == "V2"


def test_safetensors_as_its_library_writes_and_reads_it() -> None:
    library = pytest.importorskip("safetensors.numpy")
    arrays = {
        f"layers/x/vars/{index}": np.arange(4).astype(dtype)
        for index, dtype in enumerate(set(DTYPES.values()) - set(EXTENDED_DTYPES.values()))
    }
    arrays["scalar"] = np.array(1.5)
    reader = SafetensorsReader(Window.of_bytes(library.save(arrays, {"by": "them"})))
    assert reader.attributes("") == {"by": "them"}
    file = io.BytesIO()
    writer = SafetensorsWriter(file, {"by": "us"})
    for name, expected in arrays.items():
        path, _, key = name.rpartition("/")
        np.testing.assert_array_equal(reader[path][key].read(), expected)
        writer.write(path, {key: expected})
    writer.close()
    again = library.load(file.getvalue())
    assert again.keys() == arrays.keys()
    for name, expected in arrays.items():
        assert again[name].dtype == expected.dtype
        np.testing.assert_array_equal(again[name], expected)


@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_safetensors_of_small_floats(name: str) -> None:
    array = np.array([[0, 1], [2, 4]]).astype(EXTENDED_DTYPES[name])
    file = io.BytesIO()
    writer = SafetensorsWriter(file)
    writer.write("a", [array, np.ones(1, ">f8")])
    writer.close()
    found = SafetensorsReader(Window.of_file(file))["a"]
    assert found["0"].dtype == array.dtype
    np.testing.assert_array_equal(found["0"].read(), array)
    assert found["1"].read().tolist() == [1.0]


def test_safetensors_without_a_name_for_a_type() -> None:
    with pytest.raises(ValueError, match="complex64") as error:
        SafetensorsWriter(io.BytesIO()).write("a", [np.ones(1, "complex64")])
    assert str(error.value) == (
        "safetensors needs elements of a type it has; got complex64 for a/0. Save to .weights.h5 instead."
    )
