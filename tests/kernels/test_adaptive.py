"""Adaptive pooling against the definition of its windows."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.kernels import adaptive_average_pool, adaptive_max_pool


def windows(x, count):
    size = x.shape[1]
    ends = [(i * size // count, math.ceil((i + 1) * size / count)) for i in range(count)]
    return [x[:, start:end] for start, end in ends]


@given(st.integers(1, 9), st.integers(1, 9))
def test_each_output_sees_its_window(size, count):
    x = np.random.default_rng(size).normal(size=(2, size, 3)).astype("float32")
    largest = np.stack([part.max(1) for part in windows(x, count)], axis=1)
    mean = np.stack([part.mean(1) for part in windows(x, count)], axis=1)
    np.testing.assert_array_equal(adaptive_max_pool(x, count), largest)
    np.testing.assert_allclose(adaptive_average_pool(x, count), mean, rtol=1e-5, atol=1e-6)
    first = np.moveaxis(x, -1, 1)
    np.testing.assert_array_equal(adaptive_max_pool(first, count, "channels_first"), np.moveaxis(largest, -1, 1))


@pytest.mark.parametrize("function", [adaptive_average_pool, adaptive_max_pool])
def test_as_many_windows_as_values_change_nothing(function):
    x = jnp.arange(7.0).reshape(1, 7, 1)
    np.testing.assert_array_equal(function(x, 7), x)


def test_integers_stay_exact():
    assert adaptive_max_pool(jnp.array([[[1], [9], [2]]]), 2)[0, :, 0].tolist() == [9, 9]
