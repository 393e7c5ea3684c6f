"""Callbacks that change or watch training itself, in fit: TerminateOnNaN, SwapEMAWeights."""

import keras as oracle
import numpy as np
import pytest

import cornu
from cornu.callbacks import Callback, LambdaCallback, SwapEMAWeights, TerminateOnNaN
from tests.callbacks.recorded import X, Y, tiny

pytestmark = pytest.mark.filterwarnings("ignore::cornu.train.watch.NonFiniteWarning")


def test_nan_stops_in_its_epoch(capsys):
    model = tiny(cornu, metrics=())
    callback = TerminateOnNaN()
    history = model.fit(X, Y * np.nan, batch_size=1, epochs=5, verbose=0, callbacks=[callback])
    assert history.epoch == [0] and model.stop_training
    assert capsys.readouterr().out == "Batch 0: Invalid loss, terminating training\n"
    assert int(model.optimizer.iterations.numpy()) == 0  # the step changed nothing
    assert not cornu.callbacks.CallbackList([callback]).wants_batches["train"]


def test_nan_between_two_looks_stops_at_the_end_of_its_epoch(capsys):
    callback = TerminateOnNaN()
    callback.set_model(tiny(cornu))
    callback.on_epoch_end(2, {"loss": float("nan")})
    assert callback.model.stop_training
    assert capsys.readouterr().out == "Epoch 3: Invalid loss, terminating training\n"


def test_nan_stops_at_its_batch_where_batches_are_told(capsys):
    class Counts(Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    model, counts = tiny(cornu, metrics=()), Counts()
    model.fit(X, Y * np.inf, batch_size=1, epochs=3, verbose=0, callbacks=[counts, TerminateOnNaN()])
    assert counts.batches == 1
    assert capsys.readouterr().out == "Batch 0: Invalid loss, terminating training\n"


def test_nan_as_an_error():
    callback = TerminateOnNaN(raise_error=True)
    callback.set_model(tiny(cornu))
    callback.on_batch_end(2, {"loss": 1.0})
    with pytest.raises(RuntimeError) as error:
        callback.on_batch_end(3, {"loss": float("inf")})
    assert str(error.value) == (
        "Batch 3 needs a finite loss; got inf. Lower the learning rate, clip gradients, or look for NaN in the data."
    )


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_take_turns_with_weights(swap_on_epoch):
    runs = []
    for library in (cornu, oracle):
        model = tiny(library, (), library.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
        seen = []

        def look(epoch, logs, model=model, seen=seen):
            seen.append(model.get_weights()[0][0, 0])

        callbacks = [
            library.callbacks.SwapEMAWeights(swap_on_epoch),
            library.callbacks.LambdaCallback(on_epoch_end=look),
        ]
        history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=callbacks).history
        runs.append((seen, model.get_weights()[0][0, 0], history["loss"], history["val_loss"]))
    for ours, theirs in zip(*runs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_training_goes_on_after_averages_were_seen():
    model = tiny(cornu, (), cornu.optimizers.SGD(0.1, use_ema=True))
    for swap_on_epoch in (True, False):
        model.fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[SwapEMAWeights(swap_on_epoch)])
    before = model.get_weights()[0].copy()
    model.predict(X, verbose=0, callbacks=[SwapEMAWeights()])
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_averages_that_nobody_keeps():
    with pytest.raises(ValueError) as error:
        tiny(cornu).fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[SwapEMAWeights()])
    assert str(error.value) == (
        "SwapEMAWeights needs an optimizer with use_ema=True; got SGD. "
        "Compile the model with for example Adam(use_ema=True)."
    )


def test_functions_as_hooks():
    told = []
    tiny(cornu).fit(
        X, Y, epochs=2, verbose=0, callbacks=[LambdaCallback(on_epoch_begin=lambda epoch, logs: told.append(epoch))]
    )
    assert told == [0, 1]


def test_rates_and_stopping_in_fit():
    runs = []
    for library in (cornu, oracle):
        # Rate 0.5 throws the weights to and fro, so that the loss stands still until the rate is lowered.
        model = tiny(library, (), library.optimizers.SGD(0.5))
        of = library.callbacks
        callbacks = [
            of.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            of.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=0.3),
            of.EarlyStopping("val_loss", patience=2, min_delta=0.1, restore_best_weights=True),
        ]
        history = model.fit(X, Y, epochs=9, verbose=0, validation_data=(X, Y), callbacks=callbacks)
        runs.append((history.epoch, *(history.history[n] for n in sorted(history.history)), *model.get_weights()))
    assert 2 < len(runs[0][0]) < 9
    for ours, theirs in zip(*runs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_fit_that_goes_on_stops_and_logs_as_one_that_was_whole(tmp_path):
    def run(name, *limits):
        cornu.utils.set_random_seed(1)
        for epochs in limits:
            model = tiny(cornu, (), cornu.optimizers.SGD(0.5))
            callbacks = [
                cornu.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=0.3),
                cornu.callbacks.EarlyStopping("loss", patience=3, min_delta=0.1),
                cornu.callbacks.CSVLogger(tmp_path / f"{name}.csv"),
            ]
            history = model.fit(X, Y, epochs=epochs, verbose=0, callbacks=callbacks, resume=tmp_path / name)
        return history.history, (tmp_path / f"{name}.csv").read_text()

    whole = run("whole", 9)
    assert 3 < len(whole[0]["loss"]) < 9
    assert run("halves", 2, 9) == whole


def test_a_checkpoint_holds_the_weights_that_averages_stand_for(tmp_path):
    def run(folder, epochs):
        model = tiny(cornu, (), cornu.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
        history = model.fit(
            X, Y, epochs=epochs, verbose=0, callbacks=[SwapEMAWeights(swap_on_epoch=True)], resume=folder
        ).history
        return model.get_weights()[0], history["loss"]

    whole, losses = run(tmp_path / "whole", 4)
    run(tmp_path / "cut", 2)
    resumed, again = run(tmp_path / "cut", 4)
    np.testing.assert_array_equal(resumed, whole)
    assert again == losses
