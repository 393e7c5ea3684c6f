"""Schedules equal Keras's at each step, and round-trip."""

import inspect

import jax
import keras
import numpy as np
import pytest

from cornu.optimizers import schedules

CASES = [
    ("ExponentialDecay", (0.1, 7, 0.5), {}),
    ("ExponentialDecay", (0.1, 7, 0.5), {"staircase": True}),
    ("InverseTimeDecay", (0.1, 7, 0.5), {}),
    ("InverseTimeDecay", (0.1, 7, 0.5), {"staircase": True}),
    ("PiecewiseConstantDecay", ([5, 9], [0.1, 0.2, 0.05]), {}),
    ("PolynomialDecay", (0.1, 7), {}),
    ("PolynomialDecay", (0.1, 7), {"power": 2.0, "end_learning_rate": 0.01, "cycle": True}),
    ("CosineDecay", (0.1, 7), {"alpha": 0.1}),
    ("CosineDecay", (0.1, 7), {"warmup_target": 0.5, "warmup_steps": 4}),
    ("CosineDecay", (0.1, 7), {"warmup_target": 0.5}),
    ("CosineDecayRestarts", (0.1, 4), {}),
    ("CosineDecayRestarts", (0.1, 4), {"t_mul": 1.0, "m_mul": 0.5, "alpha": 0.1}),
    ("CosineDecayRestarts", (0.1, 4), {"t_mul": 1.5, "m_mul": 0.9}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
def test_values_equal_kerass(name, args, kwargs):
    ours = getattr(schedules, name)(*args, **kwargs)
    theirs = getattr(keras.optimizers.schedules, name)(*args, **kwargs)
    steps = np.arange(30)
    expected = jax.jit(jax.vmap(theirs))(steps)
    # A cosine near its lowest point loses digits: an absolute bound at 1e-6 of the first rate.
    np.testing.assert_allclose(jax.jit(jax.vmap(ours))(steps), expected, rtol=2e-6, atol=1e-7)
    assert ours(3).dtype == "float32"
    np.testing.assert_allclose(ours(3), expected[3], rtol=2e-6)


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
def test_config(name, args, kwargs):
    ours = getattr(schedules, name)(*args, **kwargs)
    theirs = getattr(keras.optimizers.schedules, name)(*args, **kwargs)
    assert ours.get_config() == theirs.get_config()
    again = schedules.deserialize(schedules.serialize(ours))
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()
    assert again.name == ours.name


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
def test_signature(name):
    def read(cls):
        return [(p.name, p.default) for p in inspect.signature(cls).parameters.values()]

    assert read(getattr(schedules, name)) == read(getattr(keras.optimizers.schedules, name))


def test_errors():
    with pytest.raises(ValueError) as caught:
        schedules.CosineDecay(0.1, 0)
    assert str(caught.value) == (
        "CosineDecay's decay_steps needs a positive number of steps; got 0. Correct the argument."
    )
    with pytest.raises(ValueError) as caught:
        schedules.PiecewiseConstantDecay([1], [0.1])
    assert str(caught.value) == (
        "PiecewiseConstantDecay needs one value more than boundaries, 2; got 1. The last value holds after the last "
        "boundary."
    )
    with pytest.raises(NotImplementedError):
        schedules.LearningRateSchedule()(0)
