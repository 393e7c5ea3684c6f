"""Random arrays: Keras's numbers for the same seed, and what is refused."""

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import random

LOGITS = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]], "float32"))
ONES = np.ones((4, 3), "float32")
ORDER = np.arange(12).reshape(4, 3)
DRAWS = [
    ("normal", {"shape": (3, 2), "mean": 1.0, "stddev": 2.0}),
    ("normal", {"shape": (3,), "dtype": "bfloat16"}),
    ("truncated_normal", {"shape": (5,), "mean": 1.0, "stddev": 2.0}),
    ("uniform", {"shape": (5,), "minval": -1.0, "maxval": 2.0}),
    ("randint", {"shape": (5,), "minval": 1, "maxval": 9}),
    ("categorical", {"logits": LOGITS, "num_samples": 4}),
    ("dropout", {"inputs": ONES, "rate": 0.3}),
    ("dropout", {"inputs": ONES, "rate": 0.3, "noise_shape": (None, 1)}),
    ("dropout", {"inputs": ONES, "rate": 1.0}),
    ("dropout", {"inputs": ONES.astype("float16"), "rate": 0.5}),
    ("shuffle", {"x": ORDER}),
    ("shuffle", {"x": ORDER, "axis": 1}),
    ("gamma", {"shape": (4,), "alpha": 2.0}),
    ("beta", {"shape": (4,), "alpha": 2.0, "beta": 3.0}),
    ("binomial", {"shape": (4,), "counts": 10.0, "probabilities": 0.3}),
]


@pytest.mark.parametrize(("name", "arguments"), DRAWS)
def test_numbers_are_keras_s(name, arguments):
    ours = getattr(random, name)(**arguments, seed=7)
    theirs = getattr(keras.random, name)(**arguments, seed=7)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


def test_a_generator_moves_on_as_keras_s_does():
    ours, theirs = random.SeedGenerator(3), keras.random.SeedGenerator(3)
    for _ in range(2):
        np.testing.assert_array_equal(random.normal((2,), seed=ours), keras.random.normal((2,), seed=theirs))


def test_dropout_keeps_the_mean():
    assert float(jnp.mean(random.dropout(np.ones(20000, "float32"), 0.4, seed=1))) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: random.uniform((2,), dtype="int32"),
            "random.uniform needs a float dtype; got 'int32'. Use randint for ints.",
        ),
        (
            lambda: random.randint((2,), 0, 3, dtype="float32"),
            "random.randint needs an integer dtype; got 'float32'. Use uniform for floats.",
        ),
        (
            lambda: random.dropout(ONES, 1.5),
            "random.dropout needs a rate from 0 to 1; got 1.5. Pass a probability.",
        ),
        (
            lambda: random.normal((2,), seed="a"),
            "A random draw needs a seed: an int, a SeedGenerator, a key of shape (2,), or None; got 'a'. "
            "Pass one of these.",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
