"""Variables hold arrays; pure functions leave them as they were."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.core.errors import ShapeError
from cornu.core.pure import holding, pure
from cornu.core.variable import Variable


def test_a_variable_is_an_array_with_a_name():
    v = Variable(np.arange(4, dtype="float32").reshape(2, 2), name="w")
    assert v.shape == (2, 2) and v.dtype == "float32" and v.ndim == 2
    np.testing.assert_array_equal(v @ v + 1 - v / 2, v.numpy() @ v.numpy() + 1 - v.numpy() / 2)
    np.testing.assert_array_equal(1 - v, 1 - v.numpy())
    assert float(jnp.sum(v.value)) == 6.0 and bool((v == v.numpy()).all())


def test_the_users_array_is_copied():
    given = np.ones(3, "float32")
    v = Variable(given)
    v.assign_add([1, 1, 1])
    np.testing.assert_array_equal(given, np.ones(3))


def test_assignments_keep_shape_and_dtype():
    v = Variable(np.zeros(2, "float32"), name="w")
    v.assign(np.array([1, 2]))
    assert v.dtype == "float32"
    with pytest.raises(ShapeError, match="needs a value of shape"):
        v.assign(np.zeros(3))


def test_a_model_as_a_pure_function_is_jax_like_any_other():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(2)(x))
    f = pure(model)
    params, state = f.values()
    data = np.ones((4, 3), "float32")
    outputs, _, losses = jax.jit(lambda p, s, x: f(p, s, x))(params, state, data)
    np.testing.assert_allclose(outputs, model(data), rtol=1e-6)
    assert losses == ()
    gradients = jax.grad(lambda p: f(p, state, data)[0].sum())(params)
    assert [g.shape for g in gradients] == [(3, 2), (2,)]
    batched = jax.vmap(lambda row: f(params, state, row[None])[0][0])(data)
    np.testing.assert_allclose(batched, outputs, rtol=1e-5)


def test_values_are_put_back_even_after_an_error():
    v = Variable(np.float32(1))
    with pytest.raises(RuntimeError), holding([v], [jnp.float32(5)]):
        assert float(v) == 5
        raise RuntimeError
    assert float(v) == 1


def test_building_inside_a_traced_function_makes_concrete_weights():
    dense = layers.Dense(2)
    jax.jit(lambda x: dense(x))(np.ones((1, 3), "float32"))
    assert isinstance(dense.kernel.value, jax.Array) and dense.kernel.numpy().shape == (3, 2)
