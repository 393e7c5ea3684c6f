"""Calls of ops in files: Keras's configs give our calls, and ours give Keras's."""

import importlib
import json

import keras
import numpy as np
import pytest

import cornu.activations
from cornu import ops
from cornu.core import registry
from cornu.core.op import is_op
from cornu.ops import file_names

X = np.random.default_rng(0).uniform(0.1, 0.9, (2, 6)).astype("float32")
T = np.random.default_rng(1).uniform(0.1, 0.9, (2, 5, 4)).astype("float32")
INTS = np.array([1, 2], "int32")
IMAGE = np.random.default_rng(2).uniform(size=(2, 6, 6, 3)).astype("float32")
KERNEL = np.random.default_rng(3).normal(size=(3, 3, 3, 2)).astype("float32")
V = np.arange(1, 7, dtype="float32")

# Calls on arrays, and on symbolic tensors in Keras's graph.
CALLS = [
    lambda ops, x: ops.add(x, 2.0),
    lambda ops, x: ops.subtract(2.0, x),
    lambda ops, x: ops.sum(x, 1, True),
    lambda ops, x: ops.concatenate([x, x], axis=-1),
    lambda ops, x: ops.stack([x, x], axis=1),
    lambda ops, x: ops.get_item(x, (slice(None), slice(1, 3), None)),
    lambda ops, x: ops.get_item(x, (Ellipsis, 0)),
    lambda ops, x: ops.reshape(x, (-1, 3)),
    lambda ops, x: ops.where(ops.greater(x, 0.5), x, 0.0),
    lambda ops, x: ops.softmax(x, axis=0),
    lambda ops, x: ops.cast(x, "int32"),
    lambda ops, x: ops.clip(x, 0.2, 0.5),
    lambda ops, x: ops.pad(x, ((0, 0), (1, 2)), constant_values=2.0),
    lambda ops, x: ops.take(x, [0, 2], axis=1),
    lambda ops, x: ops.matmul(x, np.ones((6, 2), "float32")),
    lambda ops, x: ops.split(x, 3, axis=1),
    lambda ops, x: ops.isclose(x, 0.5, rtol=0.3),
    lambda ops, x: ops.batch_normalization(x, V, V, axis=-1, scale=V),
    lambda ops, x: ops.layer_normalization(x, V),
    lambda ops, x: ops.rms_normalization(x, scale=V),
    lambda ops, x: ops.average(x, axis=1, weights=V),
    lambda ops, x: ops.quantile(x, 0.3),
    lambda ops, x: ops.top_k(x, 2),
    lambda ops, x: ops.moments(x, axes=(1,)),
    lambda ops, x: ops.tensordot(x, np.ones((6, 2), "float32"), axes=1),
    lambda ops, x: ops.einsum("ij,kj->ik", x, x),
    lambda ops, x: ops.hard_swish(x),
    lambda ops, x: ops.full_like(x, 3.0),
    lambda ops, x: ops.scatter_update(x, [[0, 1]], [3.0]),
    lambda ops, x: ops.rearrange(x, "a (b c) -> b a c", c=2),
    lambda ops, x: ops.linspace(x, ops.multiply(x, 2.0), num=3),
    lambda ops, x: ops.sparse_categorical_crossentropy(INTS, x, from_logits=True),
    lambda ops, x: ops.isin(x, [0.5], invert=True),
    lambda ops, x: ops.meshgrid(ops.get_item(x, 0), ops.get_item(x, 1), indexing="ij"),
]
ON_SEQUENCES = [
    lambda ops, x: ops.transpose(x, (0, 2, 1)),
    lambda ops, x: ops.unstack(x, axis=1),
    lambda ops, x: ops.slice(x, (0, 1, 0), (1, 2, 4)),
    lambda ops, x: ops.dot_product_attention(*[ops.expand_dims(x, 2)] * 3, scale=0.5),
]
ON_IMAGES = [
    lambda ops, x: ops.conv(x, KERNEL, padding="same"),
    lambda ops, x: ops.max_pool(x, 2, strides=2),
]
ALL = [(f, X) for f in CALLS] + [(f, T) for f in ON_SEQUENCES] + [(f, IMAGE) for f in ON_IMAGES]


def _equal(a, b):
    for x, y in zip(_list(a), _list(b), strict=True):
        np.testing.assert_allclose(np.asarray(x, "float32"), np.asarray(y, "float32"), rtol=1e-5, atol=1e-6)


