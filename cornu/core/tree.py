"""Nested lists, tuples and dicts: flatten, map, pack. None is a leaf; dicts go by sorted key, as in Keras files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any


def _is_namedtuple(x: Any) -> bool:
    return isinstance(x, tuple) and hasattr(x, "_fields")


def is_nested(x: Any) -> bool:
    """Whether ``x`` is a container that the functions here look into."""
    return isinstance(x, (list, tuple, dict))


def _ordered_keys(d: dict[Any, Any]) -> list[Any]:
    try:
        return sorted(d)
    except TypeError:
        return list(d)


def _walk(x: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(x, dict):
        for key in _ordered_keys(x):
            yield from _walk(x[key], (*path, key))
    elif isinstance(x, (list, tuple)):
        for index, item in enumerate(x):
            yield from _walk(item, (*path, index))
    else:
        yield path, x


def flatten(structure: Any) -> list[Any]:
    """The leaves, in order.

    Example:
        >>> flatten({"b": [1, None], "a": (2,)})
        [2, 1, None]
    """
    return [leaf for _, leaf in _walk(structure, ())]


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each with the keys and indices that lead to it."""
    return list(_walk(structure, ()))


def map_structure(function: Callable[..., Any], structure: Any, *others: Any) -> Any:
    """A like structure of ``function(leaf, *leaves_at_the_same_place)``.

    Example:
        >>> map_structure(lambda a, b: a + b, {"x": [1, 2]}, {"x": [10, 20]})
        {'x': [11, 22]}
    """
    if isinstance(structure, dict):
        return {k: map_structure(function, v, *(o[k] for o in others)) for k, v in structure.items()}
    if _is_namedtuple(structure):
        return type(structure)(*(map_structure(function, *items) for items in zip(structure, *others, strict=True)))
    if isinstance(structure, (list, tuple)):
        items = [map_structure(function, *items) for items in zip(structure, *others, strict=True)]
        return items if isinstance(structure, list) else tuple(items)
    return function(structure, *others)


def pack(structure: Any, leaves: Sequence[Any]) -> Any:
    """A structure like the given one with its leaves replaced, in ``flatten``'s order.

    Example:
        >>> pack({"b": 0, "a": [0]}, [1, 2])
        {'b': 2, 'a': [1]}
    """
    supply = iter(leaves)

    def build(x: Any) -> Any:
        if isinstance(x, dict):
            filled = {key: build(x[key]) for key in _ordered_keys(x)}
            return {key: filled[key] for key in x}
        if _is_namedtuple(x):
            return type(x)(*(build(item) for item in x))
        if isinstance(x, (list, tuple)):
            items = [build(item) for item in x]
            return items if isinstance(x, list) else tuple(items)
        return next(supply)

    return build(structure)


def same_structure(a: Any, b: Any) -> bool:
    """Whether two structures nest alike (lists and tuples count as alike)."""
    if isinstance(a, dict) or isinstance(b, dict):
        return (
            isinstance(a, dict)
            and isinstance(b, dict)
            and a.keys() == b.keys()
            and all(same_structure(a[k], b[k]) for k in a)
        )
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return is_nested(a) and is_nested(b) and len(a) == len(b) and all(map(same_structure, a, b))
    return True
