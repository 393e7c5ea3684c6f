# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.regularizers.regularizers import L1 as _L1
from cornu.regularizers.regularizers import L1L2 as _L1L2
from cornu.regularizers.regularizers import L2 as _L2
from cornu.regularizers.regularizers import OrthogonalRegularizer as _OrthogonalRegularizer
from cornu.regularizers.regularizers import Regularizer as Regularizer

class L1(_L1):
    def __init__(
        self,
        l1: float = 0.01,
    ) -> None: ...

class L1L2(_L1L2):
    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
    ) -> None: ...

class L2(_L2):
    def __init__(
        self,
        l2: float = 0.01,
    ) -> None: ...

class OrthogonalRegularizer(_OrthogonalRegularizer):
    def __init__(
        self,
        factor: float = 0.01,
        mode: str = "rows",
    ) -> None: ...

def deserialize(config: Any, custom_objects: Any = None) -> Any: ...
def get(identifier: Any) -> Any: ...
def serialize(regularizer: Any) -> Any: ...

l1 = L1
l1_l2 = L1L2
l2 = L2
orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
]
