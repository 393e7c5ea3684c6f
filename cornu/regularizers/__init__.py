"""Penalties on weights and outputs, added to the loss."""

from typing import Any

from cornu.core import registry

__all__: list[str] = []


def get(identifier: Any) -> Any:
    """A regularizer from an object, function, name or config; None stays None."""
    return registry.get(identifier, "keras.regularizers", "A regularizer")
