"""Every model of Keras's functional guide: saved by either library and loaded by the other, with equal predictions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu

keras = pytest.importorskip("keras")

MODELS: dict[str, Callable[[Any], tuple[Any, Any]]] = {}


def guide(build: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any], tuple[Any, Any]]:
    """Enter a builder, ``library -> (model, inputs)``, under its name."""
    MODELS[build.__name__] = build
    return build


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


def encoder_of(k: Any) -> Any:
    encoder_input = k.Input(shape=(28, 28, 1), name="original_img")
    x = k.layers.Conv2D(4, 3, activation="relu")(encoder_input)
    x = k.layers.Conv2D(8, 3, activation="relu")(x)
    x = k.layers.MaxPooling2D(3)(x)
    x = k.layers.Conv2D(8, 3, activation="relu")(x)
    x = k.layers.Conv2D(4, 3, activation="relu")(x)
    return k.Model(encoder_input, k.layers.GlobalMaxPooling2D()(x), name="encoder")


def decoded(k: Any, x: Any) -> Any:
    x = k.layers.Reshape((2, 2, 1))(x)
    x = k.layers.Conv2DTranspose(4, 3, activation="relu")(x)
    x = k.layers.Conv2DTranspose(8, 3, activation="relu")(x)
    x = k.layers.UpSampling2D(3)(x)
    return k.layers.Conv2DTranspose(1, 3, activation="relu")(x)


@guide
def mnist_model(k: Any) -> tuple[Any, Any]:
    inputs = k.Input(shape=(784,))
    x = k.layers.Dense(8, activation="relu")(inputs)
    x = k.layers.Dense(8, activation="relu")(x)
    return k.Model(inputs=inputs, outputs=k.layers.Dense(10)(x), name="mnist_model"), numbers(2, 784)


@guide
def autoencoder(k: Any) -> tuple[Any, Any]:
    encoder = encoder_of(k)
    return k.Model(encoder.input, decoded(k, encoder.output), name="autoencoder"), numbers(2, 28, 28, 1)


@guide
def nested_autoencoder(k: Any) -> tuple[Any, Any]:
    encoder = encoder_of(k)
    decoder_input = k.Input(shape=(4,), name="encoded_img")
    decoder = k.Model(decoder_input, decoded(k, decoder_input), name="decoder")
    image = k.Input(shape=(28, 28, 1), name="img")
    return k.Model(image, decoder(encoder(image)), name="autoencoder"), numbers(2, 28, 28, 1)


@guide
def ensemble(k: Any) -> tuple[Any, Any]:
    def one() -> Any:
        inputs = k.Input(shape=(128,))
        return k.Model(inputs, k.layers.Dense(1)(inputs))

    models = [one(), one(), one()]
    inputs = k.Input(shape=(128,))
    outputs = k.layers.average([model(inputs) for model in models])
    return k.Model(inputs=inputs, outputs=outputs), numbers(3, 128)


@guide
def tickets(k: Any) -> tuple[Any, Any]:
    title, body = k.Input(shape=(None,), name="title"), k.Input(shape=(None,), name="body")
    tags = k.Input(shape=(12,), name="tags")
    title_features = k.layers.LSTM(8)(k.layers.Embedding(50, 6)(title))
    body_features = k.layers.LSTM(4)(k.layers.Embedding(50, 6)(body))
    x = k.layers.concatenate([title_features, body_features, tags])
    outputs = {
        "priority": k.layers.Dense(1, name="priority")(x),
        "department": k.layers.Dense(4, name="department")(x),
    }
    words = np.random.default_rng(0).integers(0, 50, (3, 5))
    model = k.Model(inputs=[title, body, tags], outputs=outputs)
    return model, {"title": words, "body": words[:, ::-1].copy(), "tags": numbers(3, 12)}


@guide
def toy_resnet(k: Any) -> tuple[Any, Any]:
    inputs = k.Input(shape=(16, 16, 3), name="img")
    x = k.layers.Conv2D(4, 3, activation="relu")(inputs)
    block = k.layers.MaxPooling2D(3)(k.layers.Conv2D(8, 3, activation="relu")(x))
    for _ in range(2):
        x = k.layers.Conv2D(8, 3, activation="relu", padding="same")(block)
        block = k.layers.add([k.layers.Conv2D(8, 3, activation="relu", padding="same")(x), block])
    x = k.layers.GlobalAveragePooling2D()(k.layers.Conv2D(8, 3, activation="relu")(block))
    x = k.layers.Dropout(0.5)(k.layers.Dense(16, activation="relu")(x))
    return k.Model(inputs, k.layers.Dense(10)(x), name="toy_resnet"), numbers(2, 16, 16, 3)


@guide
def shared_embedding(k: Any) -> tuple[Any, Any]:
    shared = k.layers.Embedding(1000, 8)
    a, b = k.Input(shape=(None,), dtype="int32"), k.Input(shape=(None,), dtype="int32")
    words = np.random.default_rng(0).integers(0, 1000, (2, 4)).astype("int32")
    return k.Model([a, b], [shared(a), shared(b)]), [words, words + 0]


@guide
def every_features(k: Any) -> tuple[Any, Any]:
    encoder = encoder_of(k)
    return k.Model(encoder.input, [layer.output for layer in encoder.layers]), numbers(2, 28, 28, 1)


@guide
def rnn_of_ones_own(k: Any) -> tuple[Any, Any]:
    """A graph with a cell written in ops, as the guide's, as far as files can hold it."""
    inputs = k.Input((10, 5))
    x = k.layers.SimpleRNN(4, return_sequences=True)(inputs)
    return k.Model(inputs, k.layers.Dense(1, activation="sigmoid")(k.layers.GlobalAveragePooling1D()(x))), numbers(
        2, 10, 5
    )


def assert_equal(ours: Any, theirs: Any) -> None:
    for one, other in zip(cornu.core.tree.flatten(ours), cornu.core.tree.flatten(theirs), strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_both_ways(name: str, tmp_path: Path) -> None:
    for library, other in ((keras, cornu), (cornu, keras)):
        model, x = MODELS[name](library)
        path = tmp_path / f"{library.__name__}.keras"
        model.save(path)
        assert_equal(other.models.load_model(path)(x), model(x))
