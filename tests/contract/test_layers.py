"""What holds for every layer of the catalogue, with Keras as the oracle for signature, config, values and gradients."""

from __future__ import annotations

import inspect
import json

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import registry, tree
from cornu.core.pure import pure
from cornu.core.spec import KerasTensor
from tests.contract.catalogue import LINES

IDS = [line.id for line in LINES]
every_line = pytest.mark.parametrize("line", LINES, ids=IDS)
every_layer = pytest.mark.parametrize("name", sorted({line.layer for line in LINES}))


def make(line, **more):
    return getattr(layers, line.layer)(**line.arguments, **more)


def built(line, **more):
    layer = make(line, **more)
    return layer, layer(line.inputs(), **line.call)


def symbolic(shapes, dtype):
    return [KerasTensor(s, dtype) for s in shapes] if isinstance(shapes, list) else KerasTensor(shapes, dtype)


def shapes_like(shapes, change):
    return [change(s) for s in shapes] if isinstance(shapes, list) else change(shapes)


def check_spec(line, shapes):
    spec = make(line)(symbolic(shapes, line.dtype), **line.call)
    _, y = built(line)
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
    named = make(line)(symbolic(shapes_like(line.shape, lambda s: ("rows", *s[1:])), line.dtype), **line.call)
    if not make_couples_rows(line):
        assert all(t.shape[0] == "rows" for t in tree.flatten(named))


def make_couples_rows(line):
    return bool(built(line)[0].couples_rows)


@pytest.mark.parametrize("line", [line for line in LINES if line.unknown], ids=lambda line: line.id)
def test_the_graph_copes_with_unknown_sizes(line):
    check_spec(line, line.unknown)


@every_line
def test_compiled_as_eager_again_and_again(line):
    layer, expected = built(line)
    f = pure(layer)
    traces = []

    @jax.jit
    def compiled(params, state, x):
        traces.append(1)
        return f(params, state, x, **line.call)[0]

    params, state = [v.value for v in f.params], [v.value for v in f.state]
    first, second = (compiled(params, state, line.inputs()) for _ in range(2))
    assert len(traces) == 1
    for a, b, c in zip(*map(tree.flatten, (first, second, expected)), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, c, rtol=1e-5, atol=1e-6)


@every_line
def test_rows_are_independent(line):
    layer, whole = built(line)
    if layer.couples_rows:
        pytest.skip("it says that its rows affect each other")
    one = layer(tree.map_structure(lambda x: x[1:2], line.inputs()), **line.call)
    for part, y in zip(tree.flatten(one), tree.flatten(whole), strict=True):
        np.testing.assert_allclose(part, y[1:2], rtol=1e-5, atol=1e-6)


# Low-rank adaptation and quantisation are rewrites of a model, not arguments of its layers.
REWRITES = {"lora_rank", "lora_alpha", "quantization_config"}


@every_layer
def test_signature_is_that_of_keras(name):
    def arguments(cls):
        parameters = inspect.signature(cls).parameters.values()
        return [(p.name, p.kind, p.default) for p in parameters if p.name not in REWRITES]

    assert arguments(getattr(layers, name)) == arguments(getattr(keras.layers, name))


def as_json(config):
    return json.loads(json.dumps(config))


@every_line
def test_config_is_that_of_keras(line):
    oracle = getattr(keras.layers, line.layer)(**line.arguments, name="it")
    expected = {k: v for k, v in oracle.get_config().items() if k not in REWRITES}
    assert as_json(make(line, name="it").get_config()) == as_json(expected)
    assert make(line).supports_masking == oracle.supports_masking


@every_line
def test_comes_back_from_its_config(line):
    layer, expected = built(line)
    data = as_json(registry.serialize(layer))
    copy = registry.deserialize(data)
    assert type(copy) is type(layer)
    assert as_json(copy.get_config()) == as_json(layer.get_config())
    if not copy.built:
        copy(line.inputs(), **line.call)
    copy.set_weights(layer.get_weights())
    for a, b in zip(tree.flatten(copy(line.inputs(), **line.call)), tree.flatten(expected), strict=True):
        np.testing.assert_array_equal(a, b)


@every_line
def test_mixed_precision(line):
    layer, y = built(line, dtype="mixed_bfloat16")
    assert all(v.dtype == "float32" for v in layer.weights)
    spec = make(line, dtype="mixed_bfloat16")(symbolic(line.shape, line.dtype), **line.call)
    for promised, got in zip(tree.flatten(spec), tree.flatten(y), strict=True):
        assert promised.dtype == got.dtype.name
        if line.dtype == "float32":
            assert got.dtype == jnp.bfloat16


def scalar(y, weights):
    return sum(jnp.vdot(a, w) for a, w in zip(tree.flatten(y), weights, strict=True))


@every_line
def test_values_and_gradients_are_those_of_keras(line):
    inputs = line.inputs()
    layer, y = built(line)
    oracle = getattr(keras.layers, line.layer)(**line.arguments)
    expected = oracle(inputs, **line.call)
    assert [v.name for v in layer.weights] == [v.name for v in oracle.weights]
    random = np.random.default_rng(3)
    oracle.set_weights([random.normal(size=w.shape).astype("float32") for w in oracle.weights])
    layer.set_weights(oracle.get_weights())
    y, expected = layer(inputs, **line.call), oracle(inputs, **line.call)
    for a, b in zip(tree.flatten(y), tree.flatten(expected), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)
    if line.dtype != "float32":
        return
    weights = [random.normal(size=a.shape).astype("float32") for a in tree.flatten(y)]
    f = pure(layer)
    state, frozen = [v.value for v in f.state], [v.value for v in oracle.non_trainable_variables]

    def ours(params, x):
        return scalar(f(params, state, x, **line.call)[0], weights)

    def theirs(params, x):
        return scalar(oracle.stateless_call(params, frozen, x, **line.call)[0], weights)

    mine = jax.grad(ours, (0, 1))([v.value for v in f.params], inputs)
    oracles = jax.grad(theirs, (0, 1))([v.value for v in oracle.trainable_variables], inputs)
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(oracles), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-5)
