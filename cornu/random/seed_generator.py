"""A stream of random keys whose state is a Variable."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from cornu.core import context, seeds
from cornu.core.errors import explain
from cornu.core.module import Module
from cornu.core.variable import Variable


class SeedGenerator(Module):
    """A stream of random keys: ``[seed, counter]``, the counter being one higher after each draw.

    Its state is a Variable, so that compiled steps thread it through and checkpoints hold it.

    Args:
        seed: int; drawn from Python's generator if None.

    Example:
        >>> generator = SeedGenerator(7)
        >>> generator.next().tolist(), generator.next().tolist()
        ([7, 0], [7, 1])

    Source: the sequence is the one that ``keras.random.SeedGenerator`` gives for the same seed.
    """

    holds_weights = False

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any):
        super().__init__(name=name)
        if kwargs:
            raise TypeError(explain("SeedGenerator", "seed and name only", ", ".join(kwargs), "Remove the others."))
        self._initial_seed = seed
        if seed is None:
            seed = seeds.draw_default_seed()
        if not isinstance(seed, int) or seed < 0:
            raise ValueError(
                explain("SeedGenerator", "a seed that is an int from 0", repr(seed), "Pass an int or None.")
            )
        self.state = Variable(
            np.array([seed % 2**32, 0], dtype="uint32"), dtype="uint32", trainable=False, name="seed_generator_state"
        )

    @property
    def initial_seed(self) -> int | None:
        """The seed as given."""
        return self._initial_seed

    def next(self, ordered: bool = True) -> jax.Array:
        """The next key, (2,) uint32."""
        key = self.state.value
        self.state.assign(key + jnp.array([0, 1], dtype="uint32"))
        return key

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"seed": self._initial_seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator that a config describes."""
        return cls(**config)


_GLOBAL: list[SeedGenerator] = []


def global_generator() -> SeedGenerator:
    """The stream for draws that were given no seed."""
    if not _GLOBAL:
        _GLOBAL.append(SeedGenerator(name="global_seed_generator"))
    return _GLOBAL[0]


def reset_global_generator() -> None:
    """Forget the global stream; the next draw starts a new one from the default seed."""
    _GLOBAL.clear()


def draw_key(seed: Any) -> jax.Array:
    """A key for one draw, (2,) uint32: from an int, a generator (which moves on), a key, or None for the global stream."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        _refuse_in_compiled_code()
        return global_generator().next()
    if isinstance(seed, int) and not isinstance(seed, bool):
        return jnp.array([seed % 2**32, 0], dtype="uint32")
    if tuple(getattr(seed, "shape", ())) == (2,):
        return jnp.asarray(seed, dtype="uint32")
    raise ValueError(
        explain(
            "A random draw",
            "a seed: an int, a SeedGenerator, a key of shape (2,), or None",
            repr(seed)[:80],
            "Pass one of these.",
        )
    )


def _refuse_in_compiled_code() -> None:
    """The global stream belongs to no model: compiled steps would not move it on, and draw the same each time."""
    if context.current().abstract or not isinstance(jnp.zeros(()), Tracer):
        return
    raise ValueError(
        explain(
            "A random draw in compiled code",
            "a seed generator that the layer owns",
            "seed=None",
            "Write self.seed_generator = SeedGenerator(seed) in __init__ and pass seed=self.seed_generator.",
        )
    )
