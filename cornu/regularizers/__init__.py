"""Penalties on weights and outputs, added to the loss."""

from typing import Any

from cornu.core import registry
from cornu.regularizers.regularizers import L1, L1L2, L2, OrthogonalRegularizer, Regularizer

# Keras's other names of the same classes.
l1 = L1
l1_l2 = L1L2
l2 = L2
orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
]

registry.publish("keras.regularizers", __name__)


def get(identifier: Any) -> Any:
    """A regularizer from an object, function, name or config; None stays None.

    Example:
        >>> type(get("l1l2")).__name__
        'L1L2'
    """
    return registry.get(identifier, "keras.regularizers", "A regularizer", aliases={"l1l2": L1L2})


def serialize(regularizer: Any) -> Any:
    """The config of a regularizer."""
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The regularizer that a config describes."""
    with registry.custom_objects(custom_objects):
        return get(config)
