"""What `make demo` shows: the functional API on real digits, from data to a reloaded model, in a minute or two."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers

FOLDER = Path(".demo")


def say(text: str) -> None:
    """A headline."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def digit_reader(x_train: np.ndarray, y_train: np.ndarray) -> keras.Model:
    """A residual network like the guide's, on 8x8 digits."""
    inputs = keras.Input(shape=(8, 8, 1), name="digit")
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(inputs)
    first = layers.Conv2D(32, 3, activation="relu", padding="same")(x)
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(first)
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(x)
    second = layers.add([x, first])
    x = layers.MaxPooling2D(2)(second)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(64, activation="relu")(x)
    x = layers.Dropout(0.25)(x)
    outputs = layers.Dense(10, name="class")(x)
    model = keras.Model(inputs, outputs, name="toy_resnet")
    model.summary()
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(x_train, y_train, batch_size=64, epochs=15, validation_split=0.1, verbose=2)
    return model


def autoencoder(x_train: np.ndarray) -> keras.Model:
    """An encoder and a decoder, chained in two calls."""
    encoder_input = keras.Input(shape=(8, 8, 1), name="original_digit")
    x = layers.Conv2D(16, 3, activation="relu")(encoder_input)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    encoder_output = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(encoder_input, encoder_output, name="encoder")

    decoder_input = keras.Input(shape=(32,), name="encoded_digit")
    x = layers.Reshape((4, 4, 2))(decoder_input)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    decoder_output = layers.Conv2D(1, 1, activation="sigmoid")(x)
    decoder = keras.Model(decoder_input, decoder_output, name="decoder")

    digit = keras.Input(shape=(8, 8, 1), name="digit")
    model = keras.Model(digit, decoder(encoder(digit)), name="autoencoder")
    model.summary(expand_nested=True)
    model.compile("adam", "mse")
    model.fit(x_train, x_train, batch_size=64, epochs=10, verbose=2)
    return model


def ticket_model() -> keras.Model:
    """Three inputs, two outputs: the guide's model of customer tickets, on made-up tickets."""
    title = keras.Input(shape=(None,), name="title")
    body = keras.Input(shape=(None,), name="body")
    tags = keras.Input(shape=(12,), name="tags")
    title_features = layers.LSTM(32)(layers.Embedding(1000, 32)(title))
    body_features = layers.LSTM(16)(layers.Embedding(1000, 32)(body))
    x = layers.concatenate([title_features, body_features, tags])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(4, name="department")(x)
    model = keras.Model(inputs=[title, body, tags], outputs=[priority, department], name="tickets")
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "department": 0.2},
    )
    rng = np.random.default_rng(0)
    rows = 640
    data = {
        "title": rng.integers(1000, size=(rows, 10)),
        "body": rng.integers(1000, size=(rows, 40)),
        "tags": rng.integers(2, size=(rows, 12)).astype("float32"),
    }
    targets = {"priority": data["tags"][:, :1], "department": np.eye(4)[data["title"][:, 0] % 4]}
    model.fit(data, targets, epochs=2, batch_size=32, verbose=2)
    return model


def main() -> None:
    """Run the demonstration."""
    started = time.perf_counter()
    FOLDER.mkdir(exist_ok=True)
    keras.utils.set_random_seed(1)
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = x_train[..., None] / np.float32(16), x_test[..., None] / np.float32(16)

    say("1. A small ResNet reads handwritten digits")
    reader = digit_reader(x_train, y_train)
    _, accuracy = reader.evaluate(x_test, y_test, verbose=0)

    say("2. An autoencoder made of two models")
    coder = autoencoder(x_train)

    say("3. Tickets: three inputs, two outputs, two recurrences")
    tickets = ticket_model()

    say("4. Pictures, without Graphviz")
    pictures = [
        (reader, "toy_resnet.png", {}),
        (coder, "autoencoder.svg", {"expand_nested": True}),
        (tickets, "tickets.png", {}),
    ]
    for model, name, options in pictures:
        keras.utils.plot_model(model, FOLDER / name, show_shapes=True, show_layer_names=True, **options)
        print(f"  {FOLDER / name}")

    say("5. Saved, deleted, and made again from the file alone")
    reader.save(FOLDER / "toy_resnet.keras")
    before = reader.predict(x_test, verbose=0)
    del reader
    reader = keras.models.load_model(FOLDER / "toy_resnet.keras")
    after = reader.predict(x_test, verbose=0)
    assert np.array_equal(before, after), "the reloaded model predicts something else"
    print(f"  {FOLDER / 'toy_resnet.keras'}: the same predictions, bit for bit")
    print(f"  the first five test digits: {after[:5].argmax(-1).tolist()}, truly {y_test[:5].tolist()}")

    say(f"Accuracy on {len(x_test)} digits never seen: {accuracy:.1%} ({time.perf_counter() - started:.0f} s in all)")
    print(f"Look at the pictures in {FOLDER}/, then read docs/tour.md, or open the model in Python:")
    print(f"  .venv/bin/python -c \"import cornu; cornu.models.load_model('{FOLDER / 'toy_resnet.keras'}').summary()\"")


if __name__ == "__main__":
    main()
