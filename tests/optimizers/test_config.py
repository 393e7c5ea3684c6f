"""Configs, names and signatures are Keras's."""

import inspect
import json

import keras
import pytest

from cornu import optimizers
from cornu.core import registry

NAMES = [n for n in optimizers.__all__ if inspect.isclass(getattr(optimizers, n)) and n not in ("Optimizer",)]
WRAPPERS = ("LossScaleOptimizer", "MultiOptimizer", "OptimizerMap")
PLAIN = [n for n in NAMES if n not in WRAPPERS]


@pytest.mark.parametrize("name", PLAIN)
def test_config_equals_kerass(name):
    ours, theirs = getattr(optimizers, name)(name="o"), getattr(keras.optimizers, name)(name="o")
    assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize("name", PLAIN)
def test_signature_equals_kerass(name):
    def read(cls):
        return [(p.name, p.kind, p.default) for p in inspect.signature(cls).parameters.values()]

    assert read(getattr(optimizers, name)) == read(getattr(keras.optimizers, name))


@pytest.mark.parametrize("name", PLAIN)
def test_round_trip_through_json(name):
    optimizer = getattr(optimizers, name)(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5), clipnorm=2.0)
    data = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert data["module"] == "keras.optimizers"
    again = optimizers.deserialize(data)
    assert type(again) is type(optimizer)
    assert again.get_config() == optimizer.get_config()


def test_get():
    assert optimizers.get(None) is None
    assert isinstance(optimizers.get("ADAM"), optimizers.Adam)
    assert isinstance(optimizers.get(optimizers.SGD), optimizers.SGD)
    assert isinstance(optimizers.get({"class_name": "adam", "config": {"beta_1": 0.5}}), optimizers.Adam)
    optimizer = optimizers.SGD()
    assert optimizers.get(optimizer) is optimizer


def test_functions_as_learning_rates_are_named():
    @registry.register("test")
    def constant():
        return 0.5

    optimizer = optimizers.SGD(constant)
    again = optimizers.SGD.from_config(optimizer.get_config())
    assert float(again.learning_rate) == 0.5
