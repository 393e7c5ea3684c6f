"""One pass through the library as a user meets it: build a graph, fit, save, load, predict.

Run by ``.ci/run`` against the installed wheel on each Python at hand, without a test framework.
"""

import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

import cornu as keras
from cornu import layers
from cornu.datasets import digits


def classifier() -> keras.Model:
    """A convolution and a shortcut past a dense layer, so that the graph branches and merges."""
    inputs = keras.Input(shape=(8, 8, 1), name="image")
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(64, activation="relu")(x)
    x = layers.add([x, layers.Dense(64, activation="relu")(x)])
    outputs = layers.Dense(10, activation="softmax", name="digit")(x)
    return keras.Model(inputs, outputs, name="classifier")


def needs(condition: bool, what: str) -> None:
    """Not ``assert``: it must hold under ``python -O`` too."""
    if not condition:
        sys.exit(f"smoke: {what}")


def main() -> None:
    keras.utils.set_random_seed(7)
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    x_train, x_test = (x[..., None].astype("float32") / 16 for x in (x_train, x_test))

    model = classifier()
    model.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x_train, y_train, batch_size=32, epochs=1, verbose=0)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    needs(np.isfinite(history.history["loss"]).all(), f"the loss is {history.history['loss']}")
    needs(accuracy > 0.6, f"one epoch reaches an accuracy of {accuracy:.3f}; over 0.6 is usual")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "classifier.keras")
        model.save(path)
        restored = keras.models.load_model(path)
    before, after = (m.predict(x_test, verbose=0) for m in (model, restored))
    needs(np.array_equal(before, after), "the restored model predicts something else")
    needs(restored.evaluate(x_test, y_test, verbose=0)[0] == loss, "the restored loss differs")

    print(
        f"smoke: cornu {version('cornu')} on Python {platform.python_version()}, "
        f"jax {version('jax')}: accuracy {accuracy:.3f} after one epoch, saved and restored"
    )


if __name__ == "__main__":
    main()
