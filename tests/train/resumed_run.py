"""A run that the resume test starts, kills, and starts again: prints digests of its final weights and history."""

from __future__ import annotations

import hashlib
import json
import sys
import time

import numpy as np

import cornu as keras
from cornu import layers
from cornu.train import Resume


class Wait(keras.callbacks.Callback):
    """Makes steps slow enough to be killed among."""

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.004)


def main(folder: str, slow: bool) -> None:
    keras.utils.set_random_seed(3)
    x = keras.Input((6,))
    h = layers.Dropout(0.3)(layers.BatchNormalization()(layers.Dense(8, activation="relu")(x)))
    model = keras.Model(x, layers.Dense(5)(h))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    rng = np.random.default_rng(0)
    data, labels = rng.random((1003, 6), dtype=np.float32), rng.integers(0, 5, 1003)
    resume = None if folder == "-" else Resume(folder, every_seconds=0.02)
    callbacks = [Wait()] if slow else []
    print("started", flush=True)
    history = model.fit(
        data, labels, batch_size=32, epochs=5, validation_split=0.1, verbose=0, resume=resume, callbacks=callbacks
    )
    weights = b"".join(np.ascontiguousarray(w).tobytes() for w in model.get_weights())
    text = json.dumps([history.history, history.epoch], sort_keys=True)
    print(hashlib.sha256(weights).hexdigest(), hashlib.sha256(text.encode()).hexdigest(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], len(sys.argv) > 2)
