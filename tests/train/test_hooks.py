"""What callbacks are told, in which order and with which logs: as Keras."""

import numpy as np
import pytest

import cornu
from tests.train.oracle import A, X, assert_same, both, single

KINDS = ("train", "test", "predict")


def recorder(k, told):
    """A callback that notes every hook with its arguments."""

    def note(name):
        def of_a_run(self, logs=None):
            told.append((name, dict(logs)))

        def of_a_step(self, index, logs=None):
            told.append((name, index, {n: np.shape(v) if n == "outputs" else v for n, v in logs.items()}))

        return of_a_step if "batch" in name or "epoch" in name else of_a_run

    names = [f"on_{kind}_{end}" for kind in KINDS for end in ("begin", "end")]
    names += [f"on_{kind}_batch_{end}" for kind in KINDS for end in ("begin", "end")]
    names += ["on_epoch_begin", "on_epoch_end"]
    return type("Recorder", (k.callbacks.Callback,), {name: note(name) for name in names})()


def test_hooks_of_fit_evaluate_and_predict():
    def use(k, model):
        told = []
        callback = recorder(k, told)
        data = {"batch_size": 4, "verbose": 0, "callbacks": [callback]}
        model.fit(X, A, epochs=2, shuffle=False, validation_data=(X[:7], A[:7]), **data)
        params = dict(sorted(callback.params.items()))
        model.evaluate(X, A, **data)
        model.predict(X, **data)
        assert callback.model is model
        return told, params

    assert_same(*both(single, use, loss="mse", metrics=["mae"]))


def test_hooks_when_a_callback_stops_training():
    def use(k, model):
        told = []

        def stop(batch, logs):
            model.stop_training = batch == 1

        stopping = k.callbacks.LambdaCallback(on_train_batch_end=stop)
        history = model.fit(
            X, A, batch_size=4, epochs=3, shuffle=False, verbose=0, callbacks=[stopping, recorder(k, told)]
        )
        return told, history.history, history.epoch, model.get_weights()

    assert_same(*both(single, use, loss="mse", metrics=["mae"]))


def test_stopping_at_the_end_of_an_epoch():
    def use(k, model):
        def stop(epoch, logs):
            model.stop_training = epoch == 1

        stopping = k.callbacks.LambdaCallback(on_epoch_end=stop)
        return model.fit(X, A, epochs=5, shuffle=False, verbose=0, callbacks=[stopping]).history

    assert_same(*both(single, use, loss="mse"))


def test_a_finite_generator_tells_of_no_batch_that_does_not_come():
    told = []
    model = single(cornu)
    model.compile("sgd", "mse")
    model.fit(((X[:4], A[:4]) for _ in range(3)), verbose=0, callbacks=[recorder(cornu, told)])
    begun, ended = ([hook[1] for hook in told if hook[0] == f"on_train_batch_{end}"] for end in ("begin", "end"))
    assert ended == [0, 1, 2]
    assert begun == [0, 1, 2]


@pytest.mark.parametrize("name", ["on_epoch_end", "on_train_batch_end"])
def test_what_hooks_do_to_logs_reaches_the_history_as_in_keras(name):
    def use(k, model):
        def change(index, logs):
            logs["own"] = 1.5

        callback = k.callbacks.LambdaCallback(**{name: change})
        return model.fit(X, A, epochs=2, shuffle=False, verbose=0, callbacks=[callback]).history

    assert_same(*both(single, use, loss="mse"))
