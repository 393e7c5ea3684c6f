"""Regularizers equal Keras's, values and gradients."""

import inspect
import json

import jax
import keras
import numpy as np
import pytest

from cornu import regularizers
from cornu.core.variable import Variable

CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_values_and_gradients_equal_kerass(name, kwargs):
    w = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    ours, theirs = getattr(regularizers, name)(**kwargs), getattr(keras.regularizers, name)(**kwargs)
    np.testing.assert_allclose(ours(Variable(w)), np.asarray(theirs(keras.ops.convert_to_tensor(w))), rtol=1e-5)
    np.testing.assert_allclose(jax.grad(ours)(w), jax.grad(theirs)(w), rtol=1e-5, atol=1e-8)
    assert ours.get_config() == theirs.get_config()
    again = regularizers.deserialize(json.loads(json.dumps(regularizers.serialize(ours))))
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_signatures(name):
    def read(cls):
        return [(p.name, p.default) for p in inspect.signature(cls).parameters.values()]

    assert read(getattr(regularizers, name)) == read(getattr(keras.regularizers, name))


def test_one_vector_is_orthogonal():
    assert float(regularizers.OrthogonalRegularizer()(np.ones((1, 3), "float32"))) == 0.0


def test_none_is_no_penalty():
    assert regularizers.L1L2(l1=None, l2=None).get_config() == {"l1": 0.0, "l2": 0.0}


def test_get():
    assert regularizers.get(None) is None
    for name in ("l1", "L1", "l2", "l1_l2", "l1l2", "L1L2", "orthogonal_regularizer"):
        assert isinstance(regularizers.get(name), regularizers.Regularizer)
    assert regularizers.get({"class_name": "l2", "config": {"l2": 0.5}}).l2 == 0.5


MESSAGES = {
    "L1's l1 needs a finite number from 0; got -1.0. Correct the argument.": lambda: regularizers.L1(-1.0),
    "L2's l2 needs a finite number from 0; got 'a'. Correct the argument.": lambda: regularizers.L2("a"),
    "L1L2's l2 needs a finite number from 0; got nan. Correct the argument.": (
        lambda: regularizers.L1L2(0.0, float("nan"))
    ),
    "OrthogonalRegularizer's mode needs 'rows' or 'columns'; got 'x'. Correct the argument.": (
        lambda: regularizers.OrthogonalRegularizer(mode="x")
    ),
    "OrthogonalRegularizer needs a matrix; got shape (3,). Use it for kernels of Dense.": (
        lambda: regularizers.OrthogonalRegularizer()(np.ones(3))
    ),
    "A regularizer needs a known name; got 'orthogonal'. Did you mean 'orthogonal_regularizer'?": lambda: (
        regularizers.get("orthogonal")
    ),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_errors(message):
    with pytest.raises(ValueError) as caught:
        MESSAGES[message]()
    assert str(caught.value) == message
