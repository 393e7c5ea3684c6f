"""What holds for every layer of the catalogue, with Keras as the oracle for signature, config, values and gradients."""

from __future__ import annotations

import functools
import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import dtypes, registry, tree
from cornu.core.pure import pure
from cornu.core.spec import KerasTensor
from tests.contract.catalogue import LINES

IDS = [line.id for line in LINES]
every_line = pytest.mark.parametrize("line", LINES, ids=IDS)


def lines_that(condition):
    return pytest.mark.parametrize("line", [line for line in LINES if condition(line)], ids=lambda line: line.id)


every_layer = pytest.mark.parametrize("name", sorted({line.layer for line in LINES}))


def make(line, **more):
    return line.make(layers, **more)


def built(line, **more):
    layer = make(line, **more)
    return layer, line.run(layer, line.inputs())


@functools.cache
def example(line):
    """A built layer and its output, made once for all tests that do not change it."""
    return built(line)


def symbolic(shapes, dtype):
    return [KerasTensor(s, dtype) for s in shapes] if isinstance(shapes, list) else KerasTensor(shapes, dtype)


def shapes_like(shapes, change):
    return [change(s) for s in shapes] if isinstance(shapes, list) else change(shapes)


def check_spec(line, shapes):
    spec = line.run(make(line), symbolic(shapes, line.dtype))
    _, y = example(line)
    for promised, got in zip(tree.flatten(spec), tree.flatten(y), strict=True):
        assert promised.dtype == got.dtype.name
        assert len(promised.shape) == got.ndim
        assert all(p in (None, g) for p, g in zip(promised.shape, got.shape, strict=True)), (promised, got.shape)
    return spec


@every_line
def test_the_graph_knows_shape_and_dtype(line):
    spec = check_spec(line, shapes_like(line.shape, lambda s: (None, *s[1:])))
    for promised in tree.flatten(spec):
        assert None not in promised.shape[1:]
    named = line.run(make(line), symbolic(shapes_like(line.shape, lambda s: ("rows", *s[1:])), line.dtype))
    if not example(line)[0].couples_rows:
        assert all(t.shape[0] == "rows" for t in tree.flatten(named))


@lines_that(lambda line: line.unknown)
def test_the_graph_copes_with_unknown_sizes(line):
    check_spec(line, line.unknown)


@lines_that(lambda line: line.compiled)
def test_compiled_as_eager_again_and_again(line):
    layer, expected = example(line)
    f = pure(layer)
    traces = []

    @jax.jit
    def compiled(params, state, x):
        traces.append(1)
        return line.run(functools.partial(f, params, state), x)[0]

    params, state = [v.value for v in f.params], [v.value for v in f.state]
    first, second = (compiled(params, state, line.inputs()) for _ in range(2))
    assert len(traces) == 1
    for a, b, c in zip(*map(tree.flatten, (first, second, expected)), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, c, rtol=1e-5, atol=1e-6)


@every_line
def test_rows_are_independent(line):
    layer, whole = example(line)
    if layer.couples_rows:
        pytest.skip("it says that its rows affect each other")
    inputs, its_line = line.rows(1, 2)
    one = its_line.run(layer, inputs)
    for part, y in zip(tree.flatten(one), tree.flatten(whole), strict=True):
        np.testing.assert_allclose(part, y[1:2], rtol=1e-5, atol=1e-6)


# Low-rank adaptation is a rewrite of a model, not an argument of its layers.
REWRITES = {"lora_rank", "lora_alpha"}


@every_layer
def test_signature_is_that_of_keras(name):
    def arguments(cls):
        parameters = inspect.signature(cls).parameters.values()
        return [(p.name, p.kind, p.default) for p in parameters if p.name not in REWRITES]

    expected = arguments(getattr(keras.layers, name))
    if name == "Discretization":  # takes what every layer takes as well
        expected.append(("kwargs", inspect.Parameter.VAR_KEYWORD, inspect.Parameter.empty))
    assert arguments(getattr(layers, name)) == expected


def as_json(config):
    return json.loads(json.dumps(config))


def comparable(config):
    """A config without what is a rewrite here, and without the numbers in names of inner layers."""
    if isinstance(config, dict):
        config = {k: comparable(v) for k, v in config.items() if k not in REWRITES}
        return {k: v.rstrip("_0123456789") if k == "name" and isinstance(v, str) else v for k, v in config.items()}
    return [comparable(v) for v in config] if isinstance(config, (list, tuple)) else config


