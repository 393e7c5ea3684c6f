"""Files that travel both ways and can never hurt.

Read upwards: ``errors`` and ``limits``; ``window`` (bytes by position); ``checked_json``, ``zip_reader``,
``hdf5``, ``npz`` and ``safetensors``, which check what they read; ``archive``, which puts them together;
``layout`` (which object's arrays lie where) and ``models`` (whole models and weights); ``shards`` (weights over several
files); ``by_name`` and ``torch_layout`` (other libraries' weights); ``upgrade``, ``upgrade_calls``, ``older_weights`` and
``whole_h5`` (older files); ``recognise`` (what is no Keras file); ``inspect`` and ``compare``, which look without loading.
"""

from cornu.core.registry import register as register_keras_serializable
from cornu.saving.checked_json import parse_json
from cornu.saving.errors import ConfigError, FileFormatError, GraphError, UnknownClassError, UnsafeFileError
from cornu.saving.limits import Limits
from cornu.saving.models import load_model, load_weights, propose_names, save_model, save_weights
from cornu.saving.objects import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    serialize_keras_object,
)

__all__ = [
    "ConfigError",
    "CustomObjectScope",
    "FileFormatError",
    "GraphError",
    "Limits",
    "UnknownClassError",
    "UnsafeFileError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "parse_json",
    "propose_names",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
