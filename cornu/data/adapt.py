"""From what users pass as data to batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import tree
from cornu.core.errors import StructureError, explain
from cornu.data.arrays import check_rows, to_arrays
from cornu.data.batches import ArrayBatches, Batches
from cornu.data.sources import is_stream, is_table, stream, table_columns
from cornu.data.stored import StoredArray


def as_batches(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    shuffle: bool = False,
    class_weight: Any = None,
    weigh: Callable[[Any, Any, Any], Any] | None = None,
) -> Batches:
    """Batches of whatever holds data.

    Args:
        x: arrays nested at will, or an iterable of batches; then ``y`` and ``sample_weight`` are in the batches.
            Of a Hugging Face dataset and of batches that are dicts, they are names of columns.
        batch_size: rows per batch of arrays; 32 if None.
        shuffle: whether arrays are read in a new order each epoch.
        class_weight: weights by class, turned into sample weights by ``weigh(y, sample_weight, class_weight)``.
    """
    if x is None:
        raise StructureError(explain("Training data", "x", "None", "Pass arrays, or an iterable of batches."))
    prepare: Callable[[Any], Any] | None = None
    if class_weight is not None and weigh is not None:

        def weighted(batch: Any) -> Any:
            bx, by, bw = batch
            return bx, by, weigh(by, bw, class_weight)

        prepare = weighted

    if is_stream(x):
        batches = stream(x, y, sample_weight, batch_size, shuffle, unpack)
        batches.weigh = prepare
        return batches
    data, rows = _rows_of(x, y, sample_weight)
    if rows == 0:
        raise StructureError(explain("Training data", "at least one row", "arrays of 0 rows", "Check how x was made."))
    if prepare is not None:
        # The weights of all rows: labels that are in a file are read whole.
        data = prepare((data[0], *(tree.map_structure(_in_memory, part) for part in data[1:])))
    size = 32 if batch_size is None else batch_size
    if not isinstance(size, (int, np.integer)) or size < 1:
        raise ValueError(explain("batch_size", "an int of 1 or more", repr(batch_size), "Correct the argument."))
    return ArrayBatches(data, min(int(size), rows), shuffle)


def unpack(batch: Any) -> tuple[Any, Any, Any]:
    """``(x, y, sample_weight)`` of one batch as an iterable yields it."""
    if isinstance(batch, list):
        batch = tuple(batch)
    if not isinstance(batch, tuple):
        return batch, None, None
    if len(batch) > 3 or not batch:
        raise StructureError(
            explain(
                "A batch",
                "x, (x, y) or (x, y, sample_weight)",
                f"a tuple of {len(batch)}",
                "Put several inputs into one list or dict.",
            )
        )
    return (*batch, *([None] * (3 - len(batch))))  # type: ignore[return-value]  # the length is 3


def repack(x: Any, y: Any, sample_weight: Any) -> Any:
    """A batch as users' own steps unpack it: ``x`` (in a tuple if it is a list), ``(x, y)`` or ``(x, y, sample_weight)``."""
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    return (x,) if isinstance(x, (list, tuple)) else x


def split_validation(
    x: Any, y: Any, sample_weight: Any, fraction: float
) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    """Training rows and the last ``fraction`` of rows."""
    if is_stream(x):
        raise StructureError(
            explain("validation_split", "arrays", f"an iterable ({type(x).__name__})", "Pass validation_data instead.")
        )
    if not 0 < fraction < 1:
        raise ValueError(explain("validation_split", "a fraction between 0 and 1", fraction, "Pass for example 0.2."))
    data, rows = _rows_of(x, y, sample_weight)
    cut = int(rows * (1 - fraction))
    if cut in (0, rows):
        raise ValueError(
            explain(
                "validation_split",
                "rows on both sides",
                f"{fraction} of {rows} rows",
                "Pass more data or another fraction.",
            )
        )
    first = tree.map_structure(lambda a: None if a is None else a[:cut], data)
    second = tree.map_structure(lambda a: None if a is None else a[cut:], data)
    return first, second


def _rows_of(x: Any, y: Any, sample_weight: Any) -> tuple[tuple[Any, Any, Any], int]:
    """``(x, y, sample_weight)`` as arrays, and how many rows they have."""
    if is_table(x):
        x, y, sample_weight = table_columns(x, y, sample_weight)
    elif isinstance(y, str):
        got, do = f"x of type {type(x).__name__}", "Pass the array of targets."
        raise StructureError(explain("y= as a name", "a dataset with named columns", got, do))
    data = (to_arrays(x), to_arrays(y), to_arrays(sample_weight))
    return data, check_rows(data)


def _in_memory(array: Any) -> Any:
    return np.asarray(array) if isinstance(array, StoredArray) else array
