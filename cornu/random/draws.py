"""Random arrays. The same seed gives the same numbers, and those that ``keras.random`` gives on JAX.

A seed is an int (the same numbers at each call), a SeedGenerator (which moves on), a key (2,) uint32, or None
for the library's own stream.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core import config, dtypes
from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.random.seed_generator import draw_key


def _float(dtype: Any, what: str) -> str:
    stored = dtypes.backend_dtype(dtype or config.floatx())
    if not dtypes.is_float(stored):
        raise ValueError(explain(f"random.{what}", "a float dtype", repr(dtype), "Use randint for ints."))
    return stored


def _array(x: Any, dtype: Any = None) -> jax.Array:
    return jnp.asarray(x.value if isinstance(x, Variable) else x, dtype=dtype)


def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Draws from the normal distribution of a mean and a standard deviation.

    Example:
        >>> normal((2,), seed=7).tolist() == normal((2,), seed=7).tolist()
        True
    """
    stored = _float(dtype, "normal")
    return jax.random.normal(draw_key(seed), tuple(shape), stored) * stddev + mean


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> jax.Array:
    """Draws from the normal distribution, those beyond two standard deviations left out."""
    stored = _float(dtype, "truncated_normal")
    return jax.random.truncated_normal(draw_key(seed), -2.0, 2.0, tuple(shape), stored) * stddev + mean


def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Draws from the uniform distribution on [minval, maxval)."""
    return jax.random.uniform(draw_key(seed), tuple(shape), _float(dtype, "uniform"), minval, maxval)


def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> jax.Array:
    """Ints from ``minval`` to ``maxval - 1``, all equally likely."""
    stored = dtypes.backend_dtype(dtype)
    if not jnp.issubdtype(jnp.dtype(stored), jnp.integer):
        raise ValueError(explain("random.randint", "an integer dtype", repr(dtype), "Use uniform for floats."))
    return jax.random.randint(draw_key(seed), tuple(shape), minval, maxval, stored)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> jax.Array:
    """Classes drawn with the probabilities ``softmax(logits)``.

    Shapes:
        logits: (batch, classes).
        result: (batch, num_samples), int.
    """
    logits = _array(logits)
    # The samples' axis comes last in the noise: this is the order of Keras's numbers.
    drawn = jax.random.categorical(draw_key(seed), logits[..., None], axis=-2, shape=(*logits.shape[:-1], num_samples))
    return drawn.astype(dtypes.backend_dtype(dtype))


def bernoulli(shape: Any, probability: float = 0.5, seed: Any = None) -> jax.Array:
    """True with a probability, else False."""
    return jax.random.bernoulli(draw_key(seed), probability, tuple(shape))


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> jax.Array:
    """``inputs / (1 - rate)`` with each element 0 by chance ``rate`` (Srivastava et al. 2014).

    Args:
        noise_shape: sizes of the draws, which are broadcast: 1 where elements fall together; None is the inputs' size.

    Example:
        >>> dropout(jnp.ones(4), 0.0, seed=1).tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    inputs = _array(inputs)
    if not 0 <= rate <= 1:
        raise ValueError(explain("random.dropout", "a rate from 0 to 1", repr(rate), "Pass a probability."))
    given = inputs.shape if noise_shape is None else tuple(noise_shape)
    shape = tuple(inputs.shape[i] if size is None else size for i, size in enumerate(given))
    keep = 1.0 - rate
    kept = kernels.bernoulli(draw_key(seed), keep, shape)
    if keep == 0:
        return jnp.zeros_like(inputs)
    return jnp.where(jnp.broadcast_to(kept, inputs.shape), inputs / keep, jnp.zeros_like(inputs))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> jax.Array:
    """``x`` with its elements in random order along an axis; each line of the others has an order of its own.

    Along the first axis of a tensor with more than one, rows are shuffled element by element as well.
    """
    return jax.random.permutation(draw_key(seed), _array(x), axis, independent=True)


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Draws from the gamma distribution of a shape ``alpha`` and scale 1."""
    return jax.random.gamma(draw_key(seed), _array(alpha), tuple(shape), _float(dtype, "gamma"))


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> jax.Array:
    """Draws from the beta distribution, of density proportional to ``x ** (alpha - 1) (1 - x) ** (beta - 1)``."""
    stored = _float(dtype, "beta")
    return jax.random.beta(draw_key(seed), _array(alpha, stored), _array(beta, stored), tuple(shape), stored)


def binomial(shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> jax.Array:
    """How many of ``counts`` trials succeed, each with a probability; floats."""
    stored = _float(dtype, "binomial")
    counts, probabilities = _array(counts, stored), _array(probabilities, stored)
    return jax.random.binomial(draw_key(seed), counts, probabilities, tuple(shape), stored)
