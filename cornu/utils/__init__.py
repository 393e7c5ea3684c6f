"""What users look for under ``utils``: pictures, seeds, labels, registration. Everything lives elsewhere."""

from typing import Any

from cornu.callbacks.progbar import Progbar
from cornu.core.names import reset_names
from cornu.core.seeds import set_random_seed
from cornu.data import PyDataset
from cornu.random import reset_global_generator
from cornu.saving import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from cornu.utils.arrays import normalize, to_categorical
from cornu.visualization.plot_model import model_to_dot, plot_model

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "is_keras_tensor",
    "model_to_dot",
    "normalize",
    "plot_model",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
]

Sequence = PyDataset  # its older name


def clear_session(free_memory: bool = True) -> None:
    """Start naming layers anew, and forget the global stream of random keys."""
    reset_names()
    reset_global_generator()


def is_keras_tensor(x: Any) -> bool:
    """Whether an object is a symbolic tensor of a graph."""
    return bool(getattr(x, "is_symbolic", False))


def get_source_inputs(tensor: Any) -> list[Any]:
    """The inputs that a symbolic tensor depends on."""
    found: dict[int, Any] = {}
    stack, seen = [tensor], set[int]()
    while stack:
        t = stack.pop()
        if id(t) in seen:
            continue
        seen.add(id(t))
        if t.node is None or not t.node.inputs:
            found[id(t)] = t
        else:
            stack.extend(reversed(t.node.inputs))
    return list(found.values())
