"""Epochs as rows of a table in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback


class CSVLogger(Callback):
    """Write one row for each epoch: its index, and the logs in the order of their names.

    Columns are those of the first epoch, with one for each ``val_`` if there was no validation yet; what an epoch does
    not have is written as NA. Each row is on the disk when its epoch ends.

    Args:
        filename: made or emptied at the first epoch's end.
        separator: between columns.
        append: whether rows are added to what the file holds, which then has a header already.

    Raises:
        OSError: before the first epoch, if the file cannot be written.

    Source: bytes as ``keras.callbacks.CSVLogger``.
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False):
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.keys: list[str] | None = None
        self._file: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._close()
        self._open()
        if not self.append:
            self.keys = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        file = self._open()
        writer = csv.writer(file, delimiter=self.sep)
        if self.keys is None:
            self._begin(writer, logs)
        writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys or ())])
        file.flush()

    def _begin(self, writer: Any, logs: dict[str, Any]) -> None:
        names = sorted(logs)
        if not any(name.startswith("val_") for name in names):
            names += [f"val_{name}" for name in names]
        self.keys = names
        if not self.append:
            self._file.truncate(0)
        if not self.append or self._file.tell() == 0:
            writer.writerow(["epoch", *names])

    def on_train_end(self, logs: Any = None) -> None:
        self._close()

    def _open(self) -> Any:
        """The file, not emptied yet: a resumed run goes on in it."""
        if self._file is None:
            self._file = open(self.filename, "a", newline="")  # noqa: SIM115  # closed when training ends
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def get_state(self) -> dict[str, Any] | None:
        """The columns, and how long the file is: a resumed run cuts off what was written after its checkpoint."""
        if self.keys is None or self._file is None:
            return None
        return {"keys": self.keys, "bytes": os.fstat(self._file.fileno()).st_size}

    def set_state(self, state: dict[str, Any]) -> None:
        if self._file is not None and os.fstat(self._file.fileno()).st_size >= state["bytes"]:
            self._file.truncate(state["bytes"])
            self.keys = list(state["keys"])


def _cell(value: Any) -> Any:
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"' if isinstance(value, Iterable) else value
