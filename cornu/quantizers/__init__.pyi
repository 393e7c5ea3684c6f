# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.quantizers.configs import Int8QuantizationConfig as _Int8QuantizationConfig
from cornu.quantizers.configs import QuantizationConfig as _QuantizationConfig
from cornu.quantizers.configs import config_of as config_of
from cornu.quantizers.quantizers import AbsMaxQuantizer as _AbsMaxQuantizer
from cornu.quantizers.quantizers import Quantizer as Quantizer
from cornu.quantizers.quantizers import abs_max_quantize as abs_max_quantize

class AbsMaxQuantizer(_AbsMaxQuantizer):
    def __init__(
        self,
        axis: Any = None,
        value_range: Any = ...,
        epsilon: float = 1e-07,
        output_dtype: str = "int8",
    ) -> None: ...

class Int8QuantizationConfig(_Int8QuantizationConfig, QuantizationConfig):
    def __init__(
        self,
        weight_quantizer: Any = None,
        activation_quantizer: Any = "default",
    ) -> None: ...

class QuantizationConfig(_QuantizationConfig):
    def __init__(
        self,
        weight_quantizer: Any = None,
        activation_quantizer: Any = None,
    ) -> None: ...

def deserialize(config: Any, custom_objects: Any = None) -> Any: ...
def get(identifier: Any, kwargs: Any) -> Any: ...
def serialize(quantizer: Any) -> Any: ...

__all__ = [
    "AbsMaxQuantizer",
    "Int8QuantizationConfig",
    "QuantizationConfig",
    "Quantizer",
    "abs_max_quantize",
    "config_of",
]
