"""One object that a config holds twice: written with a number, read as one object again."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Generator
from typing import Any

from cornu.core.module import Module


class _Written:
    """Objects met while a config is written. They are kept, so that no other gets their ``id``."""

    def __init__(self) -> None:
        self.first: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.count = 0

    def note(self, thing: Any, data: dict[str, Any]) -> None:
        """Give ``data`` and its first occurrence one number if ``thing`` was written before."""
        if not isinstance(thing, Module):
            return
        _, first = self.first.setdefault(id(thing), (thing, data))
        # What holds no variables may as well be two objects; Keras cannot read a shared InputLayer's graph.
        if first is data or not thing.variables:
            return
        if "shared_object_id" not in first:
            self.count += 1
            first["shared_object_id"] = self.count
        data["shared_object_id"] = first["shared_object_id"]


class _Read:
    """Objects made while a config is read."""

    def __init__(self) -> None:
        self.by_number: dict[int, Any] = {}
        self.by_config: dict[tuple[str, str], list[Any]] = {}

    def find(self, data: dict[str, Any]) -> Any:
        """The object that ``data`` describes if it was made before, else None."""
        number = data.get("shared_object_id")
        if type(number) is not int:
            return None
        if number in self.by_number:
            return self.by_number[number]
        # Keras numbers an object where it occurs again, not where it occurs first.
        equal = self.by_config.get(_key(data), ())
        return equal[0] if len(equal) == 1 else None

    def note(self, data: dict[str, Any], thing: Any) -> None:
        if not isinstance(thing, Module):
            return
        number = data.get("shared_object_id")
        if type(number) is int:
            self.by_number[number] = thing
        self.by_config.setdefault(_key(data), []).append(thing)


class _Scopes(threading.local):
    def __init__(self) -> None:
        self.written: _Written | None = None
        self.read: _Read | None = None


_SCOPES = _Scopes()


@contextlib.contextmanager
def writing() -> Generator[_Written, None, None]:
    """The table of objects of the config being written; the outermost block's is the whole config's."""
    outer = _SCOPES.written
    _SCOPES.written = outer or _Written()
    try:
        yield _SCOPES.written
    finally:
        _SCOPES.written = outer


@contextlib.contextmanager
def reading() -> Generator[_Read, None, None]:
    """The table of objects of the config being read; the outermost block's is the whole config's."""
    outer = _SCOPES.read
    _SCOPES.read = outer or _Read()
    try:
        yield _SCOPES.read
    finally:
        _SCOPES.read = outer


def is_reading() -> bool:
    """Whether objects are being made from a config: arguments then come from nobody knows where."""
    return _SCOPES.read is not None


def _key(data: dict[str, Any]) -> tuple[str, str]:
    """Class and config as text: equal for equal objects, whatever their numbers."""
    return str(data["class_name"]), json.dumps(_without_numbers(data["config"]), sort_keys=True, default=repr)


def _without_numbers(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _without_numbers(v) for k, v in data.items() if k != "shared_object_id"}
    return [_without_numbers(v) for v in data] if isinstance(data, list) else data
