"""Which dtype a layer computes in and which one it stores, as objects; a name such as "mixed_bfloat16" stands for each."""

from typing import Any

from cornu.core import registry
from cornu.core.dtypes import DTypePolicy, QuantizedDTypePolicy, get_policy

__all__ = ["DTypePolicy", "QuantizedDTypePolicy", "deserialize", "get", "serialize"]


def get(identifier: Any) -> DTypePolicy:
    """A policy from a policy, a name, a dtype or a config; the global one from None.

    Example:
        >>> get("int8_from_float32")
        <QuantizedDTypePolicy "int8_from_float32">
    """
    return get_policy(identifier)


def serialize(dtype_policy: DTypePolicy) -> Any:
    """The config of a policy."""
    return registry.serialize(dtype_policy)


def deserialize(config: Any, custom_objects: Any = None) -> DTypePolicy:
    """The policy that a config describes."""
    with registry.custom_objects(custom_objects):
        return get_policy(config)
