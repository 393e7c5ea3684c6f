"""What follows a convolution is done in passing, and only where nobody else looks at the convolution."""

from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import jaxprs_in_params

import cornu as keras
from cornu.kernels import conv, conv_transpose, gradient_kept, native, standardize, table
from cornu.kernels.compiler import traced
from cornu.kernels.folding import fold
from tests.kernels.comparison import assert_same_with_gradients, normal

needs_native = pytest.mark.skipif(not native.available(), reason="the library was not built")

# Sizes and channels of the data, shape of the kernel, arguments.
CASES = {
    "direct": ((6, 7), 3, (3, 2, 3, 20), {"padding": "same", "strides": 2}),
    "one tap": ((5, 6), 24, (1, 1, 24, 40), {}),
    "one tap, few outputs": ((5, 6), 24, (1, 1, 24, 3), {}),
    "one tap, stride": ((5, 6), 8, (1, 1, 8, 70), {"strides": 2}),
    "few outputs": ((6, 5), 16, (3, 3, 16, 3), {"padding": "same"}),
    "depthwise": ((6, 5), 20, (3, 3, 1, 20), {"padding": "same"}),
    "groups": ((6, 5), 8, (3, 3, 4, 6), {}),
    "winograd": ((7, 9), 32, (3, 3, 32, 48), {"padding": "same"}),
    "one axis": ((9,), 5, (3, 5, 7), {"padding": "causal"}),
}


def count(function, *arrays):
    """Equations of a traced function by name, those of inner programs too."""
    found = Counter()

    def walk(jaxpr):
        for equation in jaxpr.eqns:
            found[equation.primitive.name] += 1
            for inner in jaxprs_in_params(equation.params):
                walk(inner)

    walk(jax.make_jaxpr(function)(*arrays).jaxpr)
    return found


def folded(function, *arrays):
    return fold(traced(function, *arrays)).run


def block(convolve):
    """A convolution with a bias, normalised, added to what was there, rectified."""

    def run(x, kernel, bias, mean, factor, offset, there):
        y = standardize(convolve(x, kernel, bias=bias), mean, factor, offset)
        return jax.nn.relu(gradient_kept(there + y))

    return run


@needs_native
@pytest.mark.parametrize("case", CASES)
def test_what_follows_a_convolution_gives_the_same_in_passing(case):
    sizes, channels, shape, options = CASES[case]
    x, kernel = normal(3, *sizes, channels), normal(*shape, seed=1)
    convolve = lambda x, kernel, bias: conv(x, kernel, **options, bias=bias)  # noqa: E731
    vectors = [normal(shape[-1], seed=seed) for seed in range(2, 6)]
    there = normal(*convolve(x, kernel, None).shape, seed=6)
    arrays = (x, kernel, *vectors, there)
    function = folded(block(convolve), *arrays)
    found = count(function, *arrays)
    assert found["cornu_convolution_followed"] == 1
    assert found["cornu_standardized"] == 0
    assert_same_with_gradients(function, block(convolve), *arrays)


@needs_native
def test_zeros_around_the_data_are_the_convolution_s():
    x, kernel = normal(2, 6, 5, 4), normal(3, 3, 4, 8, seed=1)

    def run(x, kernel):
        wide = jax.lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), (1, 2, 0), (3, 0, 0), (0, 0, 0)])
        return jax.nn.relu(conv(wide, kernel, strides=2) + 1.0), jnp.broadcast_to(
            conv(x, kernel)[None], (2, 2, 4, 3, 8)
        )

    def cut(x, kernel):
        return jax.nn.relu(conv(jax.lax.pad(x, 0.0, [(0, 0, 0), (-1, 2, 0), (0, 0, 1), (0, 0, 0)]), kernel) + 1.0)

    assert count(folded(run, x, kernel), x, kernel)["pad"] == 0
    for function in (run, cut):
        for a, b in zip(
            *map(jax.tree_util.tree_leaves, (folded(function, x, kernel)(x, kernel), function(x, kernel))), strict=True
        ):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


