"""The one ambient object: what layers need to know that is not an argument.

There is a root context for code that runs layers by hand, and one more on top for each call, trace or
abstract evaluation in progress. Nothing here outlives the call it belongs to.
"""

from __future__ import annotations

import dataclasses
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


class RowsCoupled(Exception):
    """A computation mixes the rows of a batch in a way that padded rows would disturb.

    Raised while a padded step is traced; the driver then runs ragged batches at their own size.
    """


@dataclasses.dataclass(frozen=True)
class Context:
    """What is true of the call in progress.

    Attributes:
        training: whether layers behave as in training; None where nobody said.
        autocast: float dtype to which variables are cast when read, or None.
        path: names of the layers that are being called, outermost first.
        losses: where ``add_loss`` puts its values; None keeps them on the layer.
        rows: (batch,) float, 1 for a real row and 0 for padding; None when all rows are real.
        abstract: shapes only: variables keep their values whatever is assigned.
        verdicts: where a training step says whether its loss and gradients were finite; None if nobody asks.
        allowance: memory that variables count against while a config is read; None elsewhere.
        lookups: has ``rows(variable, index)``, which may answer in the place of a variable that is looked up by rows.
    """

    training: bool | None = None
    autocast: str | None = None
    path: tuple[str, ...] = ()
    losses: list[Any] | None = None
    rows: Any = None
    abstract: bool = False
    allowance: Any = None
    verdicts: list[Any] | None = None
    lookups: Any = None


class _Stack(threading.local):
    def __init__(self) -> None:
        self.contexts: list[Context] = [Context()]


_STACK = _Stack()


def current() -> Context:
    """The context of the call in progress."""
    return _STACK.contexts[-1]


@contextmanager
def scope(**changes: Any) -> Generator[Context, None, None]:
    """A context like the current one but for ``changes``, for the duration of a ``with`` block."""
    context = dataclasses.replace(current(), **changes)
    _STACK.contexts.append(context)
    try:
        yield context
    finally:
        _STACK.contexts.pop()


def call_path() -> str:
    """Where we are, as ``model/encoder/dense``; empty outside of any call."""
    return "/".join(current().path)


def refuse_padded_rows() -> None:
    """To be called by whatever cannot honour ``Context.rows``."""
    if current().rows is not None:
        raise RowsCoupled(call_path())


class _Masks:
    """Which mask goes with which array: by identity, forgotten with the array."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[weakref.ref[Any], Any]] = {}

    def get(self, x: Any) -> Any:
        entry = self._entries.get(id(x))
        return entry[1] if entry is not None and entry[0]() is x else None

    def set(self, x: Any, mask: Any) -> None:
        key = id(x)
        if mask is None:
            self._entries.pop(key, None)
            return
        self._entries[key] = (weakref.ref(x, lambda _: self._entries.pop(key, None)), mask)


_MASKS = _Masks()


def get_mask(x: Any) -> Any:
    """The mask, (batch, time) bool, that travels with an array, or None."""
    return _MASKS.get(x)


def set_mask(x: Any, mask: Any) -> None:
    """Let a mask travel with an array, concrete or traced; None takes it away."""
    _MASKS.set(x, mask)
