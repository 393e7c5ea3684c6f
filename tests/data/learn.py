"""A linear model small enough to train in milliseconds, and what training on rows X, Y makes of it."""

import importlib
import os

import numpy as np
import pytest

import cornu

RNG = np.random.default_rng(11)
X = RNG.normal(size=(10, 3)).astype("float32")
Y = RNG.integers(0, 2, size=10).astype("float32")
W = RNG.uniform(0.5, 2, size=10).astype("float32")
BATCHES = [slice(0, 4), slice(4, 8), slice(8, 10)]


def need(library):
    """The library, or a skipped test; where CORNU_ALL_SOURCES is set, one that fails."""
    if os.environ.get("CORNU_ALL_SOURCES"):
        return importlib.import_module(library)
    return pytest.importorskip(library)


def linear(columns=None):
    """One unit on 3 features, or on as many inputs of 1 as there are names; weights of a known start."""
    if columns is None:
        x = h = cornu.Input((3,))
    else:
        x = {name: cornu.Input((1,), name=name) for name in columns}
        h = cornu.layers.Concatenate()(list(x.values()))
    model = cornu.Model(x, cornu.layers.Dense(1, kernel_initializer="ones")(h))
    model.compile(cornu.optimizers.SGD(0.1), "mse")
    return model


def weights_after(*data, columns=None, **arguments):
    """Weights after one epoch in order, of batches of 4 if ``data`` are rows."""
    model = linear(columns)
    model.fit(*data, verbose=0, shuffle=False, **arguments)
    return np.concatenate([w.ravel() for w in model.get_weights()])


def assert_learns_the_same(found, *data, **arguments):
    """As from the arrays themselves."""
    np.testing.assert_array_equal(found, weights_after(*data, batch_size=4, **arguments))
