"""What the tests of kernels share: data, and comparison with gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

LEVELS = ["native", "jax"]


def normal(*shape, seed=0, dtype="float32"):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), dtype)


def assert_same_with_gradients(ours, reference, *arrays, tolerance=2e-5):
    """Values and gradients of a random projection agree."""

    def projected(function):
        def loss(*arrays):
            y = function(*arrays)
            return (y * jnp.cos(jnp.arange(y.size, dtype=y.dtype)).reshape(y.shape)).sum(), y

        return jax.jit(jax.value_and_grad(loss, argnums=range(len(arrays)), has_aux=True))

    ((_, y), gradients), ((_, y_ref), gradients_ref) = (projected(function)(*arrays) for function in (ours, reference))
    assert y.shape == y_ref.shape
    assert y.dtype == arrays[0].dtype
    for a, b in zip((y, *gradients), (y_ref, *gradients_ref), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1, abs(b).max()))
