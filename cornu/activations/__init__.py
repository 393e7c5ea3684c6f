"""Functions of one array, applied element by element or along the last axis."""

from typing import Any

import jax

from cornu.core import registry
from cornu.core.op import elementwise, op

__all__ = ["linear", "relu"]


def linear(x: Any) -> Any:
    """The identity: ``y = x``."""
    return x


@op(spec_rule=elementwise)
def relu(x: Any, negative_slope: float = 0.0, max_value: Any = None, threshold: float = 0.0) -> Any:
    """``max(x, 0)``."""
    return jax.nn.relu(x)


registry.publish("keras.activations", __name__)


def get(identifier: Any) -> Any:
    """An activation from a function, layer, name or config; None is ``linear``.

    Example:
        >>> get(None) is linear, get("relu") is relu
        (True, True)
    """
    if identifier is None:
        return linear
    return registry.get(identifier, "keras.activations", "An activation", call_class=True)


def serialize(activation: Any) -> Any:
    """The name of a built-in activation, else its config."""
    if registry.is_published(activation):
        return activation.__name__
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The activation that a name or config describes."""
    with registry.custom_objects(custom_objects):
        return get(config)
