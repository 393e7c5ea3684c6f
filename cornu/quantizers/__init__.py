"""Numbers as 8-bit integers and a scale: how ``quantize("int8")`` stores weights and rounds activations."""

from typing import Any

from cornu.core import registry
from cornu.quantizers.configs import Int8QuantizationConfig, QuantizationConfig, config_of
from cornu.quantizers.quantizers import AbsMaxQuantizer, Quantizer, abs_max_quantize

__all__ = [
    "AbsMaxQuantizer",
    "Int8QuantizationConfig",
    "QuantizationConfig",
    "Quantizer",
    "abs_max_quantize",
    "config_of",
]

registry.publish(
    "keras.quantizers",
    __name__,
    ["AbsMaxQuantizer", "Int8QuantizationConfig", "QuantizationConfig", "Quantizer", "abs_max_quantize"],
)


def get(identifier: Any, **kwargs: Any) -> Any:
    """A quantizer from an object, class, name or config; None stays None.

    Example:
        >>> get("abs_max_quantizer").value_range
        (-127, 127)
    """
    found = registry.get(
        identifier, "keras.quantizers", "A quantizer", aliases={"abs_max_quantizer": AbsMaxQuantizer}, call_class=False
    )
    return found(**kwargs) if isinstance(found, type) else found


def serialize(quantizer: Any) -> Any:
    """The config of a quantizer."""
    return registry.serialize(quantizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The quantizer that a config describes."""
    with registry.custom_objects(custom_objects):
        return get(config)
