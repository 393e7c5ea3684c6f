"""How two files of models differ: in architecture, and in weights by the norms of their differences."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from cornu.saving.archive import read_archive
from cornu.saving.models import WEIGHTS_ENDINGS, weights_reader
from cornu.saving.recognise import refuse_foreign
from cornu.saving.weights import StoredArray


@dataclasses.dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        place: of the argument in the config, or of the array in the weights.
        first, second: what each file has; "nothing" where it has nothing.
        distance: for arrays of one shape the norm of their difference, and that over the first one's norm.
    """

    place: str
    first: str
    second: str
    distance: tuple[float, float] | None = None


@dataclasses.dataclass(frozen=True)
class Difference:
    """All differences of two files, and how many arrays are equal."""

    architecture: list[Change]
    weights: list[Change]
    equal_arrays: int

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON-able data."""
        return dataclasses.asdict(self)


def compare(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> Difference:
    """Compare two ``.keras`` files or files of weights. Arrays are read, models are not built.

    Where one is a file of weights alone, only weights are compared.

    Example:
        >>> import cornu, tempfile
        >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2, name="d")])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(f"{folder}/a.keras")
        ...     _ = model.layers[0].bias.assign([3.0, 4.0])
        ...     model.save(f"{folder}/b.keras")
        ...     compare(f"{folder}/a.keras", f"{folder}/b.keras").weights[0].distance[0]
        5.0
    """
    with ExitStack() as stack:
        (config_a, weights_a), (config_b, weights_b) = (_opened(path, stack) for path in (first, second))
        architecture: list[Change] = []
        if config_a is not None and config_b is not None:
            _compare_configs(config_a, config_b, "", architecture)
        weights: list[Change] = []
        equal = 0
        for place in {**weights_a, **weights_b}:
            change = _compare_arrays(place, weights_a.get(place), weights_b.get(place))
            if change is None:
                equal += 1
            else:
                weights.append(change)
    return Difference(architecture, weights, equal)


def _opened(path: Any, stack: ExitStack) -> tuple[Any, dict[str, StoredArray]]:
    alone = str(path).endswith(WEIGHTS_ENDINGS)
    refuse_foreign(Path(path), whole_model=not alone)
    if alone:
        return None, _flat(stack.enter_context(weights_reader(path)))
    archive = stack.enter_context(read_archive(path))
    return _named(archive.config), _flat(archive.weights)


def _flat(reader: Mapping[str, Mapping[str, StoredArray]]) -> dict[str, StoredArray]:
    return {f"{group}/{name}": array for group, arrays in reader.items() for name, array in arrays.items()}


def _named(data: Any) -> Any:
    """Lists of layers as dicts by name, so that one more layer is one difference."""
    if isinstance(data, dict):
        return {key: _named(value) for key, value in data.items() if key != "shared_object_id"}
    if not isinstance(data, list):
        return data
    names = [item["config"].get("name") if _is_object(item) else None for item in data]
    if data and None not in names and len(set(map(str, names))) == len(names):
        return {str(name): _named(item) for name, item in zip(names, data, strict=True)}
    return [_named(item) for item in data]


def _is_object(data: Any) -> bool:
    return isinstance(data, dict) and "class_name" in data and isinstance(data.get("config"), dict)


def _compare_configs(a: Any, b: Any, place: str, found: list[Change]) -> None:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in {**a, **b}:
            below = f"{place}/{key}".removeprefix("/") if key != "config" else place
            if key in a and key in b:
                _compare_configs(a[key], b[key], below, found)
            else:
                found.append(Change(below, _told(a, key), _told(b, key)))
    elif a != b:
        found.append(Change(place, repr(a)[:200], repr(b)[:200]))


def _told(data: dict[str, Any], key: str) -> str:
    if key not in data:
        return "nothing"
    return str(data[key]["class_name"]) if _is_object(data[key]) else repr(data[key])[:200]


def _compare_arrays(place: str, a: StoredArray | None, b: StoredArray | None) -> Change | None:
    first, second = ("nothing" if x is None else f"{x.shape} {x.dtype.name}" for x in (a, b))
    if a is None or b is None or a.shape != b.shape:
        return Change(place, first, second)
    # float64: the square of float16's largest number is infinite in its own type.
    one, other = (x.read().astype(np.float64) for x in (a, b))
    if np.array_equal(one, other, equal_nan=True) and a.dtype == b.dtype:
        return None
    distance, norm = float(np.linalg.norm(one - other)), float(np.linalg.norm(one))
    return Change(place, first, second, (distance, distance / norm if norm else float("inf")))
