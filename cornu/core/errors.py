"""How an error reads: what needs which condition, what came, what to do, and where it happened."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any


class ShapeError(ValueError):
    """A shape or rank does not fit. Found while a graph is built whenever that is possible."""


class GraphError(ValueError):
    """Tensors and layers do not form the graph that was asked for."""


class StructureError(ValueError):
    """Data, targets or arguments are not nested or named as the model needs."""


class FileFormatError(ValueError):
    """The bytes are not what their format says, or use a part of it that is not read."""


class UnsafeFileError(FileFormatError):
    """The file asks for something that reading a model never does.

    Examples: a link out of the file, more bytes than it stores, a pickled object. It is a
    `FileFormatError` too, so one ``except`` covers every file that cannot be read.
    """


class ConfigError(FileFormatError):
    """A config does not describe the object that it says it describes."""


def explain(what: str, needs: str, got: Any, do: str) -> str:
    """One message in the house's form: ``<what> needs <condition>; got <value>. <What to do.>``"""
    return f"{what} needs {needs}; got {got}. {do}"


def show_shape(shape: Any) -> str:
    """A shape as people write it; nested structures keep their form.

    Example:
        >>> show_shape((None, "time", 64))
        '(None, time, 64)'
    """
    if isinstance(shape, dict):
        return "{" + ", ".join(f"{k}: {show_shape(v)}" for k, v in shape.items()) + "}"
    if isinstance(shape, list):
        return "[" + ", ".join(show_shape(s) for s in shape) + "]"
    if isinstance(shape, tuple) and not all(d is None or isinstance(d, (int, str)) for d in shape):
        return "(" + ", ".join(show_shape(s) for s in shape) + ")"
    if isinstance(shape, tuple):
        return "(" + ", ".join(str(d) for d in shape) + ("," if len(shape) == 1 else "") + ")"
    return str(shape)


_LOCATED = "_cornu_located"


def locate(error: BaseException, note: str) -> None:
    """Say once, on the innermost layer's behalf, where an error happened."""
    if getattr(error, _LOCATED, False):
        return
    setattr(error, _LOCATED, True)
    error.add_note(note)


@contextlib.contextmanager
def plain_notes() -> Generator[None]:
    """Take away the note about hidden frames that JAX adds to errors raised while it traces our code."""
    try:
        yield
    except BaseException as error:
        notes: list[str] = getattr(error, "__notes__", [])
        notes[:] = [note for note in notes if "JAX has removed its internal frames" not in note]
        raise


_USERS_OWN = "_cornu_users_own"


def mark_users_own(error: BaseException) -> None:
    """Note that a class outside of the library raised an error: it reaches its author as it is."""
    setattr(error, _USERS_OWN, True)


def is_users_own(error: BaseException) -> bool:
    """Whether an error comes from a class outside of the library."""
    return getattr(error, _USERS_OWN, False)
