"""One object that a config holds twice: written with a number, read as one object again."""

from __future__ import annotations

import contextlib
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
        self.by_name: dict[tuple[str, str], list[tuple[Any, Any]]] = {}

    def find(self, data: dict[str, Any]) -> Any:
        """The object that ``data`` describes if it was made before, else None."""
        number = data.get("shared_object_id")
        if type(number) is not int:
            return None
        if number in self.by_number:
            return self.by_number[number]
        # Keras numbers an object where it occurs again, not where it occurs first.
        config = _without_numbers(data["config"])
        equal = [thing for known, thing in self.by_name.get(_key(data), ()) if _without_numbers(known) == config]
        return equal[0] if len(equal) == 1 else None

    def note(self, data: dict[str, Any], thing: Any) -> None:
        if not isinstance(thing, Module):
            return
        number = data.get("shared_object_id")
        if type(number) is int:
            self.by_number[number] = thing
        self.by_name.setdefault(_key(data), []).append((data["config"], thing))


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
    config = data["config"]
    return str(data["class_name"]), str(config.get("name") if isinstance(config, dict) else "")


def _without_numbers(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _without_numbers(v) for k, v in data.items() if k != "shared_object_id"}
    return [_without_numbers(v) for v in data] if isinstance(data, list) else data
