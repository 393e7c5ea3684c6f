"""`HDF5Writer`: weights into ``.h5`` bytes, as Keras lays them out, the same each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import h5py

from cornu.saving.weights import EXTENDED_DTYPES, WeightsWriter, named


class HDF5Writer(WeightsWriter):
    """Writes groups of arrays, contiguous and uncompressed, without times.

    Types that HDF5 lacks are raw bytes (opaque) with the attribute ``dtype``, as Keras does for
    bfloat16.

    Example:

    >>> import io
    >>> import numpy as np
    >>> file = io.BytesIO()
    >>> with HDF5Writer(file) as writer:
    ...     writer.write("layers/dense/vars", [np.ones((2, 3)), np.ones(3)], name="hidden")
    >>> from cornu.saving.hdf5 import HDF5Reader
    >>> from cornu.saving.window import Window
    >>> list(HDF5Reader(Window.of_file(file))["layers/dense/vars"])
    ['0', '1']
    """

    def __init__(self, file: BinaryIO) -> None:
        # The oldest format: what Keras writes, what `HDF5Reader` reads, and no times in it.
        self._file = h5py.File(file, "w", libver=("earliest", "v108"))

    def write(self, path: str, arrays: Mapping[str, Any] | Iterable[Any] = (), name: str | None = None) -> None:
        group = self._file.require_group(path) if path.strip("/") else self._file
        if name is not None:
            group.attrs["name"] = name
        for key, value in named(arrays).items():
            extended = value.dtype.name if value.dtype.name in EXTENDED_DTYPES else None
            if extended:
                value = value.view(f"V{value.dtype.itemsize}")
            dataset = group.create_dataset(key, data=value, track_times=False)
            if extended:
                dataset.attrs["dtype"] = extended

    def set_attributes(self, path: str, values: Mapping[str, Any]) -> None:
        """Attach attributes to the group or array at `path`."""
        for key, value in values.items():
            self._file[path or "/"].attrs[key] = value

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> HDF5Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
