"""Runs the same steps with Cornu and with Keras."""

import warnings

import jax
import keras
import numpy as np

from cornu import optimizers
from cornu.core.variable import Variable

SHAPES = [(), (3,), (2, 3), (2, 2, 3), (2, 1, 2, 3)]


def values(seed, shapes=SHAPES):
    """Arrays of ranks 0 to 4."""
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.normal(size=s), "float32") for s in shapes]


def cornu_variables(shapes=SHAPES):
    """Weights for Cornu."""
    return [Variable(x, name=f"v{i}") for i, x in enumerate(values(0, shapes))]


def keras_variables(shapes=SHAPES):
    """The same weights for Keras."""
    return [keras.Variable(x, name=f"v{i}") for i, x in enumerate(values(0, shapes))]


def arrays(variables):
    """Values of Cornu's or Keras's variables."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [np.asarray(v.value) for v in variables]


def assert_same_steps(name, kwargs, steps=6, shapes=SHAPES, prepare=None, gradients=None, rtol=1e-6):
    """Six steps give equal weights and slots, in the same order.

    Args:
        kwargs: the constructor's; a function of the package for what differs (schedules).
        prepare: called as ``prepare(optimizer, variables)`` before the first step.
        gradients: called as ``gradients(step)``; draws if None.
    """
    pairs = []
    for package, variables in ((optimizers, cornu_variables(shapes)), (keras.optimizers, keras_variables(shapes))):
        optimizer = getattr(package, name)(**(kwargs(package) if callable(kwargs) else kwargs))
        if prepare:
            prepare(optimizer, variables)
        optimizer.build(variables)
        pairs.append((optimizer, variables))
    (ours, weights), (theirs, their_weights) = pairs
    for step in range(steps):
        if step == 0:
            assert_equal(ours.variables, theirs.variables, rtol, "at first")
        drawn = gradients(step) if gradients else values(step + 1, shapes)
        ours.apply(list(drawn), weights)
        keras_step(theirs, list(drawn), their_weights)
        assert_equal(weights, their_weights, rtol, f"weights after step {step}")
        assert_equal(ours.variables, theirs.variables, rtol, f"state after step {step}")
    return ours, theirs


def keras_step(optimizer, gradients, variables):
    """One step of Keras's; compiled, which takes a tenth of the time of its eager step."""
    if not hasattr(optimizer, "compiled_for_test"):
        object.__setattr__(optimizer, "compiled_for_test", jax.jit(optimizer.stateless_apply))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        state = [v.value for v in optimizer.variables]
        weights, state = optimizer.compiled_for_test(state, gradients, [v.value for v in variables])
    for variable, value in zip([*variables, *optimizer.variables], [*weights, *state], strict=True):
        variable.assign(value)


def assert_equal(ours, theirs, rtol, when):
    """Variables hold equal values, to ``rtol`` of each one's largest element."""
    ours, theirs = arrays(ours), arrays(theirs)
    assert [(x.shape, x.dtype) for x in ours] == [(x.shape, x.dtype) for x in theirs], when
    for index, (x, y) in enumerate(zip(ours, theirs, strict=True)):
        scale = np.max(np.abs(y), initial=1e-30) if y.dtype.kind == "f" else 0
        np.testing.assert_allclose(x, y, rtol=rtol, atol=rtol * scale, err_msg=f"{when}: variable {index}")