@needs_native
def test_a_transposed_convolution_is_followed_as_well():
    x, kernel = normal(2, 4, 5, 6), normal(3, 3, 8, 6, seed=1)
    convolve = lambda x, kernel, bias: conv_transpose(x, kernel, strides=2, padding="same", bias=bias)  # noqa: E731
    arrays = (x, kernel, *(normal(8, seed=seed) for seed in range(2, 6)), normal(2, 8, 10, 8, seed=6))
    function = folded(block(convolve), *arrays)
    assert count(function, *arrays)["cornu_convolution_followed"] == 1
    np.testing.assert_allclose(function(*arrays), block(convolve)(*arrays), rtol=2e-5, atol=2e-5)


@needs_native
def test_what_somebody_else_looks_at_is_computed_once_and_as_it_was():
    x, kernel = normal(2, 6, 6, 4), normal(3, 3, 4, 8, seed=1)

    def residual(x, kernel):  # rectified and added: both look at the convolution
        y = conv(x, kernel)
        return jax.nn.relu(y) + y

    def tapped(x, kernel):  # an output of its own
        y = conv(x, kernel)
        return y, standardize(y, *jnp.ones((3, 8)))

    for function in (residual, tapped):
        found = count(folded(function, x, kernel), x, kernel)
        assert (found["convolution"], found["cornu_convolution_followed"]) == (1, 0)
        for a, b in zip(
            *map(jax.tree_util.tree_leaves, (folded(function, x, kernel)(x, kernel), function(x, kernel))), strict=True
        ):
            np.testing.assert_array_equal(a, b)


@needs_native
def test_what_cannot_be_done_in_passing_stays_where_it_was():
    x, kernel = normal(2, 6, 6, 4), normal(3, 3, 4, 8, seed=1)

    def run(x, kernel):
        y = jax.nn.relu(conv(x, kernel)) + 1.0  # nothing is added behind a rectifier
        z = jnp.maximum(conv(x, -kernel), 0.5)  # no rectifier
        return standardize(jax.nn.relu(y), *jnp.ones((3, 8))) + jnp.tanh(z)

    found = count(folded(run, x, kernel), x, kernel)
    assert (found["cornu_convolution_followed"], found["convolution"], found["cornu_standardized"]) == (1, 1, 1)
    np.testing.assert_allclose(folded(run, x, kernel)(x, kernel), run(x, kernel), rtol=1e-6, atol=1e-6)


def test_without_the_library_programs_stay_as_they_were():
    x, kernel = normal(2, 6, 6, 4), normal(3, 3, 4, 8, seed=1)
    with table.at_most("jax"):
        function = folded(lambda x, k: jax.nn.relu(conv(x, k)), x, kernel)
    assert count(function, x, kernel)["cornu_convolution_followed"] == 0
    assert (function(x, kernel) >= 0).all()


def _model():
    """A residual block, normalised without gamma or beta in places, with a bias in others."""
    layers = keras.layers
    x = inputs = keras.Input((6, 6, 8))
    y = layers.Conv2D(16, 1, activation="relu")(x)
    y = layers.BatchNormalization(scale=False)(layers.Conv2D(16, 3, padding="same", use_bias=False)(y))
    y = layers.BatchNormalization(center=False)(layers.Conv2D(16, 1)(layers.ReLU()(y)))
    x = layers.ReLU()(layers.add([y, layers.BatchNormalization()(layers.Conv2D(16, 1, use_bias=False)(x))]))
    model = keras.Model(inputs, layers.Dense(1)(layers.GlobalAveragePooling2D()(x)))
    for seed, variable in enumerate(model.weights):
        variable.assign(jnp.abs(normal(*variable.shape, seed=seed)) * 0.3 + 0.2)
    return model


def test_predictions_are_those_of_a_call_and_training_is_as_it_was():
    model, x, y = _model(), np.asarray(normal(5, 6, 6, 8)), np.ones((5, 1), "float32")
    expected = np.asarray(model(x))
    for batch_size in (8, 2):  # one call; the driver
        np.testing.assert_allclose(model.predict(x, batch_size=batch_size, verbose=0), expected, rtol=1e-5)
    model.compile("sgd", "mse")
    assert model.evaluate(x, y, verbose=0) == pytest.approx(float(((expected - y) ** 2).mean()), rel=1e-5)
    before = [np.asarray(v.value) for v in model.non_trainable_variables]
    model.fit(x, y, verbose=0)
    assert all((a != v.value).any() for a, v in zip(before, model.non_trainable_variables, strict=True))
    np.testing.assert_allclose(model.predict(x, verbose=0), model(x), rtol=1e-5)
