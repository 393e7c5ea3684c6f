"""Draws against JAX's own: bit for bit."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu.kernels import bernoulli

KEY = jnp.array([7, 2**32 - 1], "uint32")


@pytest.mark.parametrize("shape", [(3,), (2, 3, 5), (70_001,), (), (0, 4)], ids=str)
@pytest.mark.parametrize("probability", [0.9, 0.1, 0.5, 0.0, 1.0, 1e-8])
def test_draws_are_those_of_jax(level, shape, probability):
    drawn = jax.jit(lambda key: bernoulli(key, probability, shape))(KEY)
    assert drawn.shape == shape and drawn.dtype == bool
    np.testing.assert_array_equal(drawn, jax.random.bernoulli(KEY, probability, shape))


def test_one_key_for_each_row_of_a_batch(level):
    keys = jnp.stack([KEY, KEY + 1])
    drawn = jax.vmap(lambda key: bernoulli(key, 0.3, (9,)))(keys)
    np.testing.assert_array_equal(drawn[1], jax.random.bernoulli(KEY + 1, 0.3, (9,)))
