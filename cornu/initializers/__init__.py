"""How weights get their first values."""

from typing import Any

from cornu.core import registry
from cornu.core.names import snake_case
from cornu.initializers.constant import Constant, Ones, Zeros
from cornu.initializers.distributions import RandomUniform, TruncatedNormal
from cornu.initializers.initializer import Initializer
from cornu.initializers.orthogonal import Orthogonal
from cornu.initializers.variance_scaling import GlorotUniform, VarianceScaling

__all__ = [
    "Constant",
    "GlorotUniform",
    "Initializer",
    "Ones",
    "Orthogonal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
]

registry.publish("keras.initializers", __name__)
_ALIASES = {snake_case(name): globals()[name] for name in __all__} | {"uniform": RandomUniform}


def get(identifier: Any) -> Any:
    """An initializer from an object, function, array, name or config; None stays None.

    Example:
        >>> get("zeros")((2,)).tolist()
        [0.0, 0.0]
    """
    if hasattr(identifier, "shape"):
        return identifier
    return registry.get(identifier, "keras.initializers", "An initializer", aliases=_ALIASES)


def serialize(initializer: Any) -> Any:
    """The config of an initializer."""
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The initializer that a config describes."""
    return registry.deserialize(config, custom_objects)
