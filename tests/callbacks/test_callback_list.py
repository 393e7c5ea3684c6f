"""Callbacks told together, and the progress bar among them."""

import numpy as np
import pytest

import cornu as keras
from cornu.callbacks import Callback, CallbackList, History, ProgbarLogger
from cornu.utils import Progbar

HOOKS = [name for name in vars(Callback) if name.startswith("on_")]


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_reaches_each_callback_in_order(hook):
    told = []

    def listener(name):
        callback = Callback()
        setattr(callback, hook, lambda *args, **kwargs: told.append((name, args)))
        return callback

    args = ({"loss": 1.0},) if "batch" not in hook and "epoch" not in hook else (3, {"loss": 1.0})
    getattr(CallbackList([listener("a"), listener("b")]), hook)(*args)
    assert told == [("a", args), ("b", args)]


def test_model_and_params_reach_each_callback():
    a, b = Callback(), Callback()
    both = CallbackList([a, b], model="m", epochs=3)
    assert (a.model, b.model, both.model) == ("m", "m", "m")
    assert a.params == b.params == {"epochs": 3}


def test_history_and_bar_are_added_once():
    kinds = [type(c) for c in CallbackList([History()], add_history=True, add_progbar=True).callbacks]
    assert sorted(k.__name__ for k in kinds) == ["History", "ProgbarLogger"]


def test_what_is_no_callback_is_refused():
    with pytest.raises(TypeError) as error:
        CallbackList([3])
    assert str(error.value) == (
        "callbacks needs Callback objects; got 3. Derive the class from cornu.callbacks.Callback."
    )


def test_only_callbacks_that_need_batches_ask_for_them():
    class Sees(Callback):
        def on_batch_end(self, batch, logs=None): ...

    class Takes(Sees):
        needs_batches = False

    assert CallbackList([Sees()]).wants_batches == {"train": True, "test": False, "predict": False}
    assert CallbackList([Takes(), Callback()]).wants_batches == {"train": False, "test": False, "predict": False}


def test_bar_of_a_loop(capsys):
    told = CallbackList(add_progbar=True, epochs=2, steps=2, verbose=2)
    told.on_train_begin()
    for epoch in range(2):
        told.on_epoch_begin(epoch)
        for batch in range(2):
            told.on_train_batch_end(batch, {"loss": 1.0 - batch / 2})
        told.on_test_begin()
        told.on_test_batch_end(0, {"loss": 9.0})
        told.on_test_end({"loss": 9.0})
        told.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.25})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2" and lines[2] == "Epoch 2/2" and len(lines) == 4
    assert lines[1].startswith("2/2 - ") and lines[1].endswith("/step - loss: 0.5000 - val_loss: 0.2500")


def test_bar_in_fit_takes_the_place_of_its_line(capsys):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=2, callbacks=[ProgbarLogger()])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 and lines[0].startswith("1/1 - ") and " - loss: " in lines[0]


def test_bar_shows_last_values(capsys):
    bar = Progbar(None, verbose=2, unit_name="file")
    bar.add(2, [("loss", 4.0)])
    bar.update(3, [("loss", np.array([1.0, 2.0])), ("name", "x")], finalize=True)
    out = capsys.readouterr().out
    assert out.startswith("3/3 - ") and out.endswith("/file - loss: 1.5000 - name: x\n")
