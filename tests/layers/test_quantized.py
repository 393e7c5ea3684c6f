"""Layers and models quantised to int8: stored values, outputs and gradients are Keras's; the rest is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu
from cornu import layers, quantizers
from cornu.core.pure import pure

LINES = [
    ("Dense", {"units": 4, "activation": "relu"}, (2, 3, 5)),
    ("Dense", {"units": 4, "use_bias": False, "dtype": "mixed_bfloat16"}, (3, 5)),
    *(
        ("EinsumDense", {"equation": equation, "output_shape": output, "bias_axes": bias}, shape)
        for equation, output, bias, shape in [
            ("abc,cde->abde", (None, 2, 4), "de", (2, 3, 5)),
            ("abc,ced->abde", (3, 2, 4), None, (2, 3, 5)),
            ("abc,bd->acd", (5, 2), "c", (2, 3, 5)),
        ]
    ),
]
TABLES = [
    ("Embedding", {"input_dim": 6, "output_dim": 4}),
    ("Embedding", {"input_dim": 6, "output_dim": 4, "dtype": "bfloat16"}),
    ("ReversibleEmbedding", {"input_dim": 6, "output_dim": 4}),
    ("ReversibleEmbedding", {"input_dim": 6, "output_dim": 4, "tie_weights": False}),
]


def numbers(*shape: int) -> np.ndarray:
    return np.random.RandomState(sum(shape)).normal(size=shape).astype("float32")


def pair(name: str, arguments: dict[str, Any], x: Any, **quantized: Any) -> tuple[Any, Any]:
    """The layer here and in Keras, of the same weights, quantised in each."""
    ours, theirs = getattr(layers, name)(**arguments, name="it"), getattr(keras.layers, name)(**arguments, name="it")
    theirs(x)
    ours(x)
    ours.set_weights(theirs.get_weights())
    for layer, library in ((ours, quantizers), (theirs, keras.quantizers)):
        layer.quantize("int8", config=library.Int8QuantizationConfig(**quantized) if quantized else None)
    return ours, theirs


def as_data(config: Any) -> Any:
    return json.loads(json.dumps(config))


def assert_same_weights(ours: Any, theirs: Any) -> None:
    assert [(v.name, v.shape, v.trainable) for v in ours.weights] == [
        (v.name, tuple(v.shape), v.trainable) for v in theirs.weights
    ]
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(np.asarray(one.value), np.asarray(other.value))
    assert as_data(ours.get_config()) == as_data(theirs.get_config())


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "more"),
    [(*line, {}) for line in LINES] + [(*line, {"activation_quantizer": None}) for line in LINES[:3]],
    ids=lambda v: str(v).replace(" ", ""),
)
def test_products_are_those_of_keras(
    name: str, arguments: dict[str, Any], shape: tuple[int, ...], more: dict[str, Any]
) -> None:
    x = numbers(*shape)
    ours, theirs = pair(name, arguments, x, **more)
    assert_same_weights(ours, theirs)
    got, expected = ours(x), theirs(x)
    assert got.dtype == expected.dtype
    tolerance = 1e-5 if got.dtype == "float32" else 2e-2
    np.testing.assert_allclose(np.asarray(got, "float32"), np.asarray(expected, "float32"), tolerance, tolerance)
    if got.dtype != "float32":
        return
    random = np.random.default_rng(5).normal(size=got.shape).astype("float32")
    f = pure(ours)
    mine = jax.grad(lambda x, params: jnp.vdot(f(params, f.values()[1], x)[0], random), (0, 1))(x, f.values()[0])
    state = [v.value for v in theirs.non_trainable_variables]
    other = jax.grad(lambda x, params: jnp.vdot(theirs.stateless_call(params, state, x)[0], random), (0, 1))(
        x, [v.value for v in theirs.trainable_variables]
    )
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, 1e-5, 1e-5)


@pytest.mark.parametrize(("name", "arguments"), TABLES, ids=lambda v: str(v).replace(" ", ""))
def test_tables_are_those_of_keras(name: str, arguments: dict[str, Any]) -> None:
    x, vectors = np.array([[0, 5, 2], [1, 1, 7]]), numbers(2, 3, 4)
    ours, theirs = pair(name, arguments, x)
    assert_same_weights(ours, theirs)
    np.testing.assert_allclose(np.asarray(ours(x), "float32"), np.asarray(theirs(x), "float32"), 1e-5)
    if name == "ReversibleEmbedding":
        got, expected = ours(vectors, reverse=True), theirs(vectors, reverse=True)
        np.testing.assert_allclose(got, expected, 1e-5, 1e-6)
        # Of the way back Keras differentiates the rounding, which is flat; here both ways have the product's gradient.
        table = np.asarray(ours.embeddings.value, "float32") / np.asarray(ours.embeddings_scale.value)[:, None]
        if ours.tie_weights:
            gradient = jax.grad(lambda v: ours(v, reverse=True).sum())(vectors)
            np.testing.assert_allclose(gradient, np.broadcast_to(table.sum(0), vectors.shape), 1e-5, 1e-6)


def test_dots_in_an_equation() -> None:
    """Keras does not quantise these."""
    for equation, shape in (("...x,xy->...y", (2, 3, 5)), ("ab...,bc->ac...", (2, 3, 5))):
        layer = layers.EinsumDense(equation, (4,))
        expected = layer(numbers(*shape))
        layer.quantize("int8")
        np.testing.assert_allclose(layer(numbers(*shape)), expected, atol=0.05)
    dots = layers.EinsumDense("...x,xy->...y", (4,))
    dots(numbers(2, 3, 5))
    dots.quantize("int8")
    assert dots(numbers(2, 5)).shape == (2, 4)


def small() -> Any:
    inputs = x = cornu.Input((3, 5), name="x")
    x = layers.MultiHeadAttention(2, 4, name="attention")(x, x)
    x = layers.SpectralNormalization(layers.Dense(4, name="normed"), name="spectral")(x)
    x = layers.TimeDistributed(layers.Dense(4, activation="relu", name="inner"), name="steps")(x)
    return cornu.Model(inputs, layers.Dense(2, name="scores")(layers.LSTM(3, name="memory")(x)), name="m")


def quantized_in(model: Any) -> list[str]:
    return [m.name for m in model.modules() if getattr(m, "quantization_mode", None)]


def test_a_model_s_layers_are_found() -> None:
    model, x = small(), numbers(2, 3, 5)
    before = model.predict(x, verbose=0)
    model.quantize("int8", filters=["scores$", lambda layer: layer.name == "inner"])
    assert quantized_in(model) == ["inner", "scores"]
    with pytest.warns(UserWarning) as told:
        model.quantize("int8")  # the others; spectral holds the kernel of normed as well
    assert [str(warning.message) for warning in told] == [
        "quantize of Functional 'm' needs Dense, EinsumDense, Embedding or ReversibleEmbedding with weights of their own; "
        "got others too: 1 SpectralNormalization, 1 LSTMCell, whose 104 weights stay floats. "
        "Pass filters= to name the layers that are meant."
    ]
    assert sorted(quantized_in(model)) == ["attention_output", "inner", "key", "query", "scores", "value"]
    after = model.predict(x, verbose=0)
    np.testing.assert_allclose(after, before, atol=0.05)
    assert not np.array_equal(after, before)


def test_training_goes_on_with_what_is_left() -> None:
    x, y = numbers(6, 5), numbers(6, 2)
    model = cornu.Sequential([cornu.Input((5,)), layers.Dense(4, activation="relu"), layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    model.quantize("int8")
    assert [v.name for v in model.trainable_variables] == ["bias", "bias"]
    before = [np.array(v) for v in model.get_weights()]
    first, last = model.fit(x, y, epochs=20, verbose=0).history["loss"][::19]
    assert last < first
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert changed == [v.trainable for v in model.weights]
    model.trainable = False
    model.trainable = True
    assert [v.name for v in model.trainable_variables] == ["bias", "bias"]


def test_a_trained_model_travels(tmp_path: Path) -> None:
    x, y = numbers(6, 5), numbers(6, 2)
    model = cornu.Sequential([cornu.Input((5,)), layers.Dense(4, activation="relu"), layers.Dense(2)])
    model.compile(cornu.optimizers.SGD(0.1, momentum=0.9), "mse")
    model.fit(x, y, verbose=0)
    model.quantize("int8")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "m.keras")
    for library in (cornu, keras):
        loaded = library.models.load_model(tmp_path / "m.keras")
        loaded.fit(x, y, verbose=0)
    model.fit(x, y, verbose=0)
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), 1e-5, 1e-6)


def test_layers_inside_of_layers_travel(tmp_path: Path) -> None:
    """Keras's files say nothing of their form, and Keras does not load them; their arrays tell."""
    inputs = x = keras.Input((3, 5))
    x = keras.layers.MultiHeadAttention(2, 4)(x, x)
    theirs, data = keras.Model(inputs, keras.layers.Dense(2)(x)), numbers(2, 3, 5)
    theirs.quantize("int8")
    theirs.save(tmp_path / "theirs.keras")
    ours = cornu.models.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(ours.predict(data, verbose=0), theirs.predict(data, verbose=0), 1e-5, 1e-6)
    ours.save(tmp_path / "ours.keras")
    again = cornu.models.load_model(tmp_path / "ours.keras")
    np.testing.assert_array_equal(again.predict(data, verbose=0), ours.predict(data, verbose=0))
    assert len(quantized_in(again)) == 5


