"""How weights get their first values."""

from typing import Any

from cornu.core import registry
from cornu.initializers.draws import RandomNormal, RandomUniform, TruncatedNormal
from cornu.initializers.fixed import Constant, Identity, Ones, Zeros
from cornu.initializers.fourier import STFT
from cornu.initializers.initializer import Initializer
from cornu.initializers.matrices import Orthogonal
from cornu.initializers.scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

# Keras's other names of the same classes.
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

registry.publish("keras.initializers", __name__)
_ALIASES = {"normal": RandomNormal, "uniform": RandomUniform, "zero": Zeros, "one": Ones}


def get(identifier: Any) -> Any:
    """An initializer from an object, function, array, name or config; None stays None.

    Example:
        >>> get("zeros")((2,)).tolist()
        [0.0, 0.0]
    """
    if hasattr(identifier, "shape"):
        return identifier
    return registry.get(identifier, "keras.initializers", "An initializer", aliases=_ALIASES)


def serialize(initializer: Any) -> Any:
    """The config of an initializer."""
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The initializer that a config describes."""
    with registry.custom_objects(custom_objects):
        return get(config)
