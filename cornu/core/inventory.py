"""Telling cheaply that a tree of modules still holds the same modules and variables."""

from __future__ import annotations

from itertools import chain
from operator import is_
from typing import Any

from cornu.core.module import Module, edits
from cornu.core.variable import Variable

# Longer lists without a module in them are data: their length is compared, not their items.
_DATA = 64


class Inventory:
    """What a module's tree held when it was looked through.

    Looking through a tree takes about 1 us per attribute, too much for every call of a quick model. So it is
    done again only after some module's attribute was set, or one of the tree's lists and dicts has changed.

    Example:
        >>> from cornu.core.variable import Variable
        >>> root = Module(name="root")
        >>> root.parts = [Variable(1.0, name="a")]
        >>> inventory = Inventory(root)
        >>> inventory.is_current()
        True
        >>> root.parts.append(Variable(2.0, name="b"))
        >>> inventory.is_current()
        False
    """

    def __init__(self, root: Module):
        self._root = root
        self._true = True
        self._look_through()

    def is_current(self) -> bool:
        """Whether the tree holds what it held; once not, never again."""
        if self._true and self._edits != edits():
            before = self._members
            self._look_through()
            self._true = _same(before, self._members)
        elif self._true:
            self._true = _same(list(chain.from_iterable(self._boxes)), self._items) and self._sizes == list(
                map(len, self._tables)
            )
        return self._true

    def _look_through(self) -> None:
        self._edits = edits()
        self._members: list[Any] = []
        # Live views of lists and dicts, and what is in them; long ones of data apart, with their sizes.
        self._boxes: list[Any] = []
        self._tables: list[Any] = []
        for module in self._root.modules():
            self._members.append(module)
            self._members.extend(child for _, child in module.children())
            for name, value in module.__dict__.items():
                if isinstance(value, (list, tuple, dict)) and name != "_arguments":
                    self._find_boxes(value)
        self._items = list(chain.from_iterable(self._boxes))
        self._sizes = list(map(len, self._tables))

    def _find_boxes(self, value: Any) -> None:
        view = value.values() if isinstance(value, dict) else value
        inner = [item for item in view if isinstance(item, (list, tuple, dict))]
        for item in inner:
            self._find_boxes(item)
        if isinstance(value, tuple):
            return
        is_data = len(value) > _DATA and not inner and not any(isinstance(i, (Module, Variable)) for i in view)
        (self._tables if is_data else self._boxes).append(view)


def _same(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(map(is_, a, b))
