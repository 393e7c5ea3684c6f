"""Projections applied to weights after each update."""

from typing import Any

from cornu.core import registry

__all__: list[str] = []


def get(identifier: Any) -> Any:
    """A constraint from an object, function, name or config; None stays None."""
    return registry.get(identifier, "keras.constraints", "A constraint")
