"""What the random layers draw: Keras's numbers for the same seed, and nothing at inference."""

import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import context

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
IMAGES = np.random.default_rng(0).normal(size=(2, 3, 2, 4)).astype("float32")
VOLUMES = np.random.default_rng(0).normal(size=(2, 3, 2, 2, 4)).astype("float32")


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize(
    ("name", "arguments", "x"),
    [
        ("Dropout", {"rate": 0.3}, X),
        ("Dropout", {"rate": 1.0}, X),
        ("Dropout", {"rate": 0.3, "noise_shape": (None, 1, 3)}, X),
        ("SpatialDropout1D", {"rate": 0.3}, X),
        ("SpatialDropout2D", {"rate": 0.3}, IMAGES),
        ("SpatialDropout2D", {"rate": 0.3, "data_format": "channels_first"}, IMAGES),
        ("SpatialDropout3D", {"rate": 0.3}, VOLUMES),
        ("GaussianNoise", {"stddev": 0.3}, X),
        ("GaussianDropout", {"rate": 0.3}, X),
        ("AlphaDropout", {"rate": 0.3}, X),
        ("AlphaDropout", {"rate": 0.3, "noise_shape": (2, 1, 3)}, X),
    ],
)
def test_draws_are_those_of_keras(name, arguments, x, dtype):
    ours = getattr(layers, name)(**arguments, seed=7, dtype=dtype)
    theirs = getattr(keras.layers, name)(**arguments, seed=7, dtype=dtype)
    for _ in range(2):  # the second draw as well: the streams advance alike
        y, expected = ours(x, training=True), theirs(x, training=True)
        assert y.dtype == expected.dtype
        np.testing.assert_allclose(y, expected, rtol=1e-6 if dtype == "float32" else 2e-3, atol=1e-6)
    np.testing.assert_array_equal(ours(x), x.astype(dtype))


def test_without_a_rate_there_is_no_stream():
    assert not layers.Dropout(0).variables
    assert len(layers.Dropout(0.5).variables) == 1
    assert not layers.Dropout(0.5).weights


def test_activity_regularization_leaves_padded_rows_out():
    layer = layers.ActivityRegularization(l1=0.1, l2=0.2)
    oracle = keras.layers.ActivityRegularization(l1=0.1, l2=0.2)
    layer(X), oracle(X)
    np.testing.assert_allclose(layer.losses, oracle.losses, rtol=1e-6)
    padded = np.concatenate([X, np.full((1, 4, 3), np.nan, "float32")])
    with context.scope(rows=np.array([1.0, 1.0, 0.0], "float32"), losses=(losses := [])):
        layer(padded)
    np.testing.assert_allclose(losses, oracle.losses, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: layers.Dropout(1.5),
            "Dropout's rate needs a number from 0 to 1; got 1.5. Pass for example 0.5.",
        ),
        (
            lambda: layers.AlphaDropout(1.0),
            "AlphaDropout's rate needs a number from 0 to below 1; got 1.0. Pass for example 0.5.",
        ),
        (
            lambda: layers.GaussianNoise(-1),
            "GaussianNoise's stddev needs a number from 0; got -1. Pass for example 0.1.",
        ),
        (
            lambda: layers.Dropout(0.5, noise_shape=(2, 1), name="d")(X, training=True),
            "noise_shape of Dropout 'd' needs 1, None or the input's size on each of the axes of (2, 4, 3); "
            "got (2, 1). Write 1 where all values share one draw.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == message
