# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.optimizers.schedules.decays import CosineDecay as _CosineDecay
from cornu.optimizers.schedules.decays import CosineDecayRestarts as _CosineDecayRestarts
from cornu.optimizers.schedules.decays import ExponentialDecay as _ExponentialDecay
from cornu.optimizers.schedules.decays import InverseTimeDecay as _InverseTimeDecay
from cornu.optimizers.schedules.decays import PiecewiseConstantDecay as _PiecewiseConstantDecay
from cornu.optimizers.schedules.decays import PolynomialDecay as _PolynomialDecay
from cornu.optimizers.schedules.schedule import LearningRateSchedule as LearningRateSchedule

class CosineDecay(_CosineDecay):
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None: ...

class CosineDecayRestarts(_CosineDecayRestarts):
    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None: ...

class ExponentialDecay(_ExponentialDecay):
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None: ...

class InverseTimeDecay(_InverseTimeDecay):
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None: ...

class PiecewiseConstantDecay(_PiecewiseConstantDecay):
    def __init__(
        self,
        boundaries: Any,
        values: Any,
        name: str = "PiecewiseConstant",
    ) -> None: ...

class PolynomialDecay(_PolynomialDecay):
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None: ...

def deserialize(config: Any, custom_objects: Any = None) -> Any: ...
def serialize(learning_rate_schedule: Any) -> Any: ...

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
]
