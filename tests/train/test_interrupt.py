"""Ctrl-C at any moment: never lost, and never in the middle of what has to be whole."""

import gc
import os
import signal
import sys
import threading
import time

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.core import tree
from cornu.train import interrupt, state
from tests.train.oracle import A, X, single


@pytest.fixture(autouse=True)
def listening():
    """Processes of pytest-xdist ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press():
    os.kill(os.getpid(), signal.SIGINT)


def compiled():
    model = single(cornu)
    model.compile("adam", "mse")
    return model


class Pressing(layers.Layer):
    """Presses Ctrl-C while it is traced, in a place where an exception is swallowed."""

    couples_rows = False
    presses = 0

    def call(self, x):
        try:
            for _ in range(self.presses):
                press()
        except KeyboardInterrupt:
            pass
        return x

    def compute_output_shape(self, input_shape):
        return input_shape


@pytest.mark.parametrize("use", ["fit", "evaluate", "predict", "predict_on_batch", "train_on_batch"])
def test_one_that_comes_while_a_step_is_traced_is_raised_when_it_is_done(use):
    x = layers.Input((4,))
    pressing = Pressing()
    model = cornu.Model(x, layers.Dense(2)(pressing(x)))
    model.compile("adam", "mse")
    before = model.get_weights()
    pressing.presses = 1
    arguments = {"y": A} if "predict" not in use else {}
    if "batch" not in use:
        arguments["verbose"] = 0
    with pytest.raises(KeyboardInterrupt):
        getattr(model, use)(X, **arguments)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    pressing.presses = 0
    getattr(model, use)(X, **arguments)


def test_one_that_comes_while_values_are_written_back(monkeypatch):
    model = compiled()

    def write(variables, values):
        for variable, value in zip(variables, values, strict=True):
            if when == "then":
                press()  # once for each variable: a second one does not cut this either
            plain([variable], [value])

    plain, when = state.write_values, "not yet"
    monkeypatch.setattr(state, "write_values", write)
    model.fit(X, A, verbose=0)
    before, when = model.get_weights(), "then"
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, A, verbose=0)
    after = model.get_weights()  # all there, and all of the step that was run
    assert all((a != b).any() for a, b in zip(after, before, strict=True))
    assert int(np.asarray(model.optimizer.iterations)) == 2


def through_set_weights(model):
    zeros, trained = [np.zeros_like(w) for w in model.get_weights()], model.get_weights()

    def write():
        model.set_weights(zeros)
        model.set_weights(trained)

    return write, lambda: None


def through_state_tree(model):
    trained = model.get_state_tree("numpy_array")
    zeros = tree.map_structure(np.zeros_like, trained)

    def write():
        model.set_state_tree(zeros)
        model.set_state_tree(trained)

    return write, lambda: None


def through_averages(model):
    callback = cornu.callbacks.SwapEMAWeights()
    callback.set_model(model)

    def write():
        callback.on_test_begin()
        callback.on_test_end()

    return write, callback.on_test_end


@pytest.mark.parametrize("way", [through_set_weights, through_state_tree, through_averages])
def test_all_weights_are_written_or_none(way):
    model = cornu.Sequential([layers.Input((1,)), *[layers.Dense(1, bias_initializer="ones") for _ in range(20)]])
    model.compile(cornu.optimizers.SGD(0.01, use_ema=True), "mse")
    model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
    trained = np.concatenate([w.ravel() for w in model.get_weights()])
    write, put_back = way(model)
    random, cut = np.random.default_rng(0), 0
    for _ in range(20):
        timer = threading.Timer(random.uniform(0.001, 0.01), press)
        end = time.monotonic() + 5
        try:
            with interrupt.handled():
                timer.start()
                while time.monotonic() < end:
                    write()
        except KeyboardInterrupt:
            cut += 1
        put_back()
        now = np.concatenate([w.ravel() for w in model.get_weights()])
        assert (now == trained).all() or (now == 0).all()
    assert cut == 20


class Cycle:
    def __init__(self):
        self.me = self


def test_one_that_the_garbage_collector_swallows_is_raised_after_all():
    model = compiled()
    pressed = []

    def collected(phase, info):
        if listening and not pressed:
            pressed.append(phase)
            press()

    def start(epoch, logs):
        listening.append(True)
        Cycle()
        gc.collect()

    listening = []
    hook = sys.unraisablehook
    gc.callbacks.append(collected)
    callback = cornu.callbacks.LambdaCallback(on_epoch_begin=start)
    try:
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, A, verbose=0, callbacks=[callback])
    finally:
        gc.callbacks.remove(collected)
    assert pressed and sys.unraisablehook is hook
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_else_is_swallowed_is_reported_as_ever(monkeypatch):
    class Bad:
        def __del__(self):
            raise ZeroDivisionError

    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_type))
    with interrupt.handled():
        Bad()
    assert reported == [ZeroDivisionError]


def test_a_second_one_ends_tracing():
    steps = []
    with pytest.raises(KeyboardInterrupt), interrupt.handled(), interrupt.deferred(cut_by=2):
        press()
        steps.append("traced on")
        press()
        steps.append("and on")
    assert steps == ["traced on"]


def test_what_must_not_be_cut_is_not_cut_by_any_number():
    steps = []
    with pytest.raises(KeyboardInterrupt), interrupt.handled(), interrupt.deferred(cut_by=2), interrupt.deferred():
        for _ in range(3):
            press()
        steps.append("done")
    assert steps == ["done"]


def test_outside_of_a_block_it_is_raised_at_once_and_a_handler_of_the_users_stays():
    with interrupt.handled(), pytest.raises(KeyboardInterrupt):
        press()
    heard = []
    signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    with interrupt.handled(), interrupt.deferred():
        press()
        assert heard == [True]