@lines_that(lambda line: line.oracle)
def test_config_is_that_of_keras(line):
    oracle, layer = line.make(keras.layers, name="it"), make(line, name="it")
    assert comparable(layer.get_config()) == comparable(oracle.get_config())
    assert layer.supports_masking == oracle.supports_masking


@every_line
def test_comes_back_from_its_config(line):
    layer, expected = example(line)
    data = as_json(registry.serialize(layer))
    copy = registry.deserialize(data)
    assert type(copy) is type(layer)
    assert as_json(copy.get_config()) == as_json(layer.get_config())
    if not copy.built:
        line.run(copy, line.inputs())
    copy.set_weights(layer.get_weights())
    for a, b in zip(tree.flatten(line.run(copy, line.inputs())), tree.flatten(expected), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture
def mixed_bfloat16():
    """The policy of all layers made in a test, inner ones too."""
    dtypes.set_dtype_policy("mixed_bfloat16")
    yield
    dtypes.set_dtype_policy(None)


@pytest.mark.usefixtures("mixed_bfloat16")
@lines_that(lambda line: "dtype" not in line.arguments)
def test_mixed_precision(line):
    layer, y = built(line)
    assert all(v.dtype == "float32" for v in layer.weights if dtypes.is_float(v.dtype))
    spec = line.run(make(line), symbolic(line.shape, line.dtype))
    for promised, got in zip(tree.flatten(spec), tree.flatten(y), strict=True):
        assert promised.dtype == got.dtype.name
        if line.dtype == "float32" and got.dtype != "int32":
            assert got.dtype == jnp.bfloat16


def step(call, params, inputs):
    """Outputs, new state, and gradients of a weighted sum of the outputs; integer inputs have none."""

    def weighted(params, inputs):
        y, state = call(params, inputs)[:2]
        random = np.random.default_rng(5)
        parts = [jnp.vdot(a, random.normal(size=a.shape).astype("float32")) for a in tree.flatten(y)]
        return sum(parts), (y, [v for v in state if jnp.issubdtype(v.dtype, jnp.floating)])

    arguments = (0, 1) if all(jnp.issubdtype(x.dtype, jnp.floating) for x in tree.flatten(inputs)) else 0
    gradients, (y, state) = jax.jit(jax.grad(weighted, arguments, has_aux=True))(params, inputs)
    return {"outputs": tree.flatten(y), "state": state, "gradients": jax.tree.leaves(gradients)}


def random_weights(weights, random):
    """Values for the weights of a layer; what is a variance is positive."""
    values = [random.normal(size=w.shape).astype("float32") for w in weights]
    spread = ("variance", "stddev")
    return [abs(v) + 0.5 if w.name.endswith(spread) else v for w, v in zip(weights, values, strict=True)]


ORACLES = [line for line in LINES if line.oracle]
CALLS = [(line, False) for line in ORACLES] + [(line, True) for line in ORACLES if line.training]


@pytest.mark.parametrize(("line", "training"), CALLS, ids=[f"{line.id}{'-training' * t}" for line, t in CALLS])
def test_values_and_gradients_are_those_of_keras(line, training):
    inputs, how = line.inputs(), {"training": True} if training else {}
    layer, oracle = make(line), line.make(keras.layers)
    line.run(layer, symbolic(line.shape, line.dtype))
    line.run(oracle, shapes_like(line.shape, lambda s: keras.KerasTensor(s, line.dtype)))
    assert [v.name for v in layer.weights] == [v.name for v in oracle.weights]
    oracle.set_weights(random_weights(oracle.weights, np.random.default_rng(3)))
    if hasattr(oracle, "finalize_state"):  # Keras's Normalization goes on with its former statistics otherwise
        oracle.finalize_state()
    layer.set_weights(oracle.get_weights())
    f = pure(layer)
    state, frozen = [v.value for v in f.state], [v.value for v in oracle.non_trainable_variables]

    def ours(params, x):
        return line.run(functools.partial(f, params, state), x, **how)

    def theirs(params, x):
        return line.run(functools.partial(oracle.stateless_call, params, frozen), x, **how)

    mine = step(ours, [v.value for v in f.params], inputs)
    expected = step(theirs, [v.value for v in oracle.trainable_variables], inputs)
    for what in mine:
        for a, b in zip(mine[what], expected[what], strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5, err_msg=what)
