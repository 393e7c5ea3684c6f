"""Files that mean harm, one line each: how it is built, and what the refusal says.

A builder gets an empty folder and returns the path to read. What an attacker cannot make with an
honest library is made by patching the bytes that one wrote.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Builder = Callable[[Path], Path]
CATALOGUE: dict[str, tuple[Builder, str]] = {}

HONEST = {"metadata.json": b"{}", "config.json": b'{"class_name": "M", "config": {}}'}


def hostile(refusal: str) -> Callable[[Builder], Builder]:
    """Enter a builder under its name; `refusal` is a part of the message that its file gets."""

    def enter(build: Builder) -> Builder:
        CATALOGUE[build.__name__] = (build, refusal)
        return build

    return enter


def archive(folder: Path, weights: bytes | None = None, **changed: Any) -> Path:
    """An honest archive but for `changed`: members by name with ``.`` as ``_``."""
    path = folder / "model.keras"
    members = {**HONEST, "model.weights.h5": hdf5() if weights is None else weights}
    members.update({name.replace("_json", ".json"): data for name, data in changed.items()})
    with zipfile.ZipFile(path, "w") as out:
        for name, data in members.items():
            out.writestr(name, data)
    return path


def hdf5(build: Callable[[h5py.File], object] = lambda file: None, **options: Any) -> bytes:
    """An HDF5 file with two honest arrays and what `build` adds."""
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as out:
        out["layers/dense/vars/0"] = np.ones((2, 3), "float32")
        out["layers/dense/vars/1"] = np.full(3, 7, "float32")
        build(out)
    return file.getvalue()


def patched(data: bytes, old: bytes, new: bytes, which: int = 0) -> bytes:
    """`data` with one occurrence of `old` overwritten."""
    at = -1
    for _ in range(which + 1 if which >= 0 else data.count(old)):
        at = data.index(old, at + 1)
    return data[:at] + new + data[at + len(new) :]


def offset(data: bytes, name: str) -> bytes:
    """Where an array's data lie, as the file has it."""
    with h5py.File(io.BytesIO(data)) as file:
        return struct.pack("<Q", file[name].id.get_offset())


# --- HDF5 -----------------------------------------------------------------------------------------


def in_archive(name: str, refusal: str, build: Callable[[h5py.File], object], **options: Any) -> None:
    CATALOGUE[name] = (lambda folder: archive(folder, hdf5(build, **options)), refusal)


def _external_storage(file: h5py.File) -> None:
    file.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)])


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource("/etc/passwd", "data", (4,))
    file.create_virtual_dataset("x", layout)


def _cycle(file: h5py.File) -> None:
    file["layers/again"] = file["layers"]


def _deep(file: h5py.File) -> None:
    file.create_group("/".join("g" * 100))


def _committed(file: h5py.File) -> None:
    file["type"] = np.dtype("float32")
    file.create_dataset("x", (2,), file["type"])


def _object_references(file: h5py.File) -> None:
    file.create_dataset("x", data=np.array([file.ref], h5py.ref_dtype))


def _many_groups(file: h5py.File) -> None:
    for index in range(8):
        file[f"g{index}"] = h5py.SoftLink("/layers")


