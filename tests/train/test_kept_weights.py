"""Predictions keep the packed weights of convolutions; whatever changes a weight is seen by the next one."""

import gc

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.kernels import kept, native

pytestmark = pytest.mark.skipif(not native.available(), reason="the library was not built")

X = np.random.default_rng(0).normal(size=(6, 7, 7, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")
# One compiled call, kept at hand; and the driver's.
WAYS = {"one batch": 8, "driver": 2}


def small_model():
    keras.utils.set_random_seed(3)
    x = inputs = keras.Input((7, 7, 3))
    x = layers.BatchNormalization()(layers.Conv2D(32, 3, padding="same", activation="relu")(x))
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="middle")(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    model.compile(keras.optimizers.SGD(0.05, use_ema=True), "mse")
    return model


def set_weights(model, folder):
    model.set_weights([w * 1.5 for w in model.get_weights()])


def fit(model, folder):
    model.fit(X, Y, verbose=0)


def load_weights(model, folder):
    other = small_model()
    set_weights(other, folder)
    other.save_weights(folder / "x.weights.h5")
    model.load_weights(folder / "x.weights.h5")


def assign(model, folder):
    model.get_layer("middle").kernel.assign(np.ones((3, 3, 32, 32)))


def add_in_place(model, folder):
    model.get_layer("middle").kernel.assign_add(np.ones((3, 3, 32, 32)))


def swap(model, folder):
    model.fit(X, Y, verbose=0, epochs=2)
    model.predict(X, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])
    model.optimizer.finalize_variable_values(model.trainable_variables)


@pytest.mark.parametrize("change", [set_weights, fit, load_weights, assign, add_in_place, swap])
def test_a_change_of_weights_is_seen_by_the_next_prediction(change, tmp_path):
    model = small_model()
    predict = {way: lambda rows=rows: model.predict(X, batch_size=rows, verbose=0) for way, rows in WAYS.items()}
    for run in predict.values():
        np.testing.assert_allclose(run(), model(X), rtol=1e-4, atol=1e-5)
    before = predict["driver"]()
    change(model, tmp_path)
    for run in predict.values():
        np.testing.assert_allclose(run(), model(X), rtol=1e-4, atol=1e-5)
    assert not np.allclose(predict["driver"](), before)


def test_predictions_and_evaluations_of_the_same_weights_share_what_is_packed_and_give_it_back():
    gc.collect()
    before = len(kept._kept)
    model = small_model()
    model.predict(X, verbose=0)
    packed = {id(entry[1]) for entry in kept._kept.values()}
    for rows in (1, 2, 4):
        model.predict(X[:rows], verbose=0)
    model.predict(X, batch_size=2, verbose=0)
    model.evaluate(X, Y, verbose=0)
    assert {id(entry[1]) for entry in kept._kept.values()} == packed
    assert len(packed) == before + 2
    model.get_layer("middle").kernel.assign(np.ones((3, 3, 32, 32)))
    assert len(kept._kept) == before + 1
    fit(model, None)
    assert len(kept._kept) == before
    model.predict(X, verbose=0)
    del model
    gc.collect()
    assert len(kept._kept) == before


def test_weights_that_are_not_trained_are_seen_as_well():
    model = small_model()
    model.trainable = False
    for rows in WAYS.values():
        for value in (0.1, 0.2):
            model.get_layer("middle").kernel.assign(np.full((3, 3, 32, 32), value))
            np.testing.assert_allclose(model.predict(X, batch_size=rows, verbose=0), model(X), rtol=1e-4, atol=1e-5)
