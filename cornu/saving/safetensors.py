"""Weights in ``.safetensors``: 8 bytes of length, a JSON header, the bytes of the arrays.

Names are ``layers/dense/vars/0``; PyTorch's names with dots stay as they are, in the root group.

Source: the format's description at https://github.com/huggingface/safetensors (Format).
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import numpy as np

from cornu.saving.checked_json import parse_json_object
from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.weights import EXTENDED_DTYPES, FlatReader, StoredArray, WeightsWriter, named
from cornu.saving.window import Window

DTYPES: dict[str, np.dtype] = {
    "BOOL": np.dtype("bool"),
    "U8": np.dtype("uint8"),
    "I8": np.dtype("int8"),
    "U16": np.dtype("<u2"),
    "I16": np.dtype("<i2"),
    "U32": np.dtype("<u4"),
    "I32": np.dtype("<i4"),
    "U64": np.dtype("<u8"),
    "I64": np.dtype("<i8"),
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "BF16": EXTENDED_DTYPES["bfloat16"],
    "F8_E4M3": EXTENDED_DTYPES["float8_e4m3fn"],
    "F8_E5M2": EXTENDED_DTYPES["float8_e5m2"],
    "F8_E8M0": EXTENDED_DTYPES["float8_e8m0fnu"],
}
NAMES = {dtype.name: name for name, dtype in DTYPES.items()}


class SafetensorsReader(FlatReader):
    """Arrays of a safetensors file; ``metadata`` is its free-form text (``__metadata__``).

    Raises:
        UnsafeFileError: data that overlap, leave a gap or lie outside, a shape that does not fit
            its data, unknown types, a header over the budgets.
        FileFormatError: damaged.
    """

    def __init__(self, window: Window, limits: Limits = DEFAULT_LIMITS) -> None:
        self._window = window
        if window.size < 8:
            raise FileFormatError("A safetensors file needs at least 8 bytes; it is cut short.")
        (size,) = struct.unpack("<Q", window.read(0, 8))
        limits.check("safetensors header (bytes)", size, "json_bytes")
        header = parse_json_object(window.read(8, size), "safetensors header", limits)
        self.metadata = _texts(header.pop("__metadata__", {}))
        limits.check("safetensors (arrays)", len(header), "nodes")
        data = window.part(8 + size, window.size - 8 - size)
        spans: list[tuple[int, int]] = []
        super().__init__({name: _open(name, entry, data, spans, limits) for name, entry in header.items()})
        _check_spans(spans, data.size)

    def attributes(self, path: str) -> dict[str, Any]:
        """The file's metadata at the root; groups have none."""
        return dict(self.metadata) if not path else {}

    def close(self) -> None:
        self._window.close()


class SafetensorsWriter(WeightsWriter):
    """Collects arrays and writes them on `close`, larger elements first so that all are aligned.

    Example:

    >>> import io
    >>> file = io.BytesIO()
    >>> writer = SafetensorsWriter(file, {"framework": "cornu"})
    >>> writer.write("layers/dense/vars", [np.ones(2, "float32")])
    >>> writer.close()
    >>> SafetensorsReader(Window.of_file(file))["layers/dense/vars"]["0"].read()
    array([1., 1.], dtype=float32)
    """

    def __init__(self, file: BinaryIO, metadata: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._metadata = dict(metadata or {})
        self._arrays: dict[str, np.ndarray] = {}

    def write(self, path: str, arrays: Mapping[str, Any] | Iterable[Any] = (), name: str | None = None) -> None:
        for key, value in named(arrays).items():
            if value.dtype.name not in NAMES:
                raise ValueError(
                    f"safetensors needs elements of a type it has; got {value.dtype.name} for "
                    f"{path}/{key}. Save to .weights.h5 instead."
                )
            self._arrays[f"{path}/{key}" if path else key] = value

    def close(self) -> None:
        order = sorted(self._arrays, key=lambda name: (-self._arrays[name].dtype.itemsize, name))
        header: dict[str, Any] = {"__metadata__": self._metadata} if self._metadata else {}
        at = 0
        for name in order:
            value = self._arrays[name]
            span = [at, at + value.nbytes]
            at = span[1]
            kind = NAMES[value.dtype.name]
            header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": span}
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        text += b" " * (-len(text) % 8)
        self._file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            value = np.asarray(self._arrays[name], order="C")
            little = value.astype(value.dtype.newbyteorder("<"), copy=False)
            self._file.write(little.reshape(-1).view(np.uint8).data)


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or any(not isinstance(text, str) for text in value.values()):
        raise FileFormatError("safetensors metadata needs texts by name; got something else.")
    return value


def _open(name: str, entry: Any, data: Window, spans: list[tuple[int, int]], limits: Limits) -> StoredArray:
    what = f"safetensors array {name[:80]!r}"
    limits.check(f"{what} (length of its name)", len(name), "name_length")
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise UnsafeFileError(f"{what} needs a plain name.")
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise FileFormatError(f"{what} needs dtype, shape and data_offsets, and nothing else.")
    shape, span = entry["shape"], entry["data_offsets"]
    if not (_sizes(shape) and _sizes(span) and len(span) == 2):
        raise UnsafeFileError(f"{what} needs whole numbers from 0 as shape and data_offsets.")
    kind = entry["dtype"]
    dtype = DTYPES.get(kind) if isinstance(kind, str) else None
    if dtype is None:
        raise UnsafeFileError(f"{what} needs one of {sorted(DTYPES)}; got {str(kind)[:40]!r}.")
    limits.check_shape(what, shape, dtype.itemsize)
    start, end = span
    nbytes = math.prod(shape) * dtype.itemsize
    if not start <= end <= data.size or end - start != nbytes:
        raise UnsafeFileError(
            f"{what} of shape {tuple(shape)} needs {nbytes:,} stored bytes; "
            f"got bytes {start:,} to {end:,} of {data.size:,}."
        )
    spans.append((start, end))

    def fill(array: np.ndarray) -> None:
        data.read_into(start, array)
        if not dtype.isnative:
            array.byteswap(inplace=True)

    plain = dtype.isnative and dtype.kind != "b"
    return StoredArray(tuple(shape), dtype.newbyteorder("="), fill, (data, start) if plain else None)


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 1 << 60 for item in value)


def _check_spans(spans: list[tuple[int, int]], size: int) -> None:
    """The format allows no gap and no overlap: every byte belongs to one array."""
    at = 0
    for start, end in sorted(spans):
        if start != at:
            raise UnsafeFileError("safetensors arrays need to follow each other without overlap.")
        at = end
    if at != size:
        raise UnsafeFileError(f"safetensors needs all its {size:,} bytes used; got {at:,}.")
