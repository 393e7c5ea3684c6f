"""A compiled step that fails while it runs: what is left of the weights, and what is said."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu
from cornu import layers
from tests.train.oracle import A, X


class Giant(layers.Layer):
    """Needs 256 TiB while it runs."""

    couples_rows = False

    def call(self, x):
        giant = x.sum() * jax.lax.broadcasted_iota(jnp.float32, (1 << 23, 1 << 23), 0)
        return x + jax.lax.sort(giant, dimension=0)[5, 7]

    def compute_output_shape(self, input_shape):
        return input_shape


def test_lack_of_memory_is_reported_with_what_is_left_of_the_weights():
    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(Giant(trainable=False)(x)))
    model.compile("adam", "mse")
    with pytest.raises(jax.errors.JaxRuntimeError, match="RESOURCE_EXHAUSTED") as error:
        model.fit(X, A, verbose=0)
    assert error.value.__notes__[-1] == (
        "The step that failed had the memory of the weights already, so they are lost. Load them from a file, or run "
        "the same fit(resume=folder) again, which goes on from its last checkpoint; with a smaller batch, if memory "
        "ran out."
    )
    start = [np.ones(w.shape, "float32") for w in model.weights]
    model.set_weights(start)
    for a, b in zip(model.get_weights(), start, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_failing_function_of_python_leaves_the_weights():
    def fail(x):
        raise OSError("no such sensor")

    class Failing(layers.Layer):
        def call(self, x):
            return x + jax.pure_callback(fail, jax.ShapeDtypeStruct((), "float32"), jax.lax.stop_gradient(x.sum()))

    x = layers.Input((4,))
    model = cornu.Model(x, Failing(trainable=False)(layers.Dense(2)(x)))
    model.compile("adam", "mse")
    before = model.get_weights()
    with pytest.raises(jax.errors.JaxRuntimeError, match="no such sensor") as error:
        model.fit(X, A, verbose=0)
    assert "changed nothing: the weights are those of the last step" in error.value.__notes__[-1]
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
