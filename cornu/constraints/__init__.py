"""Projections applied to weights after each update."""

from typing import Any

from cornu.constraints.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from cornu.core import registry

# Keras's other names of the same classes.
max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "unit_norm",
]

registry.publish("keras.constraints", __name__)


def get(identifier: Any) -> Any:
    """A constraint from an object, function, name or config; None stays None.

    Example:
        >>> type(get("max_norm")).__name__
        'MaxNorm'
    """
    return registry.get(identifier, "keras.constraints", "A constraint")


def serialize(constraint: Any) -> Any:
    """The config of a constraint."""
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The constraint that a config describes."""
    with registry.custom_objects(custom_objects):
        return get(config)
