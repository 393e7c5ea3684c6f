"""The base of initializers, and how random ones draw.

Draws are made by NumPy's counter-based Philox generator on the host: 0.2 s for the 378 tensors of InceptionV3,
where compiling a JAX draw for each shape takes 12 s. The same seed, shape and dtype give the same bits on every
machine; they are not Keras's bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from cornu.core import dtypes, registry, seeds
from cornu.core.declare import field
from cornu.core.errors import explain
from cornu.random import SeedGenerator


class Initializer(registry.Configured):
    """How a weight gets its first value: a function ``(shape, dtype) -> array``.

    Subclasses write ``__call__``, and ``get_config`` unless they are ``@declared``.
    """

    if TYPE_CHECKING:

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...  # declared ones say theirs at run time

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """First values for a weight."""
        raise NotImplementedError(
            f"Initializer class {type(self).__name__} needs a __call__(shape, dtype) method; got none. Define it."
        )

    def clone(self) -> Self:
        """An equal initializer; without a seed of its own it draws other values."""
        return type(self).from_config(self.get_config())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"


def seed_field() -> Any:
    """The argument ``seed``: an int, a ``SeedGenerator`` (each call then draws anew), or None, and one is drawn."""
    return field(None, _read_seed)


def _read_seed(value: Any) -> Any:
    seed = registry.deserialize(value) if isinstance(value, dict) else value
    if isinstance(seed, np.integer):
        seed = int(seed)
    fine = (isinstance(seed, int) and not isinstance(seed, bool) and seed >= 0) or isinstance(seed, SeedGenerator)
    if seed is not None and not fine:
        raise ValueError(
            explain(
                "An initializer's seed", "an int from 0, a SeedGenerator, or None", repr(value), "Pass one of these."
            )
        )
    return seed


class RandomInitializer(Initializer):
    """Base of initializers that draw. The same object gives the same values each time.

    Subclasses are ``@declared``, with ``seed: Any = seed_field()`` among their fields, and write ``draw``.
    """

    seed: Any

    def check(self) -> None:
        """Settle the seed."""
        self._drawn_seed = seeds.draw_default_seed() if self.seed is None else self.seed

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """Draws of a shape, in a float dtype."""
        name = dtypes.standardize_dtype(dtype)
        if not dtypes.is_float(name):
            raise ValueError(explain(type(self).__name__, "a float dtype", name, "Pass for example dtype='float32'."))
        return as_dtype(self.draw(self.generator(), tuple(shape)), name)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """Draws of a shape, float32."""
        raise NotImplementedError(f"Initializer class {type(self).__name__} needs a draw method; got none. Define it.")

    def generator(self) -> np.random.Generator:
        """A fresh stream of the seed."""
        seed = self._drawn_seed
        if isinstance(seed, SeedGenerator):
            seed = [int(word) for word in np.asarray(seed.next())]
        return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))


def as_dtype(values: Any, dtype: Any) -> np.ndarray:
    """Values in the dtype that JAX stores."""
    return np.asarray(values).astype(dtypes.backend_dtype(dtype))


def truncated_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Unit normal draws; those beyond two deviations are drawn again."""
    values = generator.standard_normal(shape, dtype=np.float32)
    # A scalar draw is no array.
    flat = np.atleast_1d(values).ravel()
    outside = np.flatnonzero(np.abs(flat) > 2)
    while outside.size:
        flat[outside] = generator.standard_normal(outside.size, dtype=np.float32)
        outside = outside[np.abs(flat[outside]) > 2]
    return flat.reshape(shape)
