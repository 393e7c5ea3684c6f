"""From what users pass as data to batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from cornu.core import tree
from cornu.core.errors import StructureError, explain, show_shape
from cornu.core.variable import Variable
from cornu.data.batches import ArrayBatches, Batches, StreamedBatches


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

    if _is_stream(x):
        return _stream(x, y, sample_weight, batch_size, prepare)
    data = tuple(None if part is None else to_arrays(part) for part in (x, y, sample_weight))
    _check_rows(data)
    if prepare is not None:
        data = prepare(data)
    rows = next(a for a in tree.flatten(data) if a is not None).shape[0]
    if rows == 0:
        raise StructureError(explain("Training data", "at least one row", "arrays of 0 rows", "Check how x was made."))
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
    if _is_stream(x):
        raise StructureError(
            explain("validation_split", "arrays", f"an iterable ({type(x).__name__})", "Pass validation_data instead.")
        )
    if not 0 < fraction < 1:
        raise ValueError(explain("validation_split", "a fraction between 0 and 1", fraction, "Pass for example 0.2."))
    data = tuple(None if part is None else to_arrays(part) for part in (x, y, sample_weight))
    _check_rows(data)
    rows = next(a for a in tree.flatten(data) if a is not None).shape[0]
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


def to_arrays(structure: Any) -> Any:
    """Arrays, frames, tensors of other libraries and lists of numbers as NumPy or JAX arrays, nested as given."""
    if isinstance(structure, dict):
        return {k: to_arrays(v) for k, v in structure.items()}
    if isinstance(structure, (list, tuple)):
        if structure and all(map(_is_number_or_numbers, structure)):
            return _narrow(np.asarray(structure))
        items = [to_arrays(v) for v in structure]
        return items if isinstance(structure, list) else tuple(items)
    return None if structure is None else _to_array(structure)


def _is_number_or_numbers(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return bool(x) and all(map(_is_number_or_numbers, x))
    return isinstance(x, (bool, int, float, np.number))


def _to_array(x: Any) -> Any:
    if isinstance(x, Variable):
        x = x.value
    if isinstance(x, jax.Array):
        return x
    if not isinstance(x, np.ndarray):
        x = x.to_numpy() if hasattr(x, "to_numpy") else np.asarray(x)
    if x.dtype == object:
        raise StructureError(
            explain(
                "Training data",
                "numbers",
                f"an array of Python objects of shape {show_shape(x.shape)}",
                "Make the rows equally long, or use a preprocessing layer first.",
            )
        )
    if x.ndim == 0:
        raise StructureError(
            explain("Training data", "arrays with a batch axis", f"the scalar {x!r}", "Pass an array of rows.")
        )
    return _narrow(x)


def _narrow(x: np.ndarray) -> np.ndarray:
    """float64 and int64 as the 32-bit types that are computed with (unless JAX's x64 mode is on)."""
    wanted = jax.dtypes.canonicalize_dtype(x.dtype) if x.dtype.kind in "fiuc" else x.dtype
    return x if x.dtype == wanted else x.astype(wanted)


def _check_rows(data: Any) -> None:
    named = [(path, leaf) for path, leaf in tree.flatten_with_path(data) if leaf is not None]
    sizes = {leaf.shape[0] for _, leaf in named}
    if len(sizes) > 1:
        parts = ("x", "y", "sample_weight")
        listing = ", ".join(
            f"{parts[path[0]]}{''.join(f'[{p!r}]' for p in path[1:])} {leaf.shape[0]}" for path, leaf in named
        )
        raise StructureError(
            explain("Training data", "as many rows in every array", listing, "Cut or complete the arrays.")
        )


def _is_stream(x: Any) -> bool:
    """Whether ``x`` yields batches, rather than being rows."""
    if (
        isinstance(x, (list, tuple, dict, np.ndarray, jax.Array, Variable))
        or hasattr(x, "to_numpy")
        or hasattr(x, "__array__")
    ):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or hasattr(x, "__getitem__")


def _stream(x: Any, y: Any, sample_weight: Any, batch_size: Any, prepare: Any) -> StreamedBatches:
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise StructureError(
                explain(
                    f"{name}=", "x to be arrays", f"x of type {type(x).__name__}", "Let it yield (x, y, sample_weight)."
                )
            )
    if batch_size is not None:
        raise StructureError(
            explain(
                "batch_size=", "x to be arrays", f"x of type {type(x).__name__}", "The iterable decides on batches."
            )
        )

    def read(raw: Any) -> Any:
        batch = tuple(None if part is None else to_arrays(part) for part in unpack(raw))
        return batch if prepare is None else prepare(batch)

    if hasattr(x, "num_batches") and hasattr(x, "__getitem__"):

        def indexed() -> Iterator[Any]:
            return (x[i] for i in range(x.num_batches))

        return StreamedBatches(indexed, x.num_batches, prepare=read, on_epoch_end=getattr(x, "on_epoch_end", None))
    one_pass = hasattr(x, "__next__")
    steps = None if one_pass or not hasattr(x, "__len__") else len(x)
    return StreamedBatches(lambda: iter(x), steps, restarts=not one_pass, prepare=read)
