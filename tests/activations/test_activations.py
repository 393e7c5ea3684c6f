"""Activations: Keras's values and gradients, symbolic calls, and names."""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import activations
from cornu.core.spec import KerasTensor

X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32") * 3
CASES = [(name, {}) for name in activations.__all__ if name != "threshold"] + [
    ("threshold", {"threshold": 0.3, "default_value": -2.0}),
    ("relu", {"negative_slope": 0.2, "max_value": 1.5, "threshold": 0.5}),
    ("gelu", {"approximate": True}),
    ("softmax", {"axis": 0}),
    ("elu", {"alpha": 0.5}),
]


@functools.cache
def _values_and_gradients(package):
    """Of all cases, by one compiled function."""

    def all_cases(x):
        functions = [functools.partial(getattr(package, name), **arguments) for name, arguments in CASES]
        return [(f(x), jax.grad(lambda x, f=f: jnp.sum(jnp.square(f(x))))(x)) for f in functions]

    return jax.jit(all_cases)(X)


@pytest.mark.parametrize("case", range(len(CASES)), ids=[name for name, _ in CASES])
def test_values_and_gradients_are_keras_s(case):
    ours, theirs = (_values_and_gradients(package)[case] for package in (activations, keras.activations))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_symbolic_calls_keep_the_shape(name, arguments):
    result = getattr(activations, name)(KerasTensor((None, 4)), **arguments)
    assert result.shape == ((None, 2) if name == "glu" else (None, 4))
    assert result.dtype == "float32"


def test_names_there_and_back():
    for name in activations.__all__:
        function = getattr(activations, name)
        assert activations.get(name) is function
        assert activations.get(activations.serialize(function)) is function


def test_unknown_name():
    with pytest.raises(ValueError) as caught:
        activations.get("sofmax")
    assert str(caught.value) == "An activation needs a known name; got 'sofmax'. Did you mean 'softmax'?"