in_archive("h5_soft_link", "soft link", lambda f: f.update({"x": h5py.SoftLink("/layers")}))
in_archive("h5_soft_links", "soft link", _many_groups)
in_archive(
    "h5_external_link",
    "link|known messages",
    lambda f: f.update({"x": h5py.ExternalLink("/a", "/")}),
)
in_archive("h5_hard_link", "hard link", lambda f: f.update({"x": f["layers/dense/vars/0"]}))
in_archive("h5_cycle", "hard link or a cycle", _cycle)
in_archive("h5_external_storage", "external storage", _external_storage)
in_archive("h5_virtual", "virtual dataset|version 3", _virtual)
in_archive("h5_virtual_latest", "virtual dataset", _virtual, libver="latest")
in_archive("h5_fill_bomb", "stored bytes; got 0", lambda f: f.create_dataset("x", (1 << 40,), "f4"))
in_archive("h5_small_fill_bomb", "stored bytes; got 0", lambda f: f.create_dataset("x", (64,), "f4"))
in_archive(
    "h5_chunks_left_out",
    "chunks stored",
    lambda f: f.create_dataset("x", (1 << 30,), "f4", chunks=(1 << 10,), fillvalue=1.0),
)
in_archive(
    "h5_few_chunks_left_out",
    "chunks stored",
    lambda f: f.create_dataset("x", (8,), "f4", chunks=(4,)).__setitem__(slice(0, 4), 1),
)
in_archive(
    "h5_gzip_bomb",
    "100 times the bytes",
    lambda f: f.create_dataset("x", data=np.zeros(32 << 20, "u1"), chunks=(32 << 20,), compression=9),
)
in_archive(
    "h5_gzip_bomb_in_small_chunks",
    "100 times the bytes",
    lambda f: f.create_dataset("x", data=np.zeros(64 << 20, "u1"), chunks=(8 << 20,), compression=9),
)
in_archive(
    "h5_giant_chunks_of_small_arrays",
    "100 times the bytes",
    lambda f: [
        f.create_dataset(f"x{i}", (1,), "u1", chunks=(8 << 20,), maxshape=(None,), compression=9, data=[0])
        for i in range(8)
    ],
)
in_archive(
    "h5_lzf",
    "only the filters",
    lambda f: f.create_dataset("x", data=np.ones(64), compression="lzf"),
)
in_archive(
    "h5_scaleoffset",
    "only the filters",
    lambda f: f.create_dataset("x", data=np.arange(64), chunks=(64,), scaleoffset=0),
)
in_archive("h5_compound", "datatype class 6", lambda f: f.create_dataset("x", data=np.ones(2, "f4,i4")))
in_archive("h5_text", "numbers; got text", lambda f: f.create_dataset("x", data="text"))
in_archive("h5_references", "datatype class 7", _object_references)
in_archive(
    "h5_ragged",
    "datatype class 9",
    lambda f: f.create_dataset("x", (2,), h5py.vlen_dtype(np.dtype("f4"))),
)
in_archive("h5_committed_type", "committed", _committed)
in_archive("h5_deep", "nesting", _deep)
in_archive("h5_user_block", "begin with its signature", lambda f: None, userblock_size=512)
in_archive("h5_long_name", "length of its name", lambda f: f.create_group("n" * 2000))
in_archive("h5_attribute_bomb", "attribute (bytes)", lambda f: f.attrs.update({"x": "a" * (33 << 20)}))
in_archive("h5_attribute_of_references", "datatype class 7", lambda f: f.attrs.update({"x": f.ref}))


in_archive("h5_long_path", "path (characters)", lambda f: f.create_group("/".join("g" * 500 for _ in range(3))))


@hostile("known type of 2 bytes; got 'object'")
def h5_dtype_abuse(folder: Path) -> Path:
    def build(file: h5py.File) -> None:
        file.create_dataset("x", data=np.zeros(2, "V2")).attrs["dtype"] = "object"

    return archive(folder, hdf5(build))


@hostile("two arrays share")
def h5_shared_bytes(folder: Path) -> Path:
    data = hdf5(lambda file: file.update({"y": np.ones(6, "f4")}))
    return archive(folder, patched(data, offset(data, "y"), offset(data, "layers/dense/vars/0")))


@hostile("within the file")
def h5_data_outside(folder: Path) -> Path:
    data = hdf5()
    place = offset(data, "layers/dense/vars/0")
    return archive(folder, patched(data, place, struct.pack("<Q", len(data) - 4)))


@hostile("plain name")
def h5_name_dots(folder: Path) -> Path:
    return archive(folder, patched(hdf5(lambda f: f.create_group("zz")), b"zz\0", b"..\0"))


@hostile("plain name")
def h5_name_slash(folder: Path) -> Path:
    return archive(folder, patched(hdf5(lambda f: f.create_group("a_b")), b"a_b\0", b"/ab\0"))


@hostile("second way|goes down")
def h5_tree_cycle(folder: Path) -> Path:
    data = hdf5()
    at = data.index(b"TREE")
    node = bytearray(data[at : at + 40])
    node[5] = 1  # Its own parent.
    node[32:40] = struct.pack("<Q", at)
    return archive(folder, patched(data, b"TREE", bytes(node)))


@hostile("needs its data|hard link or a cycle|each byte once")
def h5_group_in_itself(folder: Path) -> Path:
    data = hdf5(lambda file: file.create_group("zz"))
    with h5py.File(io.BytesIO(data)) as file:
        child = struct.pack("<Q", h5py.h5o.get_info(file["zz"].id).addr)
        parent = struct.pack("<Q", h5py.h5o.get_info(file["layers"].id).addr)
    return archive(folder, patched(data, child, parent))


@hostile("axes")
def h5_rank(folder: Path) -> Path:
    data = hdf5()
    shape = struct.pack("<BBB5x2Q", 1, 2, 1, 2, 3)
    return archive(folder, patched(data, shape, struct.pack("<BB", 1, 200)))


