"""Which object's arrays lie where in a file of weights: section 4 of the file format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cornu.core.module import Module
from cornu.core.names import snake_case

# How models and layers hold what is reached by other names in files.
_OWN_ATTRIBUTES = frozenset(
    {"_layers", "_chain", "_entry", "_weights", "_children", "_arguments", "_losses", "_build_shapes", "_calls"}
)


def saved_objects(root: Any) -> Iterator[tuple[str, Any]]:
    """Everything that owns stored arrays, each once, with its group; the root's is ``""``.

    Args:
        root: a model or layer; a compiled model's optimizer is among its objects.
    """
    yield from _objects(root, "", set())


def _objects(thing: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    yield path, thing
    if getattr(thing, "functional", None) is not None:
        yield from _container(thing.layers, _join(path, "layers"), seen)
    attributes = {**{name: value for name, value in vars(thing).items() if name in getattr(thing, "_children", {})}}
    if getattr(thing, "functional", None) is None and isinstance(getattr(type(thing), "layers", None), property):
        # A model without a graph has its list of layers among its attributes, in the order of the alphabet:
        # what an attribute before "layers" holds is stored there, all else in the list.
        attributes["layers"] = thing.layers
    optimizer = getattr(thing, "optimizer", None)
    if _is_saved(optimizer):
        attributes["optimizer"] = optimizer
    for name in sorted(attributes, key=lambda n: (n.startswith("_"), n)):
        value = attributes[name]
        if name in _OWN_ATTRIBUTES:
            continue
        if _is_saved(value):
            yield from _objects(value, _join(path, name), seen)
        elif isinstance(value, (list, tuple, dict)) and _holds_saved(value):
            yield from _container(value, _join(path, name), seen)


def _container(items: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    used: dict[str, int] = {}
    for item in items.values() if isinstance(items, dict) else items:
        if _is_saved(item):
            name = _numbered(snake_case(type(item).__name__), used)
            yield from _objects(item, _join(path, name), seen)
        elif isinstance(item, (list, tuple, dict)):
            yield from _container(item, _join(path, _numbered("container", used)), seen)


def _numbered(name: str, used: dict[str, int]) -> str:
    count = used.get(name, 0)
    used[name] = count + 1
    return name if count == 0 else f"{name}_{count}"


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _is_saved(value: Any) -> bool:
    return isinstance(value, Module) and (value.holds_weights or hasattr(value, "save_own_variables"))


def _holds_saved(container: Any) -> bool:
    items = container.values() if isinstance(container, dict) else container
    return any(_is_saved(i) or (isinstance(i, (list, tuple, dict)) and _holds_saved(i)) for i in items)
