"""The same training with Cornu and with Keras, from equal weights."""

import contextlib
import warnings

import jax
import keras
import numpy as np

import cornu

RNG = np.random.default_rng(7)
ROWS = 10
X = RNG.normal(size=(ROWS, 4)).astype("float32")
A = RNG.normal(size=(ROWS, 2)).astype("float32")
B = RNG.integers(0, 3, size=ROWS).astype("int32")
C = RNG.normal(size=(ROWS, 1)).astype("float32")
W = RNG.uniform(0.2, 2.0, size=ROWS).astype("float32")


def single(k):
    """One output of two units, "a"."""
    x = k.Input((4,), name="x")
    return k.Model(x, k.layers.Dense(2, name="a")(k.layers.Dense(5, activation="relu", name="h")(x)))


def heads(k, arrange=list, **options):
    """Outputs "a" (two units) and "b" (three classes), put together by ``arrange``."""
    x = k.Input((4,), name="x")
    h = k.layers.Dense(5, activation="relu", name="h", **options)(x)
    a = k.layers.Dense(2, name="a")(h)
    b = k.layers.Dense(3, activation=jax.nn.softmax, name="b")(h)
    return k.Model(x, arrange([a, b]))


def subclassed(k, arrange):
    """The same two outputs from a subclass, so without names of their own."""

    class Heads(k.Model):
        def __init__(self):
            super().__init__()
            self.h = k.layers.Dense(5, activation="relu")
            self.a = k.layers.Dense(2)
            self.b = k.layers.Dense(3, activation=jax.nn.softmax)

        def call(self, x):
            h = self.h(x)
            return arrange([self.a(h), self.b(h)])

    model = Heads()
    model(X[:2])
    return model


@contextlib.contextmanager
def _unoptimized():
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        yield
    finally:
        jax.config.update("jax_disable_most_optimizations", False)


def both(build, use, **compile_arguments):
    """``use(library, model)`` of Cornu and of Keras.

    Arguments of ``compile`` that are functions named ``of`` get the library. XLA's optimizations are left out, which
    saves a quarter of the time of these tests.
    """
    cornu.utils.set_random_seed(1)  # some beginnings magnify rounding beyond any tolerance
    results = []
    weights = None
    for k in (cornu, keras):
        model = build(k)
        if weights is None:
            weights = model.get_weights()
        else:
            model.set_weights(weights)
        given = {n: v(k) if getattr(v, "__name__", "") == "of" else v for n, v in compile_arguments.items()}
        if given:
            model.compile(**{"optimizer": k.optimizers.SGD(0.1), **given})
        with warnings.catch_warnings(), _unoptimized():
            if k is keras:
                warnings.simplefilter("ignore")
            results.append(use(k, model))
    return results


def assert_same(ours, theirs, rtol=1e-5, atol=1e-6, path=""):
    """Equal structures, names in the same order, numbers to 1e-5."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict) and list(ours) == list(theirs), f"{path}: {ours} is not {theirs}"
        for key in theirs:
            assert_same(ours[key], theirs[key], rtol, atol, f"{path}/{key}")
    elif isinstance(theirs, (list, tuple)):
        assert isinstance(ours, (list, tuple)) and len(ours) == len(theirs), f"{path}: {ours} is not {theirs}"
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            assert_same(*pair, rtol, atol, f"{path}/{index}")
    elif theirs is None or isinstance(theirs, (str, bool)):
        assert ours == theirs, path
    else:
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=rtol, atol=atol, err_msg=path)
        assert np.asarray(ours).shape == np.asarray(theirs).shape, path


def cut(data, rows):
    """The first rows of every array."""
    if isinstance(data, dict):
        return {k: cut(v, rows) for k, v in data.items()}
    if isinstance(data, (list, tuple)):
        return type(data)(cut(v, rows) for v in data)
    return None if data is None else data[:rows]
