"""Random draws and where their keys come from."""

from cornu.core import registry
from cornu.random.seed_generator import SeedGenerator, draw_key, global_generator, reset_global_generator

__all__ = ["SeedGenerator", "draw_key", "global_generator", "reset_global_generator"]
registry.publish("keras.random", __name__, ["SeedGenerator"])
