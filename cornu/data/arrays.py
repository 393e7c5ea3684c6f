"""From whatever holds rows (lists, frames, tensors of other libraries) to arrays of numbers.

No library is imported for it: a value is recognised by the module that its class comes from.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from cornu.core import tree
from cornu.core.errors import StructureError, explain, show_shape
from cornu.core.variable import Variable
from cornu.data.stored import StoredArray, narrow, stored

_NUMERIC = "fiubc"


def comes_from(x: Any, library: str, *classes: str) -> bool:
    """Whether an object's class, or one that it derives from, is of a library (and has one of these names).

    Example:
        >>> comes_from(np.zeros(2), "numpy", "ndarray"), comes_from([], "pandas")
        (True, False)
    """
    return any(
        base.__module__.partition(".")[0] == library and (not classes or base.__name__ in classes)
        for base in type(x).__mro__
    )


def to_arrays(structure: Any) -> Any:
    """Arrays, frames, tensors of other libraries and lists of numbers as NumPy or JAX arrays, nested as given.

    Arrays in files stay there (``StoredArray``). float64 and int64 become the 32-bit types that are computed with,
    unless JAX's x64 mode is on.
    """
    if isinstance(structure, dict):
        return {k: to_arrays(v) for k, v in structure.items()}
    if isinstance(structure, (list, tuple)):
        if structure and all(map(_is_number_or_numbers, structure)):
            return narrow(_rectangle(structure))
        if structure and all(isinstance(v, (str, bytes)) for v in structure):
            raise _no_numbers(f"strings ({structure[0]!r}, ...)", _STRINGS)
        items = [to_arrays(v) for v in structure]
        return items if isinstance(structure, list) else tuple(items)
    return None if structure is None else _to_array(structure)


def check_rows(data: Any) -> int:
    """The number of rows that all arrays of ``(x, y, sample_weight)`` have."""
    leaves = [leaf for leaf in tree.flatten(data) if leaf is not None]
    if not leaves:
        raise StructureError(explain("Training data", "at least one array", "none", "Pass x=."))
    rows = leaves[0].shape[0]
    if all(leaf.shape[0] == rows for leaf in leaves):
        return int(rows)
    parts = ("x", "y", "sample_weight")
    listing = ", ".join(
        f"{parts[path[0]]}{''.join(f'[{p!r}]' for p in path[1:])} {leaf.shape[0]}"
        for path, leaf in tree.flatten_with_path(data)
        if leaf is not None
    )
    raise StructureError(
        explain("Training data", "as many rows in every array", listing, "Cut or complete the arrays.")
    )


_STRINGS = "Turn them into numbers first, for example with layers.StringLookup or layers.TextVectorization."


def _no_numbers(got: str, do: str) -> StructureError:
    return StructureError(explain("Training data", "numbers", got, do))


def _is_number_or_numbers(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return bool(x) and all(map(_is_number_or_numbers, x))
    return isinstance(x, (bool, int, float, np.number))


def _rectangle(rows: Any) -> np.ndarray:
    try:
        return np.asarray(rows)
    except ValueError as error:
        raise _no_numbers(
            "lists of different lengths", "Make the rows equally long, for example by padding."
        ) from error


def _to_array(x: Any) -> Any:
    if isinstance(x, Variable):
        x = x.value
    if isinstance(x, (jax.Array, StoredArray)):
        return x
    kept = stored(x)
    if kept is not None:
        return kept
    array = x if isinstance(x, np.ndarray) else _foreign(x)
    if array.dtype.kind in "SUT" or _holds_strings(array):
        raise _no_numbers(f"strings ({array.flat[0]!r}, ...)" if array.size else "strings", _STRINGS)
    if array.dtype == object:
        shape = show_shape(array.shape)
        do = "Make the rows equally long, or use a preprocessing layer first."
        raise _no_numbers(f"an array of Python objects of shape {shape}", do)
    if array.dtype.kind in "mM":
        raise _no_numbers(f"times ({array.dtype})", "Subtract a start and divide by a unit first.")
    if array.ndim == 0:
        needs, do = "arrays with a batch axis", "Pass an array of rows, and batch a dataset before: .batch(32)."
        raise StructureError(explain("Training data", needs, f"the scalar {array!r}", do))
    return narrow(array)


def _holds_strings(array: np.ndarray) -> bool:
    return array.dtype == object and array.size > 0 and isinstance(array.flat[0], (str, bytes))


def _foreign(x: Any) -> np.ndarray:
    """A value of another library as a NumPy array."""
    if comes_from(x, "pandas", "DataFrame", "Series"):
        return _frame(x, _pandas_column)
    if comes_from(x, "polars", "DataFrame", "Series"):
        return _frame(x, _polars_column)
    if comes_from(x, "polars", "LazyFrame"):
        raise StructureError(
            explain("Training data", "a frame with its rows", "a polars LazyFrame", "Call .collect().")
        )
    if comes_from(x, "torch", "Tensor"):
        x = x.detach().cpu()
        return (x.float() if str(x.dtype) == "torch.bfloat16" else x).numpy()
    if comes_from(x, "tensorflow"):
        if not hasattr(x, "numpy") or comes_from(x, "tensorflow", "RaggedTensor", "SparseTensor"):
            do = "Call .to_tensor() on ragged tensors, tf.sparse.to_dense on sparse ones."
            raise StructureError(explain("Training data", "dense tensors with values", type(x).__name__, do))
        return np.asarray(x.numpy())
    if comes_from(x, "datasets", "Column"):
        return np.asarray(x[:])
    return x.to_numpy() if hasattr(x, "to_numpy") else np.asarray(x)


def _frame(x: Any, convert: Any) -> np.ndarray:
    """A frame as (rows, columns), a series as (rows,); columns of several types as the type that holds them all."""
    if not hasattr(x, "columns"):
        return convert(x.name, x)
    names = list(x.columns)
    if not names:
        raise StructureError(explain("Training data", "at least one column", "a frame of none", "Select columns."))
    return np.stack([convert(name, x[name]) for name in names], axis=1)


def _pandas_column(name: Any, column: Any) -> np.ndarray:
    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)
    if not isinstance(dtype, np.dtype) or dtype.kind not in _NUMERIC:
        raise _column_error(name, f"dtype {column.dtype}")
    if isinstance(column.dtype, np.dtype):
        return column.to_numpy()
    missing = int(column.isna().sum())
    if missing:
        raise _missing(name, missing)
    return column.to_numpy(dtype=dtype)


def _polars_column(name: Any, column: Any) -> np.ndarray:
    if column.null_count():
        raise _missing(name, column.null_count())
    array = column.to_numpy()
    if array.dtype.kind not in _NUMERIC:
        raise _column_error(name, f"dtype {column.dtype}")
    return array


def _column_error(name: Any, got: str) -> StructureError:
    do = "Leave it out, or encode it first: categories as codes or with layers.StringLookup, times as numbers."
    return StructureError(explain(f"Column {name!r}", "numbers", got, do))


def _missing(name: Any, count: int) -> StructureError:
    return StructureError(
        explain(f"Column {name!r}", "a value in every row", f"{count} missing", "Fill or drop them first.")
    )
