"""Memory and compilations over many runs of one small model: neither grows."""

import gc
import os
import resource

import numpy as np
import pytest

import cornu
from cornu import layers
from tests.train.oracle import A, X, single


def resident_bytes():
    """Memory of this process in RAM."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def growth(run, times, warm):
    """By how much memory grows over ``times`` calls, after ``warm`` of them."""
    for _ in range(warm):
        run()
    gc.collect()
    before = resident_bytes()
    for _ in range(times):
        run()
    gc.collect()
    return resident_bytes() - before


linux = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads /proc")


@linux
def test_predictions_leave_memory_as_it_was():
    model = single(cornu)
    grown = growth(lambda: model.predict(X, verbose=0), 8_000, 1_000)
    grown += growth(lambda: model.predict_on_batch(X), 2_000, 200)
    assert grown < 1 << 20, f"{grown / 1024:.0f} KiB"
    assert model.predict(X, verbose=0).shape == (10, 2)


@linux
def test_fits_leave_memory_as_it_was():
    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(layers.Dropout(0.5)(layers.Dense(8)(x))))
    model.compile("adam", "mse", metrics=["mae"])

    def run():
        model.fit(X, A, batch_size=4, epochs=2, verbose=0, validation_data=(X, A))

    run()
    traces = dict(model.training_setup.traces)
    grown = growth(run, 100, 30)
    assert grown < 1 << 20, f"{grown / 1024:.0f} KiB"
    assert model.training_setup.traces == traces
    assert np.isfinite(model.get_weights()[0]).all()
