"""How the files name recorded calls of functions. (Provisional: the table for all functions follows.)"""

from __future__ import annotations

from typing import Any


def is_op(module: Any, class_name: Any) -> bool:
    """Whether a config names a function's recorded call."""
    return isinstance(module, str) and module.startswith("keras.src.ops")


def to_file(name: str, args: Any, kwargs: Any) -> tuple[str, str, dict[str, Any], Any, Any]:
    """Module, class, config, and the call's arguments, as files have them."""
    return "keras.src.ops.numpy", name.title().replace("_", ""), {}, args, kwargs


def from_file(module: str, class_name: str, config: dict[str, Any], args: Any, kwargs: Any) -> tuple[str, Any, Any]:
    """The function's name and the call's arguments."""
    return class_name.lower(), args, kwargs
