"""Recorded logs, told to a callback of Cornu's and to Keras's, with one tiny model each."""

import functools
import warnings

import keras as oracle
import numpy as np

import cornu

X, Y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")


def tiny(library, metrics=("mae", "accuracy"), optimizer=None):
    """A compiled and built model of one Dense layer; its kernel says which epoch it is in."""
    model = library.Sequential([library.Input((2,)), library.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer or library.optimizers.SGD(0.5), "mse", metrics=list(metrics))
    return model


@functools.cache
def fitted_pair():
    """One of each library, whose metrics exist."""
    models = []
    for library in (cornu, oracle):
        model = tiny(library)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.evaluate(X, Y, verbose=0)
        models.append(model)
    return models


def replay(callback, model, logs, rate=0.5):
    """What is seen after each epoch: whether to stop, the rate, the logs; and at the end the first weight."""
    model.stop_training = False
    model.optimizer.learning_rate = rate
    callback.set_params({"epochs": len(logs), "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin()
    seen = []
    for epoch, entry in enumerate(logs):
        callback.on_epoch_begin(epoch)
        model.set_weights([np.full((2, 1), float(epoch)), np.zeros(1)])
        entry = dict(entry)
        callback.on_epoch_end(epoch, entry)
        seen.append((model.stop_training, float(np.asarray(model.optimizer.learning_rate)), entry))
        if model.stop_training:
            break
    callback.on_train_end()
    return seen, float(model.get_weights()[0][0, 0])


def both(name, kwargs, logs):
    """The replay of Cornu's callback, which must be that of Keras's."""
    mine, theirs = fitted_pair()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = replay(getattr(cornu.callbacks, name)(**kwargs), mine, logs)
        wanted = replay(getattr(oracle.callbacks, name)(**kwargs), theirs, logs)
    assert ours == wanted
    return ours
