"""Random draws and where their keys come from."""

from cornu.core import registry
from cornu.random.draws import (
    bernoulli,
    beta,
    binomial,
    categorical,
    dropout,
    gamma,
    normal,
    randint,
    shuffle,
    truncated_normal,
    uniform,
)
from cornu.random.seed_generator import SeedGenerator, draw_key, global_generator, reset_global_generator

__all__ = [
    "SeedGenerator",
    "bernoulli",
    "beta",
    "binomial",
    "categorical",
    "draw_key",
    "dropout",
    "gamma",
    "global_generator",
    "normal",
    "randint",
    "reset_global_generator",
    "shuffle",
    "truncated_normal",
    "uniform",
]
registry.publish("keras.random", __name__, ["SeedGenerator"])