def test_made_under_a_policy() -> None:
    ours, theirs = layers.Dense(3, dtype="int8_from_bfloat16"), keras.layers.Dense(3, dtype="int8_from_bfloat16")
    for layer in (ours, theirs):
        layer.build((None, 4))
    assert [(v.name, v.dtype) for v in ours.weights] == [(v.name, v.dtype) for v in theirs.weights]
    assert as_data({**ours.get_config(), "name": ""}) == as_data({**theirs.get_config(), "name": ""})


def refusal(make: Any) -> str:
    with pytest.raises((ValueError, NotImplementedError)) as error:
        make()
    return str(error.value)


def test_refusals() -> None:
    layer = layers.Dense(3, name="d")
    assert refusal(lambda: layer.quantize("int8")) == (
        "quantize of 'd' needs a built layer; got one without weights yet. Call it on data, or build(shape)."
    )
    layer.build((None, 4))
    assert refusal(lambda: layer.quantize("int4")) == (
        "Quantised weights need mode 'int8'; got 'int4'. "
        "Quantise the float model to int8, or dequantise the file with the library that wrote it."
    )
    assert refusal(layer.quantize) == 'quantize needs a mode or a config; got neither. Pass "int8".'
    layer.quantize("int8")
    assert refusal(lambda: layer.quantize("int8")) == (
        "quantize of Dense 'd' needs a layer of floats; got 'int8_from_float32'. Once is enough."
    )

    class Mine(layers.Dense):
        pass

    mine = Mine(3, name="mine")
    mine.build((None, 4))
    assert refusal(lambda: mine.quantize("int8")).startswith("quantize of Mine 'mine' needs a Dense,")
    mine.quantize("int8", type_check=False)
    assert mine.quantization_mode == "int8"
    assert "give this layer dtype='float32'" in refusal(lambda: layers.LSTM(3, dtype="int8_from_float32"))
    assert "which ends at 65504" in refusal(lambda: layers.Dense(3, dtype="int8_from_float16"))
    halves = layers.Dense(3, dtype="mixed_float16")
    halves.build((None, 4))
    assert "which ends at 65504" in refusal(lambda: halves.quantize("int8"))
    assert halves.quantization_mode is None and halves.kernel.dtype == "float32"
    for other in ("int4_from_float32", "gptq/4/128_from_float32", {"class_name": "AWQDTypePolicy", "config": {}}):
        assert refusal(lambda other=other: layers.Dense(3, dtype=other)).startswith(
            "Quantised weights need mode 'int8'"
        )
    wrong = quantizers.Int8QuantizationConfig(weight_quantizer=quantizers.AbsMaxQuantizer(axis=1))
    other = layers.Dense(3, name="o")
    other.build((None, 4))
    assert refusal(lambda: other.quantize(config=wrong)) == (
        "weight_quantizer of Dense 'o' needs to give int8 of shape (4, 3) and scales of shape (1, 3); "
        "got int8 of (4, 3) and (4, 1). Leave its axis out."
    )
