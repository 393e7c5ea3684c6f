"""How a layer is quantised: to what, and by which quantizers its weights and its inputs."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.declare import declared, field
from cornu.core.dtypes import check_quantization_mode
from cornu.core.errors import explain
from cornu.quantizers.quantizers import AbsMaxQuantizer, Quantizer

_DEFAULT = "default"


def _quantizer(what: str) -> Any:
    def convert(value: Any) -> Quantizer | None:
        value = registry.deserialize(value) if isinstance(value, dict) else value
        if value == _DEFAULT:
            return AbsMaxQuantizer()
        if value is None or isinstance(value, Quantizer):
            return value
        raise ValueError(explain(what, "a quantizer or None", repr(value)[:80], "Pass for example AbsMaxQuantizer()."))

    return convert


@declared
class QuantizationConfig(registry.Configured):
    """Quantizers of a layer's weights and inputs; the base of those for one mode.

    Args:
        weight_quantizer: of the large weights; None for the largest magnitude of each output.
        activation_quantizer: of the inputs, for each sample by itself; None leaves them floats.
    """

    weight_quantizer: Any = field(None, _quantizer("weight_quantizer"))
    activation_quantizer: Any = field(None, _quantizer("activation_quantizer"))

    @property
    def mode(self) -> str:
        """What weights become."""
        raise NotImplementedError(explain("A quantization config", "a mode", "none", "Use Int8QuantizationConfig."))


@declared
class Int8QuantizationConfig(QuantizationConfig):
    """Weights as 8-bit integers, and inputs too unless said otherwise.

    Args:
        weight_quantizer: None for the largest magnitude of each output.
        activation_quantizer: "default" for ``AbsMaxQuantizer()``; None leaves the inputs floats.

    Example:
        >>> Int8QuantizationConfig().mode
        'int8'

    Source: config as ``keras.quantizers.Int8QuantizationConfig``.
    """

    activation_quantizer: Any = field(_DEFAULT, _quantizer("activation_quantizer"))

    @property
    def mode(self) -> str:
        """What weights become."""
        return "int8"


# What files of Keras name besides, and what those weights are.
_OTHERS = {
    "Int4QuantizationConfig": "int4",
    "Float8QuantizationConfig": "float8",
    "GPTQConfig": "gptq",
    "AWQConfig": "awq",
}


def config_of(value: Any) -> QuantizationConfig | None:
    """A quantization config from itself or its data; None stays None.

    Raises:
        ValueError: for another mode than int8, and for anything else.
    """
    if isinstance(value, dict):
        if value.get("class_name") in _OTHERS:
            check_quantization_mode(_OTHERS[value["class_name"]])
        value = registry.deserialize(value)
    if value is None or isinstance(value, QuantizationConfig):
        return value
    what = "quantization_config"
    raise ValueError(explain(what, "a quantization config or None", repr(value)[:80], "Pass Int8QuantizationConfig()."))
