"""The models in Keras's functional API: ``MODELS[family](keras, **sizes)``, with ``cornu`` or ``keras`` as the library.

Layers with weights are named: the hand-written versions find their weights by these names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Keras = Any
Model = Any


def mlp(keras: Keras) -> Model:
    inputs = keras.Input((784,))
    x = keras.layers.Dense(64, activation="relu", name="dense_0")(inputs)
    x = keras.layers.Dense(64, activation="relu", name="dense_1")(x)
    return keras.Model(inputs, keras.layers.Dense(10, name="dense_2")(x))


def autoencoder(keras: Keras) -> Model:
    layers = keras.layers
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, activation="relu", name="conv_0")(inputs)
    x = layers.Conv2D(32, 3, activation="relu", name="conv_1")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu", name="conv_2")(x)
    x = layers.Conv2D(16, 3, activation="relu", name="conv_3")(x)
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Reshape((4, 4, 1))(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu", name="up_0")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu", name="up_1")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu", name="up_2")(x)
    return keras.Model(inputs, layers.Conv2DTranspose(1, 3, activation="relu", name="up_3")(x))


def toy_resnet(keras: Keras, side: int) -> Model:
    layers = keras.layers
    inputs = keras.Input((side, side, 3))
    x = layers.Conv2D(32, 3, activation="relu", name="conv_0")(inputs)
    x = layers.Conv2D(64, 3, activation="relu", name="conv_1")(x)
    block = layers.MaxPooling2D(3)(x)
    for i in (2, 4):
        x = layers.Conv2D(64, 3, activation="relu", padding="same", name=f"conv_{i}")(block)
        x = layers.Conv2D(64, 3, activation="relu", padding="same", name=f"conv_{i + 1}")(x)
        block = layers.add([x, block])
    x = layers.Conv2D(64, 3, activation="relu", name="conv_6")(block)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu", name="dense")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(10, name="logits")(x))


def tickets(keras: Keras, vocabulary: int, title: int, body: int) -> Model:
    layers = keras.layers
    inputs = [keras.Input((title,)), keras.Input((body,)), keras.Input((12,))]
    a = layers.LSTM(128, name="title_lstm")(layers.Embedding(vocabulary, 64, name="title_table")(inputs[0]))
    b = layers.LSTM(32, name="body_lstm")(layers.Embedding(vocabulary, 64, name="body_table")(inputs[1]))
    x = layers.concatenate([a, b, inputs[2]])
    return keras.Model(inputs, [layers.Dense(1, name="priority")(x), layers.Dense(4, name="department")(x)])


def _transformer(
    keras: Keras, inputs: Any, causal: bool, layers: int, width: int, heads: int, inner: int, tokens: int,
    vocabulary: int, dropout: float,
) -> Any:  # fmt: skip
    """Layers that normalise first; learned positions."""

    class Positions(keras.layers.Layer):
        """``y = x + table``."""

        def build(self, input_shape: Any) -> None:
            self.table = self.add_weight(shape=(tokens, width), initializer="random_normal", name="table")

        def call(self, x: Any) -> Any:
            return x + self.table

    def norm(name: str) -> Any:
        return keras.layers.LayerNormalization(epsilon=1e-5, name=name)

    h = keras.layers.Embedding(vocabulary, width, name="table")(inputs)
    h = Positions(name="positions")(h)
    for i in range(layers):
        a = norm(f"norm_a_{i}")(h)
        attention = keras.layers.MultiHeadAttention(heads, width // heads, name=f"attention_{i}")
        a = keras.layers.Dropout(dropout)(attention(a, a, use_causal_mask=causal))
        h = keras.layers.add([h, a])
        b = keras.layers.Dense(inner, activation="gelu", name=f"wide_{i}")(norm(f"norm_b_{i}")(h))
        b = keras.layers.Dropout(dropout)(keras.layers.Dense(width, name=f"narrow_{i}")(b))
        h = keras.layers.add([h, b])
    return norm("norm")(h)


def encoder(keras: Keras, tokens: int, classes: int, **sizes: Any) -> Model:
    inputs = keras.Input((tokens,), dtype="int32")
    h = keras.layers.GlobalAveragePooling1D()(_transformer(keras, inputs, False, tokens=tokens, **sizes))
    return keras.Model(inputs, keras.layers.Dense(classes, dtype="float32", name="logits")(h))


def decoder(keras: Keras, tokens: int, vocabulary: int, **sizes: Any) -> Model:
    inputs = keras.Input((tokens,), dtype="int32")
    h = _transformer(keras, inputs, True, tokens=tokens, vocabulary=vocabulary, **sizes)
    return keras.Model(inputs, keras.layers.Dense(vocabulary, name="logits")(h))


def resnet50(keras: Keras, side: int, classes: int, width: int, blocks: Sequence[int]) -> Model:
    """He 2015: the first convolution of a stage's first block has the stride."""
    layers = keras.layers
    count = 0

    def unit(x: Any, filters: int, window: int, strides: int = 1, relu: bool = True, pad: str = "same") -> Any:
        nonlocal count
        x = layers.Conv2D(filters, window, strides=strides, padding=pad, use_bias=False, name=f"conv_{count}")(x)
        x = layers.BatchNormalization(epsilon=1e-5, name=f"norm_{count}")(x)
        count += 1
        return layers.ReLU()(x) if relu else x

    inputs = keras.Input((side, side, 3))
    x = unit(layers.ZeroPadding2D(3)(inputs), width, 7, 2, pad="valid")
    x = layers.MaxPooling2D(3, strides=2)(layers.ZeroPadding2D(1)(x))
    for stage, repeats in enumerate(blocks):
        filters = width * 2**stage
        for block in range(repeats):
            strides = 2 if stage and not block else 1
            shortcut = x if block else unit(x, 4 * filters, 1, strides, relu=False)
            x = unit(unit(x, filters, 1, strides), filters, 3)
            x = layers.ReLU()(layers.add([unit(x, 4 * filters, 1, relu=False), shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32", name="logits")(x))


def wide(keras: Keras, vocabulary: int, width: int, ids: int) -> Model:
    inputs = keras.Input((ids,), dtype="int32")
    x = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(vocabulary, width, name="table")(inputs))
    x = keras.layers.Dense(64, activation="relu", name="dense")(x)
    return keras.Model(inputs, keras.layers.Dense(1, name="logits")(x))


def tagger(keras: Keras, vocabulary: int, width: int, units: int, tokens: int, tags: int) -> Model:
    inputs = keras.Input((tokens,), dtype="int32")
    x = keras.layers.Embedding(vocabulary, width, mask_zero=True, name="table")(inputs)
    x = keras.layers.Bidirectional(keras.layers.GRU(units, return_sequences=True), name="gru")(x)
    return keras.Model(inputs, keras.layers.Dense(tags, name="logits")(x))


def language(keras: Keras, vocabulary: int, width: int, units: int, tokens: int) -> Model:
    inputs = keras.Input((tokens,), dtype="int32")
    x = keras.layers.Embedding(vocabulary, width, name="table")(inputs)
    x = keras.layers.LSTM(units, return_sequences=True, name="lstm_0")(x)
    x = keras.layers.LSTM(units, return_sequences=True, name="lstm_1")(x)
    return keras.Model(inputs, keras.layers.Dense(vocabulary, name="logits")(x))


MODELS: dict[str, Callable[..., Model]] = {
    "mlp": mlp,
    "autoencoder": autoencoder,
    "toy_resnet": toy_resnet,
    "tickets": tickets,
    "encoder": encoder,
    "decoder": decoder,
    "resnet50": resnet50,
    "wide": wide,
    "tagger": tagger,
    "language": language,
}
