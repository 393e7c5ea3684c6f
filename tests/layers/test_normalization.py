"""Normalisation: padded rows, freezing, precision, errors; values and gradients are in the contract."""

import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import context
from cornu.core.spec import KerasTensor

X = np.random.default_rng(0).normal(size=(4, 3, 2)).astype("float32")
ROWS = np.array([1, 1, 1, 1, 0, 0], "float32")
PADDED = np.concatenate([X, np.full((2, 3, 2), np.nan, "float32")])
MASK = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], bool)


@pytest.mark.parametrize("mask", [None, MASK], ids=["unmasked", "masked"])
@pytest.mark.parametrize("axis", [-1, 1])
def test_padded_rows_do_not_count(mask, axis):
    alone, padded = (layers.BatchNormalization(axis=axis, momentum=0.5) for _ in range(2))
    expected = alone(X, training=True, mask=mask)
    wider = None if mask is None else np.concatenate([mask, np.ones((2, 3), bool)])
    with context.scope(rows=ROWS):
        y = padded(PADDED, training=True, mask=wider)
    np.testing.assert_allclose(y[:4], expected, rtol=1e-5, atol=1e-6)
    for a, b in zip(padded.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_frozen_uses_and_keeps_the_moving_statistics():
    layer = layers.BatchNormalization()
    layer(X, training=True)
    layer.trainable = False
    before = layer.get_weights()
    np.testing.assert_array_equal(layer(X, training=True), layer(X, training=False))
    for a, b in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    layer.trainable = True
    layer(X, training=True)
    assert not np.array_equal(layer.get_weights()[2], before[2])


def test_far_from_zero_the_variance_stays_right():
    x = X * 0.1 + 1000
    layer = layers.BatchNormalization(momentum=0.0)
    layer(x, training=True)
    np.testing.assert_allclose(layer.moving_variance, x.astype("float64").var((0, 1)), rtol=1e-3)
    y = layers.LayerNormalization(axis=[1, 2], epsilon=1e-6)(x)
    np.testing.assert_allclose(np.asarray(y).std((1, 2)), 1, rtol=1e-2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("BatchNormalization", {}), ("LayerNormalization", {}), ("GroupNormalization", {"groups": 2})],
)
def test_sixteen_bits_do_not_overflow(name, arguments):
    x = np.array([[300.0, -300.0], [200.0, 100.0]], "float16")
    ours = getattr(layers, name)(**arguments, dtype="mixed_float16")(x)
    theirs = getattr(keras.layers, name)(**arguments, dtype="mixed_float16")(x)
    assert ours.dtype == theirs.dtype == "float16"
    np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)


def test_spectral_normalization_shares_the_kernel():
    layer = layers.SpectralNormalization(layers.Dense(4, name="dense"), power_iterations=20, name="sn")
    layer(X[:, 0], training=True)
    assert [w.path for w in layer.weights] == ["sn/dense/kernel", "sn/vector_u", "sn/dense/bias"]
    np.testing.assert_allclose(np.linalg.svd(layer.layer.get_weights()[0])[1][0], 1, rtol=1e-4)
    inside = layers.SpectralNormalization(layers.Embedding(5, 3))
    assert inside(np.array([[1, 2]]), training=True).shape == (1, 2, 3)


def symbolic(*shape):
    return KerasTensor(shape)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: layers.BatchNormalization(axis=3, name="bn")(symbolic(None, 4)),
            "BatchNormalization 'bn' needs an input with an axis 3 that is not the batch's; got shape (None, 4). "
            "Correct axis, or the input.",
        ),
        (
            lambda: layers.BatchNormalization(axis=(1, 2)),
            "BatchNormalization's axis needs an int; got (1, 2). Name the channel axis, mostly -1.",
        ),
        (
            lambda: layers.BatchNormalization(renorm_clipping={"max": 1}),
            "BatchNormalization's renorm_clipping needs keys among 'rmax', 'rmin', 'dmax'; got 'max'. "
            "Remove or rename them.",
        ),
        (
            lambda: layers.BatchNormalization(name="bn")(symbolic(None, None)),
            "Weight 'gamma' of layer 'bn' (BatchNormalization) needs known sizes; got shape (None,). "
            "Give the size in Input(shape=...), or reshape so that it is known.",
        ),
        (
            lambda: layers.LayerNormalization(axis=[1, 4], name="ln")(symbolic(None, 4)),
            "LayerNormalization 'ln' needs an input that has axis 1 and 4; got shape (None, 4). Correct axis.",
        ),
        (
            lambda: layers.GroupNormalization(3, name="gn")(symbolic(None, 4)),
            "GroupNormalization 'gn' needs groups that divide the 4 channels; got 3. "
            "Pass groups= a divisor, or -1 for one for each channel.",
        ),
        (
            lambda: layers.SpectralNormalization(layers.Activation("relu"), name="sn")(symbolic(None, 4)),
            "SpectralNormalization 'sn' needs a layer that has a kernel or embeddings; got Activation. "
            "Wrap for example a Dense or Conv2D.",
        ),
        (
            lambda: layers.SpectralNormalization("dense"),
            "A wrapper's layer needs a layer; got 'dense'. Pass an instance such as Dense(8).",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    assert str(caught.value) == message


def test_older_files_scale_without_the_mean():
    ours = layers.LayerNormalization(rms_scaling=True)
    with pytest.warns(UserWarning, match="rms_scaling"):
        theirs = keras.layers.LayerNormalization(rms_scaling=True)
    np.testing.assert_allclose(ours(X), theirs(X), rtol=1e-5, atol=1e-6)
    assert len(ours.weights) == len(theirs.weights)
