"""Keras's names for the registry: objects as data and back, and names of the user's own classes."""

from __future__ import annotations

from typing import Any

from cornu.core import registry


class CustomObjectScope:
    """Names that files and configs may use for the duration of a ``with`` block.

    Example:
        >>> class Mine: ...
        >>> with CustomObjectScope({"Mine": Mine}):
        ...     get_registered_object("Mine") is Mine
        True
    """

    def __init__(self, custom_objects: dict[str, Any]):
        self.custom_objects = dict(custom_objects or {})
        self._block: Any = None

    def __enter__(self) -> CustomObjectScope:
        self._block = registry.custom_objects(self.custom_objects)
        self._block.__enter__()
        return self

    def __exit__(self, *args: Any, **kwargs: Any) -> None:
        self._block.__exit__(*args)


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict[str, Any]:
    """The registered classes and functions by ``package>name``; adding to the dict registers."""
    return registry.registered_objects()


def get_registered_name(obj: Any) -> str:
    """The name under which a class or function was registered; else its own name."""
    return registry.registered_name(obj)


def get_registered_object(name: str, custom_objects: Any = None, module_objects: Any = None) -> Any:
    """The class or function that stands under a name, or None."""
    return registry.registered_object(name, custom_objects, module_objects)


def serialize_keras_object(obj: Any) -> Any:
    """An object as JSON-able data."""
    return registry.serialize(obj)


def deserialize_keras_object(config: Any, custom_objects: Any = None, safe_mode: bool = True, **kwargs: Any) -> Any:
    """The object that data describes; there is no unsafe mode, whatever ``safe_mode`` says."""
    return registry.deserialize(config, custom_objects)
