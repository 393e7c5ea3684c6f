"""Weights in ``.npz``: a zip of NumPy's ``.npy`` files, read without pickle and without `eval`.

Names are ``layers/dense/vars/0``. Types that NumPy lacks (bfloat16) are raw bytes (``V2``), for the
caller to give a type. The ``model.weights.npz`` that Keras can be made to write holds
pickled dictionaries: reading those runs code, so they are refused.

Source: NumPy's NEP 1 (versions 1.0 to 3.0 of the header).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np

from cornu.saving.errors import FileFormatError, UnsafeFileError
from cornu.saving.limits import DEFAULT_LIMITS, Limits
from cornu.saving.weights import EXTENDED_DTYPES, FlatReader, StoredArray, WeightsWriter, named
from cornu.saving.window import Window
from cornu.saving.zip_reader import ZipReader
from cornu.saving.zip_writer import ZipWriter

# NumPy pads headers to 64 bytes; 32 axes of 19 digits take 700.
HEAD = 1024
HEADER = re.compile(
    rb"\{'descr': '([<>|=][a-zA-Z]\d{0,4})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,19}, ?)*\d{0,19}),?\), ?\} *\n"
)


class NpzReader(FlatReader):
    """Arrays of an npz.

    Raises:
        UnsafeFileError: pickled objects, types that are not numbers, claims beyond what is stored,
            and what `ZipReader` refuses.
        FileFormatError: damaged.
    """

    def __init__(self, window: Window, limits: Limits = DEFAULT_LIMITS) -> None:
        self._window = window
        archive = ZipReader(window, limits)
        super().__init__({name.removesuffix(".npy"): _open(archive, name, limits) for name in archive.names()})

    def close(self) -> None:
        self._window.close()


class NpzWriter(WeightsWriter):
    """Writes ``.npy`` members, stored.

    Example:

    >>> import io
    >>> file = io.BytesIO()
    >>> writer = NpzWriter(file)
    >>> writer.write("layers/dense/vars", [np.ones(2)])
    >>> writer.close()
    >>> _ = file.seek(0)
    >>> np.load(file)["layers/dense/vars/0"]
    array([1., 1.])
    """

    def __init__(self, file: BinaryIO) -> None:
        self._archive = ZipWriter(file)

    def write(self, path: str, arrays: Mapping[str, Any] | Iterable[Any] = (), name: str | None = None) -> None:
        for key, value in named(arrays).items():
            if value.dtype.name in EXTENDED_DTYPES:  # npy has no name for these: raw bytes.
                value = value.view(f"V{value.dtype.itemsize}")
            with self._archive.member(f"{path}/{key}.npy" if path else f"{key}.npy") as file:
                np.lib.format.write_array(file, np.asarray(value, order="C"), allow_pickle=False)

    def close(self) -> None:
        self._archive.finish()


def _open(archive: ZipReader, name: str, limits: Limits) -> StoredArray:
    what = f"npz member {name[:80]!r}"
    head = archive.head(name, HEAD)
    if head[:6] != b"\x93NUMPY" or len(head) < 12 or head[6] not in (1, 2, 3):
        raise FileFormatError(f"{what} needs to be an .npy file of version 1 to 3.")
    width = 2 if head[6] == 1 else 4
    size = int.from_bytes(head[8 : 8 + width], "little")
    start = 8 + width + size
    match = HEADER.fullmatch(head[8 + width : start])
    if match is None or start > len(head):
        raise UnsafeFileError(f"{what} needs a plain numeric array; got {head[8 + width : 60 + width]!r}.")
    dtype = _dtype(match[1].decode(), what)
    shape = tuple(int(part) for part in match[3].split(b",") if part.strip())
    limits.check_shape(what, shape, dtype.itemsize)
    nbytes, stored = math.prod(shape) * dtype.itemsize, archive.size(name) - start
    if nbytes != stored:
        raise UnsafeFileError(f"{what} of shape {shape} needs {nbytes:,} stored bytes; got {stored:,}.")
    columns_first = match[2] == b"True"

    def fill(array: np.ndarray) -> None:
        target = np.empty(shape[::-1], array.dtype) if columns_first else array
        archive.window(name).read_into(start, target)
        if not dtype.isnative:
            target.byteswap(inplace=True)
        if columns_first:
            array[...] = target.T

    return StoredArray(shape, dtype.newbyteorder("="), fill)


def _dtype(text: str, what: str) -> np.dtype:
    if text[1] in "biufV":
        with suppress(TypeError):
            return np.dtype(text)
    raise UnsafeFileError(
        f"{what} needs numbers or raw bytes; got elements of type {text!r}. Pickled objects run "
        "code when read, so they never are: save the weights in another format."
    )