@hostile("needs 0 stored bytes; got 24")
def h5_compact_of_nothing(folder: Path) -> Path:
    """Data in the header of an array that holds none: found by the fuzzer."""
    data = hdf5(lambda file: h5py.h5d.create(file.id, b"x", *_compact((2, 3))))
    shape, nothing = struct.pack("<BBB5x2Q", 1, 2, 1, 2, 3), struct.pack("<BBB5x2Q", 1, 2, 1, 0, 3)
    return archive(folder, patched(data, shape, nothing, data.count(shape) - 1))


def _compact(shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Type, space and properties of an array that lies in its header."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_layout(h5py.h5d.COMPACT)
    return h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple(shape), properties


@hostile("possible shape")
def h5_shape_overflow(folder: Path) -> Path:
    shape = struct.pack("<BBB5x2Q", 1, 2, 1, 2, 3)
    huge = struct.pack("<BBB5x2Q", 1, 2, 1, 1 << 63, 3)
    return archive(folder, patched(hdf5(), shape, huge))


@hostile("need the array's axes")
def h5_chunks_without_axes(folder: Path) -> Path:
    data = hdf5(lambda file: file.create_dataset("x", data=[[1, 2]], chunks=(1, 2)))
    layout = data.index(b"\3\2\3")  # Version 3, chunks, 2 axes and the element.
    return archive(folder, data[: layout + 2] + b"\0" + data[layout + 3 :])


@hostile("declares")
def h5_cut(folder: Path) -> Path:
    return archive(folder, hdf5()[:-8])


# --- zip ------------------------------------------------------------------------------------------


def with_member(name: str, refusal: str, member: str | zipfile.ZipInfo) -> None:
    def build(folder: Path) -> Path:
        path = archive(folder)
        with zipfile.ZipFile(path, "a") as out:
            out.writestr(member, b"x")
        return path

    CATALOGUE[name] = (build, refusal)


def with_bytes(name: str, refusal: str, change: Callable[[bytes], bytes]) -> None:
    def build(folder: Path) -> Path:
        path = archive(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    CATALOGUE[name] = (build, refusal)


SYMLINK = zipfile.ZipInfo("assets/vocabulary.txt")
SYMLINK.create_system, SYMLINK.external_attr = 3, 0o120777 << 16

with_member("zip_dots", "plain relative name", "assets/../../evil")
with_member("zip_absolute", "plain relative name", "/tmp/evil")
with_member("zip_drive", "plain relative name", "C:/evil")
with_member("zip_double_slash", "plain relative name", "assets//evil")
with_member("zip_trailing_dot", "plain relative name", "assets/evil.")
with_member("zip_control", "plain relative name", "assets/evil\n")
with_member("zip_case", "differ in more than case", "CONFIG.json")
with_member("zip_unicode_form", "differ in more than case", "config．json")
with_member("zip_symlink", "plain file", SYMLINK)
with_member("zip_long_name", "length of its name", "assets/" + "n" * 2000)
with_member("zip_two_weights", "one file of weights", "model.weights.npz")
with_bytes("zip_trailing_data", "without a comment", lambda data: data + b"more")
with_bytes("zip_leading_data", "right before its end", lambda data: b"more" + data)
with_bytes("zip_cut", "without a comment", lambda data: data[:-30])
with_bytes(
    "zip_encrypted",
    "not encrypted",
    lambda data: patched(data, b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0"),
)
with_bytes(
    "zip_two_names",
    "one name",
    lambda data: patched(data, b"metadata.json", b"metadatA.json"),
)
with_bytes(
    "zip_backslash",
    "plain relative name",
    lambda data: data.replace(b"metadata.json", b"..\\\\data.json"),
)
with_bytes("zip_other_content", "checksum", lambda data: patched(data, b'"M"', b'"N"'))
with_bytes("zip_multipart", "one part", lambda data: data[:-18] + b"\1" + data[-17:])
with_bytes("zip_comment", "one part|without a comment", lambda data: data[:-2] + b"\4\0more")
with_bytes("zip_directory_lies", "right before its end", lambda data: data[:-10] + b"\1\0\0\0" + data[-6:])


@hostile("differ in more than case")
def zip_twice(folder: Path) -> Path:
    path = archive(folder, assets=b"")
    path.write_bytes(path.read_bytes().replace(b"assets", b"a_json"))
    other = zipfile.ZipFile(path, "a")
    with other:
        other.NameToInfo.clear()  # Or zipfile warns.
        other.writestr("config.json", b"{}")
    return path


def _compressed(folder: Path, method: int, name: str, data: bytes) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as out:
        for member, content in {**HONEST, name: data}.items():
            out.writestr(member, content, method if member == name else zipfile.ZIP_STORED)
    return path


@hostile("stored or deflated")
def zip_lzma(folder: Path) -> Path:
    return _compressed(folder, zipfile.ZIP_LZMA, "model.weights.h5", hdf5())


@hostile("100 times the bytes")
def zip_bomb_in_config(folder: Path) -> Path:
    return _compressed(folder, zipfile.ZIP_DEFLATED, "config.json", b" " * (100 << 20))


@hostile("100 times the bytes")
def zip_bomb_in_weights(folder: Path) -> Path:
    return _compressed(folder, zipfile.ZIP_DEFLATED, "model.weights.h5", b"\0" * (100 << 20))


@hostile("100 times the bytes")
def zip_bomb_in_assets(folder: Path) -> Path:
    return _compressed(folder, zipfile.ZIP_DEFLATED, "assets/v.txt", b"\n" * (100 << 20))


@hostile("The archive needs to claim at most 100 times")
def zip_bomb_in_many_members(folder: Path) -> Path:
    """Each under the floor that every member has to itself."""
    path = _compressed(folder, zipfile.ZIP_DEFLATED, "assets/0", b" " * (8 << 20))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as out:
        for index in range(1, 8):
            out.writestr(f"assets/{index}", b" " * (8 << 20))
    return path


@hostile("inflate to the 10 bytes")
def zip_bomb_that_lies(folder: Path) -> Path:
    data = b" " * (100 << 20)
    path = _compressed(folder, zipfile.ZIP_DEFLATED, "config.json", data)
    lie = path.read_bytes().replace(struct.pack("<L", len(data)), struct.pack("<L", 10))
    path.write_bytes(lie)
    return path


@hostile("overlaps|contradicts")
def zip_overlap(folder: Path) -> Path:
    """Two entries of the directory share one member's bytes."""
    path = archive(folder)
    data = path.read_bytes()
    entry = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    path.write_bytes(data[: entry + 42] + struct.pack("<L", 0) + data[entry + 46 :])
    return path


@hostile("overlaps")
def zip_quoted_overlap(folder: Path) -> Path:
    """A stored member holds the whole of another one, header included."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as out:
        out.writestr("config.json", HONEST["config.json"])
    path = _compressed(folder, zipfile.ZIP_STORED, "assets/v.txt", inner.getvalue())
    data = path.read_bytes()
    quoted = data.index(b"PK\3\4", data.index(b"assets/v.txt"))
    (directory,) = struct.unpack("<L", data[-6:-2])
    entry = data.index(b"config.json", directory) - 46
    path.write_bytes(data[: entry + 42] + struct.pack("<L", quoted) + data[entry + 46 :])
    return path


@hostile("Number of members")
def zip_many_members(folder: Path) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as out:
        for index in range(10_001):
            out.writestr(f"assets/{index}", b"")
    return path


@hostile("needs a config.json")
def zip_without_config(folder: Path) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("readme.txt", b"")
    return path


# --- JSON -----------------------------------------------------------------------------------------


def with_config(name: str, refusal: str, text: bytes) -> None:
    CATALOGUE[name] = (lambda folder: archive(folder, config_json=text), refusal)


with_config("json_deep", "nesting", b"[" * 100_000 + b"]" * 100_000)
with_config("json_deep_objects", "nesting", b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
with_config("json_deep_after_escapes", "nesting", b'{"a\\\\":' + b'["\\"",' * 300)
with_config("json_many_values", "number of values", b"[" + b"[]," * 4_000_000 + b"1]")
with_config("json_long", "config.json (bytes)|at most", b'"' + b"a" * (33 << 20) + b'"')
with_config("json_nan", "finite numbers; got NaN", b'{"rate": NaN}')
with_config("json_infinity", "finite numbers; got -Infinity", b'{"rate": -Infinity}')
with_config("json_overflow", "finite numbers; got 1e999", b'{"rate": 1e999}')
with_config("json_long_number", "length of a number", b'{"units": ' + b"9" * 100_000 + b"}")
with_config("json_key_twice", "each key once; got 'units' twice", b'{"units": 1, "units": 2}')
with_config("json_surrogate", "UTF-8 text", b'{"name": "\\ud800"}')
with_config("json_not_utf8", "UTF-8 text", b'{"name": "\xff"}')
with_config("json_mark", "needs to be JSON", b"\xef\xbb\xbf{}")
with_config("json_list", "needs to be an object", b"[]")
with_config("json_cut", "needs to be JSON", b'{"a": ')


# --- npz and safetensors --------------------------------------------------------------------------


class Exploit:
    """Writes a file when unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = str(proof)

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self.proof, "w")


def _npz(folder: Path, data: bytes, method: int = zipfile.ZIP_STORED) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", method) as out:
        out.writestr("layers/dense/vars/0.npy", data)
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as out:
        for name, content in {**HONEST, "model.weights.npz": inner.getvalue()}.items():
            out.writestr(name, content)
    return path


def _npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


@hostile("never are")
def npz_pickle(folder: Path) -> Path:
    file = io.BytesIO()
    np.save(file, np.array([Exploit(folder / "proof")], object), allow_pickle=True)
    return _npz(folder, file.getvalue())


@hostile("stored bytes; got 4")
def npz_giant_shape(folder: Path) -> Path:
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }"
    return _npz(folder, _npy(head, b"\0" * 4))


@hostile("possible shape")
def npz_impossible_shape(folder: Path) -> Path:
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807), }"
    return _npz(folder, _npy(head))


