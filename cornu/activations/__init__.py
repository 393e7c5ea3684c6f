"""Functions of one array, applied element by element or along the last axis."""

from typing import Any

from cornu.activations.functions import (
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    linear,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    swish,
    tanh,
    tanh_shrink,
    threshold,
)
from cornu.core import registry

__all__ = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
registry.publish("keras.activations", __name__)
# Ops of the activations' own: their names in files.
registry.publish("keras.src.activations.activations", "cornu.activations.functions", ["mish", "re_lu"])


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
