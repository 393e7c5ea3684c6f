"""What yields batches, and what is rows, among the things that other libraries call a dataset."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from cornu.core import tree
from cornu.core.errors import StructureError, explain
from cornu.core.variable import Variable
from cornu.data.arrays import check_rows, comes_from, to_arrays
from cornu.data.batches import Batches, StreamedBatches
from cornu.data.py_dataset import IndexedBatches, PyDataset
from cornu.data.stored import StoredArray, narrow

# Libraries whose loaders are read ahead by a thread. Code that we know nothing of may look at the model between two
# batches (hard examples, say), and is read between steps; computing goes on meanwhile, for calls do not wait for it.
_READ_AHEAD = ("torch", "tensorflow", "datasets", "grain")

Unpack = Callable[[Any], tuple[Any, Any, Any]]


def is_table(x: Any) -> bool:
    """Whether ``x`` is a Hugging Face dataset: rows with named columns."""
    return comes_from(x, "datasets", "Dataset") and hasattr(x, "column_names") and hasattr(x, "__len__")


def is_stream(x: Any) -> bool:
    """Whether ``x`` yields batches, rather than being rows."""
    if isinstance(x, dict) and comes_from(x, "datasets", "DatasetDict"):
        needs, got = "one split of a dataset", f"a DatasetDict of {', '.join(map(repr, x))}"
        raise StructureError(explain("Training data", needs, got, f"Pass for example x[{next(iter(x), 'train')!r}]."))
    if isinstance(x, (list, tuple, dict, np.ndarray, jax.Array, Variable, StoredArray)) or is_table(x):
        return False
    if comes_from(x, "datasets", "Column") or hasattr(x, "to_numpy") or hasattr(x, "__array__"):
        return False
    return any(hasattr(x, name) for name in ("__iter__", "__next__", "__getitem__")) and not comes_from(x, "polars")


# Tables.


def table_columns(table: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
    """``(x, y, sample_weight)`` of a Hugging Face dataset: ``y`` and ``sample_weight`` name columns, the others are ``x``."""
    if table.format["type"] is None:
        table = table.with_format("numpy")
    columns = {name: _column(table.select_columns([name]), name) for name in table.column_names}
    if y is not None and not isinstance(y, (str, list, tuple, dict)):
        return split_columns(columns, None, None)[0], y, sample_weight
    return split_columns(columns, y, sample_weight)


def _column(table: Any, name: str) -> StoredArray:
    """A column, whose rows are read when a batch needs them."""

    class Column:
        def __getitem__(self, index: Any) -> Any:
            return to_arrays(table[index][name])

    if not len(table):
        raise StructureError(explain("Training data", "at least one row", "a dataset of none", "Check its filters."))
    first = narrow(np.asarray(Column()[0:1]))
    return StoredArray(Column(), (len(table), *first.shape[1:]), first.dtype, 0, 0)


def split_columns(columns: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
    """``(x, y, sample_weight)`` of a dict of columns, two of which are given by names; one column left is ``x`` itself."""
    if not isinstance(columns, dict):
        needs = f"batches that are dicts with a column {y!r}"
        got, do = type(columns).__name__, "Let it yield (x, y, sample_weight)."
        raise StructureError(explain("y= as a name", needs, got, do))
    used: list[str] = []

    def pick(names: Any) -> Any:
        for name in filter(None, tree.flatten(names)):
            if name not in columns:
                got = f"columns {', '.join(map(repr, columns))}"
                raise StructureError(explain("Training data", f"a column {name!r}", got, "Correct the name."))
            used.append(name)
        return tree.map_structure(lambda name: None if name is None else columns[name], names)

    targets, weights = pick(y), pick(sample_weight)
    left = {name: column for name, column in columns.items() if name not in used}
    return next(iter(left.values())) if len(left) == 1 else left, targets, weights


# Streams.


def stream(x: Any, y: Any, sample_weight: Any, batch_size: Any, shuffle: bool, unpack: Unpack) -> Batches:
    """Batches of what yields them."""
    named = _are_names(y) and _are_names(sample_weight)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None and not named:
            do = "Let it yield (x, y, sample_weight)."
            raise StructureError(explain(f"{name}=", "x to be arrays", f"x of type {type(x).__name__}", do))
    begins: Callable[[Any], Iterator[Any]] = iter
    if comes_from(x, "datasets", "IterableDataset"):
        size = 32 if batch_size is None else batch_size
        x, begins = x.with_format("numpy"), lambda rows: rows.iter(batch_size=size)
    elif batch_size is not None:
        do = "The iterable decides on batches."
        raise StructureError(explain("batch_size=", "x to be arrays", f"x of type {type(x).__name__}", do))
    _refuse_rows(x)
    kind = type(x).__name__

    def convert(raw: Any) -> Any:
        parts = unpack(raw) if y is None else split_columns(raw, y, sample_weight)
        batch = tuple(None if part is None else tree.map_structure(_own, to_arrays(part)) for part in parts)
        if not check_rows(batch):
            raise StructureError(
                explain(f"A batch of {kind}", "at least one row", "0 rows", "Leave out empty batches.")
            )
        return batch

    if isinstance(x, PyDataset) or (hasattr(x, "num_batches") and hasattr(x, "__getitem__")):
        return IndexedBatches(x, convert, shuffle)
    steps, endless = _length(x)
    beside = any(comes_from(x, library) for library in _READ_AHEAD)
    return StreamedBatches(x, convert, steps, endless, begins=begins, beside=beside)


def _own(array: Any) -> Any:
    """A copy: a generator may fill the same array again, while JAX still reads it."""
    return np.array(array) if isinstance(array, (np.ndarray, StoredArray)) else array


def _are_names(y: Any) -> bool:
    return all(name is None or isinstance(name, str) for name in tree.flatten(y))


def _refuse_rows(x: Any) -> None:
    if comes_from(x, "torch", "Dataset") and not comes_from(x, "datasets"):
        do = "Wrap it: torch.utils.data.DataLoader(dataset, batch_size=32, shuffle=True)."
        raise StructureError(explain("Training data", "batches", f"{type(x).__name__}, a torch dataset of rows", do))


def _length(x: Any) -> tuple[int | None, bool]:
    """Batches per epoch, or None; whether there is no end to them."""
    if hasattr(x, "__next__"):
        return None, False
    if comes_from(x, "tensorflow") and hasattr(x, "cardinality"):
        count = int(x.cardinality())
        return (count if count >= 0 else None), count == -1
    try:
        count = len(x)
    except TypeError:
        return None, False
    return (None, True) if count >= sys.maxsize else (count, False)
