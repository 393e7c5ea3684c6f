# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any

from cornu.initializers.draws import RandomNormal as _RandomNormal
from cornu.initializers.draws import RandomUniform as _RandomUniform
from cornu.initializers.draws import TruncatedNormal as _TruncatedNormal
from cornu.initializers.fixed import Constant as _Constant
from cornu.initializers.fixed import Identity as _Identity
from cornu.initializers.fixed import Ones as _Ones
from cornu.initializers.fixed import Zeros as _Zeros
from cornu.initializers.fourier import STFT as _STFT
from cornu.initializers.initializer import Initializer as Initializer
from cornu.initializers.matrices import Orthogonal as _Orthogonal
from cornu.initializers.scaled import GlorotNormal as GlorotNormal
from cornu.initializers.scaled import GlorotUniform as GlorotUniform
from cornu.initializers.scaled import HeNormal as HeNormal
from cornu.initializers.scaled import HeUniform as HeUniform
from cornu.initializers.scaled import LecunNormal as LecunNormal
from cornu.initializers.scaled import LecunUniform as LecunUniform
from cornu.initializers.scaled import VarianceScaling as _VarianceScaling

class Constant(_Constant):
    def __init__(
        self,
        value: Any = 0.0,
    ) -> None: ...

class Identity(_Identity):
    def __init__(
        self,
        gain: float = 1.0,
    ) -> None: ...

class Ones(_Ones):
    def __init__(
        self,
    ) -> None: ...

class Orthogonal(_Orthogonal):
    def __init__(
        self,
        gain: float = 1.0,
        seed: Any = None,
    ) -> None: ...

class RandomNormal(_RandomNormal):
    def __init__(
        self,
        mean: float = 0.0,
        stddev: float = 0.05,
        seed: Any = None,
    ) -> None: ...

class RandomUniform(_RandomUniform):
    def __init__(
        self,
        minval: float = -0.05,
        maxval: float = 0.05,
        seed: Any = None,
    ) -> None: ...

class STFT(_STFT):
    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None: ...

class TruncatedNormal(_TruncatedNormal):
    def __init__(
        self,
        mean: float = 0.0,
        stddev: float = 0.05,
        seed: Any = None,
    ) -> None: ...

class VarianceScaling(_VarianceScaling):
    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None: ...

class Zeros(_Zeros):
    def __init__(
        self,
    ) -> None: ...

def deserialize(config: Any, custom_objects: Any = None) -> Any: ...
def get(identifier: Any) -> Any: ...
def serialize(initializer: Any) -> Any: ...

IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal
STFTInitializer = STFT
constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
stft = STFT
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "STFT",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "IdentityInitializer",
    "OrthogonalInitializer",
    "STFTInitializer",
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]
