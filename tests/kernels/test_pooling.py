"""Pooling against Keras on JAX: values, gradients, ties, NaN."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu.kernels import average_pool, max_pool, table
from tests.kernels.comparison import LEVELS, assert_same_with_gradients, normal

CASES = [
    ((6, 6), 2, None, "valid"),
    ((7, 6), 2, None, "same"),
    ((7, 8), 3, 2, "same"),
    ((7, 8), (3, 2), (1, 3), "valid"),
    ((5, 5), 2, 3, "valid"),
    ((2, 2), 3, 1, "same"),
    ((20, 3), (9, 1), 1, "same"),
    ((9,), 3, 2, "same"),
    ((4, 3, 5), 2, None, "same"),
    ((4, 4, 4), (1, 2, 3), 1, "valid"),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind, at", [("max", "native"), ("max", "jax"), ("average", "jax")])
def test_pooling_is_that_of_keras(kind, at, case):
    sizes, window, strides, padding = case
    x = normal(2, *sizes, 3)

    def ours(*arguments):
        with table.at_most(at):
            return {"max": max_pool, "average": average_pool}[kind](*arguments)

    reference = {"max": keras.ops.max_pool, "average": keras.ops.average_pool}[kind]
    assert_same_with_gradients(
        lambda x: ours(x, window, strides, padding),
        lambda x: reference(x, window, strides or window, padding, "channels_last"),
        x,
    )
    swapped = ours(jnp.moveaxis(x, -1, 1), window, strides, padding, "channels_first")
    y = ours(x, window, strides, padding)
    np.testing.assert_allclose(jnp.moveaxis(swapped, 1, -1), y, rtol=1e-6)


def with_gradient(level, x, *arguments):
    with table.at_most(level):
        y, pull = jax.vjp(lambda x: max_pool(x, *arguments), x)
        return y, pull(1 + jnp.arange(y.size, dtype=y.dtype).reshape(y.shape))[0]


@pytest.mark.parametrize("arguments", [(2, 2), (3, 1), (3, 2, "same")])
@pytest.mark.parametrize("at", LEVELS)
def test_first_of_equal_maxima_takes_the_gradient_as_in_xla(arguments, at):
    x = jnp.asarray(np.random.default_rng(0).integers(0, 3, (2, 6, 7, 2)), "float32")
    (y, gradient), (y_xla, gradient_xla) = (with_gradient(level, x, *arguments) for level in (at, "xla"))
    np.testing.assert_array_equal(y, y_xla)
    np.testing.assert_array_equal(gradient, gradient_xla)


@pytest.mark.parametrize("at", LEVELS)
def test_nan_wins_and_takes_the_gradient(at):
    x = jnp.array([1.0, np.nan, 2.0, np.nan, 3.0, 4.0]).reshape(1, 6, 1)
    (y, gradient), (y_xla, _) = (with_gradient(level, x, 3) for level in (at, "xla"))
    np.testing.assert_array_equal(y, y_xla)
    np.testing.assert_array_equal(y[0, :, 0], [np.nan, np.nan])
    np.testing.assert_array_equal(gradient[0, :, 0], [0, 1, 0, 2, 0, 0])


def test_integers_low_precision_and_empty_batch():
    x = jnp.array([[-5, -3, -9]]).reshape(1, 3, 1)
    assert max_pool(x, 2, 1, "same")[0, :, 0].tolist() == [-3, -3, -9]
    for dtype in ("bfloat16", "float16"):
        low = normal(1, 4, 4, 2, dtype=dtype)
        assert max_pool(low, 2).dtype == dtype
        assert average_pool(low, 2, padding="same").dtype == dtype
    assert max_pool(normal(0, 4, 4, 2), 2).shape == (0, 2, 2, 2)
    assert average_pool(normal(1, 2, 2, 1), 3).shape == (1, 0, 0, 1)


def test_forward_mode_vmap_and_second_derivative(level):
    x = normal(2, 4, 4, 1)
    y, tangent = jax.jvp(lambda x: max_pool(x, 3, 1), (x,), (x,))
    np.testing.assert_array_equal(tangent, y)
    np.testing.assert_array_equal(jax.vmap(lambda x: max_pool(x, 3, 1))(x[:, None])[:, 0], y)
    hessian = jax.hessian(lambda x: (max_pool(x, 3) ** 2).sum())(x[:1, :3, :3])
    assert hessian.sum() == 2


@pytest.mark.parametrize("kind", [max_pool, average_pool])
def test_unknown_sizes_stay_symbols(kind):
    batch, height = jax.export.symbolic_shape("b, h")
    x = jax.ShapeDtypeStruct((batch, height, 8, 3), "float32")
    y = jax.eval_shape(lambda x: kind(x, 2, padding="same"), x)
    assert str(y.shape) == "(b, - floordiv(- h, 2), 4, 3)"


def test_messages():
    with pytest.raises(ValueError) as caught:
        max_pool(normal(1, 4, 1), 2, padding="causal")
    assert str(caught.value) == ("pooling needs padding 'valid' or 'same'; got 'causal'. Name one of the two.")
    with pytest.raises(ValueError) as caught:
        average_pool(normal(1, 4, 4, 1), (2, 2, 2))
    assert str(caught.value) == (
        "pool_size needs one positive integer or 2 of them; got (2, 2, 2). Give one number for each spatial axis."
    )
