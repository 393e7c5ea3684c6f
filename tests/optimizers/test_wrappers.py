"""Optimizers over optimizers equal Keras's."""

import jax
import keras
import numpy as np
import pytest

from cornu import optimizers
from cornu.core.pure import raw_values
from cornu.core.variable import Variable
from tests.optimizers.oracle import SHAPES, assert_equal, assert_same_steps, cornu_variables, keras_variables

OVERFLOWS = [1.0, 2.0, np.inf, 1.0, np.nan, 1.0, 1.0, 300.0]
INNER = {
    "plain": {"momentum": 0.9},
    "everything": {"gradient_accumulation_steps": 2, "loss_scale_factor": 2.0, "use_ema": True, "weight_decay": 0.1},
}


def scaled(package, inner):
    return {
        "inner_optimizer": package.SGD(0.1, **inner),
        "initial_scale": 8.0,
        "dynamic_growth_steps": 2,
    }


def overflowing(step):
    return [np.full(s, OVERFLOWS[step], "float32") for s in SHAPES[1:3]]


@pytest.mark.parametrize("inner", INNER.values(), ids=INNER)
def test_loss_scale(inner):
    assert_same_steps(
        "LossScaleOptimizer",
        lambda package: scaled(package, inner),
        steps=len(OVERFLOWS),
        shapes=SHAPES[1:3],
        gradients=overflowing,
    )


def test_loss_scale_traced_equals_eager():
    made = []
    for _ in range(2):
        optimizer, variables = optimizers.LossScaleOptimizer(**scaled(optimizers, {})), cornu_variables(SHAPES[1:3])
        optimizer.build(variables)
        made.append((optimizer, variables))
    (eager, weights), (traced, others) = made
    step = jax.jit(traced.stateless_apply)
    values, state = raw_values(others), raw_values(traced.variables)
    for index in range(len(OVERFLOWS)):
        eager.apply(overflowing(index), weights)
        values, state = step(state, overflowing(index), values)
        np.testing.assert_allclose(eager.scale_loss(1.0), state[3])
        for a, b in zip(weights, values, strict=True):
            np.testing.assert_allclose(a.numpy(), b, rtol=1e-6)


def test_loss_scale_speaks_for_its_inner_optimizer():
    inner = optimizers.SGD(0.1)
    optimizer = optimizers.LossScaleOptimizer(inner)
    assert optimizer.scale_loss(2.0) == 2.0 * 32768
    optimizer.learning_rate = 0.5
    assert float(inner.learning_rate) == 0.5
    assert optimizer.learning_rate is inner.learning_rate
    assert optimizer.iterations is inner.iterations


def test_loss_scale_config():
    ours = optimizers.LossScaleOptimizer(optimizers.SGD(0.1, name="i"), 4.0, 5, name="o")
    theirs = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1, name="i"), 4.0, 5, name="o")
    assert ours.get_config() == theirs.get_config()
    again = optimizers.deserialize(optimizers.serialize(ours))
    assert again.get_config() == ours.get_config()


def multi(package, **kwargs):
    inner = {"v0": package.Adam(0.1), "v[12]": package.SGD(0.1, momentum=0.9, weight_decay=0.1, loss_scale_factor=4.0)}
    return {"optimizer_map": package.OptimizerMap(package.RMSprop(0.1), inner), **kwargs}


@pytest.mark.parametrize("factor", [None, 2.0])
def test_multi(factor):
    ours, theirs = assert_same_steps(
        "MultiOptimizer", lambda package: multi(package, loss_scale_factor=factor), steps=3, shapes=SHAPES[:4]
    )
    assert ours.scale_loss(1.0) == theirs.scale_loss(1.0)
    assert [type(o).__name__ for o in ours.optimizers] == ["Adam", "SGD", "RMSprop"]


def test_multi_leaves_weights_without_gradients():
    variables = cornu_variables(SHAPES[1:4])
    optimizer = optimizers.MultiOptimizer(**multi(optimizers))
    with pytest.warns(UserWarning):
        optimizer.apply([None, None, np.ones(SHAPES[3], "float32")], variables)
    assert [int(o.iterations) for o in optimizer.optimizers] == [0, 1, 0]
    assert_equal(variables[:2], keras_variables(SHAPES[1:4])[:2], 0, "without a gradient")


def test_multi_config():
    ours = optimizers.MultiOptimizer(**multi(optimizers), name="o")
    again = optimizers.deserialize(optimizers.serialize(ours))
    assert again.get_config() == ours.get_config()
    assert list(ours.get_config()) == list(
        keras.optimizers.MultiOptimizer(**multi(keras.optimizers), name="o").get_config()
    )


def test_map_is_a_mapping():
    a, b, default = optimizers.SGD(), optimizers.SGD(), optimizers.SGD()
    choice = optimizers.OptimizerMap(default, {"x": a})
    choice["x.*"] = b
    assert [choice[k] for k in ("x", "xy", "y", "yx")] == [a, b, default, default]
    assert list(choice) == ["x", "x.*"]
    del choice["x"]
    assert choice["x"] is b


MESSAGES = {
    "LossScaleOptimizer needs only its own arguments; got clipnorm. Pass others to inner_optimizer.": (
        lambda: optimizers.LossScaleOptimizer(optimizers.SGD(), clipnorm=1.0)
    ),
    "LossScaleOptimizer needs an inner_optimizer that is an Optimizer, not a LossScaleOptimizer; got 'sgd'. Pass for "
    "example optimizers.Adam().": lambda: optimizers.LossScaleOptimizer("sgd"),
    "MultiOptimizer needs an OptimizerMap; got 3. Pass OptimizerMap(default, {...}).": (
        lambda: optimizers.MultiOptimizer(3)
    ),
    "OptimizerMap's default_optimizer needs an Optimizer; got 3. Pass for example optimizers.Adam().": (
        lambda: optimizers.OptimizerMap(3)
    ),
    "The weight 'ab' needs one optimizer; got 2, by 'a.', '.b'. Make the expressions exclude each other, or name the "
    "path itself.": lambda: optimizers.OptimizerMap(optimizers.SGD(), {"a.": optimizers.SGD(), ".b": optimizers.SGD()})[
        "ab"
    ],
    "The learning rate of 'o' needs one optimizer; got 1 in a MultiOptimizer. Use those of .optimizers.": (
        lambda: optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.SGD()), name="o").learning_rate
    ),
    "An optimizer of optimizers.legacy needs Keras 2; got Cornu, which follows Keras 3. Use the class of the same name "
    "in optimizers.": lambda: optimizers.legacy.Adam(0.1),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_errors(message):
    with pytest.raises((ValueError, TypeError, AttributeError, ImportError)) as caught:
        MESSAGES[message]()
    assert str(caught.value) == message


def test_a_users_optimizer_within_runs_as_written():
    class Plain(optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            if float(variable.value[0]) > 0:  # looks at a value, which compiled code could not
                variable.assign_sub(gradient)

    w = Variable([1.0], name="w")
    optimizers.LossScaleOptimizer(Plain(0.1), initial_scale=2.0).apply([np.array([1.0], "float32")], [w])
    assert w.numpy().tolist() == [0.5]
