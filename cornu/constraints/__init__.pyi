# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.constraints.constraints import Constraint as Constraint
from cornu.constraints.constraints import MaxNorm as _MaxNorm
from cornu.constraints.constraints import MinMaxNorm as _MinMaxNorm
from cornu.constraints.constraints import NonNeg as _NonNeg
from cornu.constraints.constraints import UnitNorm as _UnitNorm

class MaxNorm(_MaxNorm):
    def __init__(
        self,
        max_value: float = 2,
        axis: Any = 0,
    ) -> None: ...

class MinMaxNorm(_MinMaxNorm):
    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Any = 0,
    ) -> None: ...

class NonNeg(_NonNeg):
    def __init__(
        self,
    ) -> None: ...

class UnitNorm(_UnitNorm):
    def __init__(
        self,
        axis: Any = 0,
    ) -> None: ...

def deserialize(config: Any, custom_objects: Any = None) -> Any: ...
def get(identifier: Any) -> Any: ...
def serialize(constraint: Any) -> Any: ...

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