@hostile("plain numeric array")
def npz_expression(folder: Path) -> Path:
    return _npz(folder, _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9**9**9,), }"))


@hostile("100 times the bytes")
def npz_bomb(folder: Path) -> Path:
    data = _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (26214400,), }", b"\0" * (100 << 20))
    return _npz(folder, data, zipfile.ZIP_DEFLATED)


def with_safetensors(name: str, refusal: str, header: Any, data: bytes = b"\0" * 8) -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()

    def build(folder: Path) -> Path:
        path = folder / "x.safetensors"
        path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        return path

    CATALOGUE[name] = (build, refusal)


def _entry(start: Any, end: Any, shape: Any = (2,), dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


with_safetensors("st_overlap", "without overlap", {"a": _entry(0, 8), "b": _entry(0, 8)})
with_safetensors("st_gap", "without overlap", {"a": _entry(4, 8, (1,))})
with_safetensors("st_rest", "all its 8 bytes used", {"a": _entry(0, 4, (1,))})
with_safetensors("st_outside", "stored bytes", {"a": _entry(0, 1 << 40, (1 << 38,))})
with_safetensors("st_negative", "whole numbers from 0", {"a": _entry(-8, 0)})
with_safetensors("st_truth", "whole numbers from 0", {"a": _entry(False, 8)})
with_safetensors("st_overflow", "possible shape", {"a": _entry(0, 0, (1 << 40, 1 << 40, 0))})
with_safetensors("st_type", "one of", {"a": _entry(0, 8, (2,), "PICKLE")})
with_safetensors("st_rank", "axes", {"a": _entry(0, 8, (1,) * 40 + (2,))})
with_safetensors("st_twice", "each key once", b'{"a": 1, "a": 2}')
with_safetensors("st_extra_key", "nothing else", {"a": {**_entry(0, 8), "code": "x"}})
with_safetensors("st_dots", "plain name", {"../a": _entry(0, 8)})
with_safetensors("st_metadata", "texts by name", {"__metadata__": {"a": [1]}})
with_safetensors("st_deep", "nesting", b"[" * 10_000)


@hostile("header (bytes)")
def st_giant_header(folder: Path) -> Path:
    path = folder / "x.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    return path


# --- folders --------------------------------------------------------------------------------------


def _folder(folder: Path) -> Path:
    path = folder / "model"
    path.mkdir()
    for name, data in HONEST.items():
        (path / name).write_bytes(data)
    return path


@hostile("a link or device")
def folder_symlink(folder: Path) -> Path:
    path = _folder(folder)
    (path / "assets").symlink_to("/etc")
    return path


@hostile("a link or device")
def folder_config_symlink(folder: Path) -> Path:
    path = _folder(folder)
    (path / "config.json").unlink()
    (path / "config.json").symlink_to("/etc/hostname")
    return path


@hostile("a link or device")
def folder_pipe(folder: Path) -> Path:
    path = _folder(folder)
    os.mkfifo(path / "model.weights.h5")
    return path


@hostile("nesting|Nesting")
def folder_deep(folder: Path) -> Path:
    path = _folder(folder)
    (path / "/".join("d" * 100)).mkdir(parents=True)
    (path / "/".join("d" * 100) / "f").write_bytes(b"")
    return path


@hostile("regular file; got a pipe")
def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "model.keras")
    return folder / "model.keras"


@hostile("regular file; got a device")
def device(folder: Path) -> Path:
    return Path("/dev/zero")


__all__ = ["CATALOGUE", "archive", "hdf5"]
