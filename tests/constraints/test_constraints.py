"""Constraints equal Keras's."""

import inspect
import json

import jax
import keras
import numpy as np
import pytest

from cornu import constraints
from cornu.core.variable import Variable

CASES = [
    ("NonNeg", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("MaxNorm", {"max_value": 3, "axis": [0, 1]}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.0, "max_value": 2.0, "rate": 0.5, "axis": 1}),
    ("Constraint", {}),
]


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_values_equal_kerass(name, kwargs):
    w = np.arange(-3, 9, dtype="float32").reshape(3, 4)
    w[:, 3] = 0
    ours, theirs = getattr(constraints, name)(**kwargs), getattr(keras.constraints, name)(**kwargs)
    expected = np.asarray(theirs(keras.ops.convert_to_tensor(w)))
    np.testing.assert_allclose(ours(Variable(w)) + 0, expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(jax.jit(ours)(w), expected, rtol=1e-6, atol=1e-7)
    assert ours.get_config() == theirs.get_config()
    again = constraints.deserialize(json.loads(json.dumps(constraints.serialize(ours))))
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_signatures(name):
    def read(cls):
        return [(p.name, p.default) for p in inspect.signature(cls).parameters.values()]

    assert read(getattr(constraints, name)) == read(getattr(keras.constraints, name))


def test_get():
    assert constraints.get(None) is None
    assert type(constraints.get("non_neg")) is constraints.NonNeg
    assert type(constraints.get("MaxNorm")) is constraints.MaxNorm
    assert constraints.get({"class_name": "unit_norm", "config": {"axis": 1}}).axis == 1
    assert constraints.get(abs) is abs
    with pytest.raises(ValueError) as caught:
        constraints.get("nonneg")
    assert str(caught.value) == "A constraint needs a known name; got 'nonneg'. Did you mean 'non_neg'?"