def _list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def _run_config(layers, x):
    """What the operations of a functional model's config compute, by ``from_file``."""
    values = {}
    for layer in layers:
        if layer["class_name"] == "InputLayer":
            values[layer["name"]] = [x]
            continue

        def fill(data):
            if isinstance(data, dict) and data.get("class_name") == "__keras_tensor__":
                name, _, index = data["config"]["keras_history"]
                return values[name][index]
            if isinstance(data, (list, tuple)):
                return [fill(item) for item in data]
            return registry.deserialize(data)

        node = layer["inbound_nodes"][0]
        args = [
            tuple(a) if layer["class_name"] == "GetItem" and isinstance(a, list) else a for a in map(fill, node["args"])
        ]
        config = registry.deserialize(layer["config"])
        kwargs = {k: fill(v) for k, v in node["kwargs"].items()}
        function, args, kwargs = file_names.from_file(layer["module"], layer["class_name"], config, args, kwargs)
        values[layer["name"]] = _list(function(*args, **kwargs))
    return values


# Keras writes the name of the inner function, and cannot read it back.
READ = [*ALL, (lambda ops, x: ops.vectorized_map(ops.sum, x), X)]


@pytest.mark.parametrize(("call", "x"), READ, ids=range(len(READ)))
def test_configs_of_keras_give_our_calls(call, x):
    symbolic = keras.Input(batch_shape=x.shape)
    model = keras.Model(symbolic, call(keras.ops, symbolic))
    config = json.loads(model.to_json())["config"]
    values = _run_config(config["layers"], x)
    last = config["output_layers"]
    names = [last] if isinstance(last[0], str) else last
    _equal([values[name][index] for name, _, index in names], call(keras.ops, x))


class _Recording:
    """``cornu.ops`` whose calls go through ``to_file``, JSON, and the class of Keras that it names."""

    def __init__(self):
        self.calls = 0

    def __getattr__(self, name):
        function = getattr(ops, name)

        def call(*args, **kwargs):
            self.calls += 1
            written = file_names.to_file(function, args, kwargs)
            cls = getattr(importlib.import_module(written.module), written.class_name)
            config = json.loads(json.dumps(registry.serialize({"name": name, **written.config})))
            return cls.from_config(config)(*written.args, **written.kwargs)

        return call


@pytest.mark.parametrize(("call", "x"), ALL, ids=range(len(ALL)))
def test_our_calls_give_configs_of_keras(call, x):
    recording = _Recording()
    tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
    _equal(call(recording, tensors), call(keras.ops, tensors))
    assert recording.calls


def test_every_class_stands_for_a_function_and_back():
    for entry in file_names._entries():
        function, _, _ = file_names.from_file(f"keras.src.{entry.module}", entry.class_name, {}, [], {})
        assert function.__name__ == entry.function
        assert file_names.has_file_name(function)


def test_functions_without_a_class_take_no_symbolic_tensors():
    without = {n for n in ops.__all__ if is_op(getattr(ops, n)) and not file_names.has_file_name(getattr(ops, n))}
    windows = {"bartlett", "blackman", "hamming", "hanning", "kaiser"}
    assert without == windows | {"empty", "eye", "identity", "ones", "tri", "zeros"}


def test_activations_of_their_own():
    function, args, kwargs = file_names.from_file(
        "keras.src.activations.activations",
        "ReLU",
        {"name": "re_lu", "negative_slope": 0.1, "max_value": None, "threshold": 0.0},
        [X - 0.5],
        {},
    )
    _equal(function(*args, **kwargs), cornu.activations.relu(X - 0.5, negative_slope=0.1))


def test_unknown_operation():
    with pytest.raises(registry.UnknownClassError) as caught:
        file_names.from_file("keras.src.ops.numpy", "Evil", {}, [], {})
    assert str(caught.value) == (
        "Loading a model needs operations that the library has; got keras.src.ops.numpy.Evil. Use a layer instead."
    )


def test_too_many_arguments():
    with pytest.raises(ValueError) as caught:
        file_names.from_file("keras.src.ops.numpy", "Exp", {}, [X, X], {"base": 2})
    assert str(caught.value) == (
        "Loading a call of Exp needs arguments of exp(x: 'Tensor') -> 'Tensor'; got 1 too many and ['base']. "
        "The file is from a newer version, or damaged."
    )


def test_a_function_that_is_not_an_op():
    def fold(x):
        return x

    with pytest.raises(
        ValueError, match=r"^Saving a call of fold needs one of cornu\.ops, or a registered function; got <function"
    ):
        file_names.to_file(fold, (1,), {})
