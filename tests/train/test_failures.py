"""A compiled step that fails while it runs: what is left of the weights, and what is said."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.train.drive import _state_after_failure
from tests.train.oracle import A, X


class Giant(layers.Layer):
    """Needs 256 TiB while it runs."""

    couples_rows = False

    def call(self, x):
        side = jnp.full((1 << 23,), x.sum())
        return x + jnp.sort(jnp.outer(side, side), axis=None)[0]

    def compute_output_shape(self, input_shape):
        return input_shape


def test_no_memory_leaves_the_weights_and_says_so():
    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(Giant(trainable=False)(x)))
    model.compile("adam", "mse")
    before = model.get_weights()
    with pytest.raises(jax.errors.JaxRuntimeError) as error:
        model.fit(X, A, verbose=0)
    assert "changed nothing: the weights are those of the last step" in error.value.__notes__[-1]
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_that_are_lost_are_said_to_be():
    gone = jnp.ones(3)
    gone.delete()
    assert _state_after_failure([(gone,)]).startswith("The step that failed had the memory of the weights already")
