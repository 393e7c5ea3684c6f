"""EarlyStopping, ReduceLROnPlateau and LearningRateScheduler decide as Keras's on the same logs."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.callbacks import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from tests.callbacks.recorded import both, fitted_pair, replay

NUMBERS = st.lists(st.sampled_from([0.0, 0.5, 0.625, 0.75, 1.0, 2.0]), min_size=1, max_size=8)


@given(
    values=NUMBERS,
    monitor=st.sampled_from(["loss", "val_loss", "mae", "val_accuracy", "accuracy"]),
    mode=st.sampled_from(["auto", "min", "max"]),
    min_delta=st.sampled_from([0, 0.125, -0.125, 0.3]),
    patience=st.integers(0, 3),
    baseline=st.sampled_from([None, 0.6, 0.75]),
    restore_best_weights=st.booleans(),
    start_from_epoch=st.integers(0, 3),
)
def test_early_stopping(values, monitor, **kwargs):
    both("EarlyStopping", {"monitor": monitor, **kwargs}, [{"other": 1.0, monitor: v} for v in values])


@given(
    values=NUMBERS,
    monitor=st.sampled_from(["loss", "val_accuracy"]),
    mode=st.sampled_from(["auto", "min", "max"]),
    factor=st.sampled_from([0.5, 0.1]),
    patience=st.integers(0, 3),
    min_delta=st.sampled_from([0, 0.125]),
    cooldown=st.integers(0, 3),
    min_lr=st.sampled_from([0.0, 0.1]),
)
def test_reduce_on_plateau(values, monitor, **kwargs):
    both("ReduceLROnPlateau", {"monitor": monitor, **kwargs}, [{monitor: v} for v in values])


@pytest.mark.parametrize("schedule", [lambda e: 0.5**e, lambda e, rate: rate * 0.5, lambda e: np.float32(0.25)])
def test_scheduler(schedule):
    seen, _ = both("LearningRateScheduler", {"schedule": schedule}, [{"loss": 1.0}] * 3)
    assert [entry["learning_rate"] for _, _, entry in seen] == [rate for _, rate, _ in seen]


@pytest.mark.parametrize("name", ["EarlyStopping", "ReduceLROnPlateau"])
def test_a_missing_name_changes_nothing(name):
    both(name, {"monitor": "val_loss", "patience": 0}, [{"loss": 1.0}] * 3)


@pytest.mark.parametrize(
    ("monitor", "names", "message"),
    [
        (
            "val_loss",
            ["loss", "mae"],
            "EarlyStopping(monitor='val_loss') needs that name in the logs; got loss, mae. "
            "Give fit validation_data or validation_split, or monitor 'loss'.",
        ),
        (
            "val_acc",
            ["accuracy", "loss", "val_accuracy", "val_loss"],
            "EarlyStopping(monitor='val_acc') needs that name in the logs; got accuracy, loss, val_accuracy, val_loss. "
            "Did you mean 'val_accuracy'?",
        ),
        (
            "f1",
            ["loss"],
            "EarlyStopping(monitor='f1') needs that name in the logs; got loss. "
            "Monitor one of these, or compile the model with that metric.",
        ),
    ],
)
def test_a_missing_name_is_told_once(monitor, names, message):
    callback = EarlyStopping(monitor, mode="min")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        replay(callback, fitted_pair()[0], [dict.fromkeys(names, 1.0)] * 3)
    assert [str(w.message) for w in told] == [message]


def test_nan_is_never_better():
    callback = EarlyStopping("loss", patience=3)
    seen, _ = replay(callback, fitted_pair()[0], [{"loss": v} for v in (float("nan"), 2.0, float("nan"), 1.0)])
    assert callback.best == 1.0 and not seen[-1][0]


def test_direction_of_metrics_of_several_outputs():
    loss, right = SimpleNamespace(name="loss"), SimpleNamespace(name="accuracy", _direction="up")
    model = SimpleNamespace(metrics=[loss, SimpleNamespace(name="all", metrics=[right])], stop_training=False)
    callback = EarlyStopping("val_left_accuracy")
    callback.set_model(model)
    for epoch, value in enumerate([0.5, 0.6]):
        callback.on_epoch_end(epoch, {"val_left_accuracy": value})
    assert callback.best == 0.6


@pytest.mark.parametrize("cls", [EarlyStopping, ReduceLROnPlateau])
def test_direction_that_nobody_knows(cls):
    callback = cls(monitor="speed")
    callback.set_model(fitted_pair()[0])
    with pytest.raises(ValueError) as error:
        callback.on_epoch_end(0, {"speed": 1.0})
    assert str(error.value) == (
        f"{cls.__name__}(monitor='speed') needs to know whether greater or smaller is better; got a metric that does "
        "not say. Pass mode='max' or mode='min'."
    )


def test_arguments_that_are_refused():
    with pytest.raises(ValueError) as error:
        ReduceLROnPlateau(factor=1.0)
    assert str(error.value) == "ReduceLROnPlateau needs a factor below 1; got 1.0. Pass for example 0.1."
    with pytest.warns(UserWarning) as told:
        EarlyStopping(mode="lowest")
    assert str(told[0].message) == (
        "EarlyStopping needs mode 'auto', 'min' or 'max'; got 'lowest'. It goes on with 'auto'."
    )
    scheduler = LearningRateScheduler(lambda epoch: 1)
    scheduler.set_model(fitted_pair()[0])
    with pytest.raises(ValueError) as error:
        scheduler.on_epoch_begin(3)
    assert str(error.value) == (
        "LearningRateScheduler needs a schedule that returns a float; got 1 at epoch 3. Return float(...)."
    )


@pytest.mark.parametrize(
    ("cls", "kwargs"), [(EarlyStopping, {"patience": 3}), (ReduceLROnPlateau, {"patience": 2, "cooldown": 1})]
)
@pytest.mark.parametrize("at", range(1, 6))
def test_a_resumed_run_decides_the_same(cls, kwargs, at):
    logs = [{"loss": v} for v in (3.0, 2.0, 2.5, 2.5, 1.9, 2.0, 2.0, 2.0)]
    model = fitted_pair()[0]
    whole, _ = replay(cls(monitor="loss", **kwargs), model, logs)
    first = cls(monitor="loss", **kwargs)
    replay(first, model, logs[:at])
    rate = float(np.asarray(model.optimizer.learning_rate))
    second = cls(monitor="loss", **kwargs)
    begin, state = second.on_train_begin, first.get_state()
    second.on_train_begin = lambda logs=None: (begin(logs), second.set_state(state))
    rest, _ = replay(second, model, logs[at:], rate)
    assert rest == whole[at:]


def test_what_is_printed(capsys):
    model = fitted_pair()[0]
    replay(EarlyStopping("loss", verbose=1, restore_best_weights=True), model, [{"loss": 1.0}, {"loss": 2.0}])
    replay(ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1), model, [{"loss": 1.0}, {"loss": 2.0}])
    replay(LearningRateScheduler(lambda epoch: 0.25, verbose=1), model, [{"loss": 1.0}])
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 2: early stopping",
        "Restoring model weights from the end of the best epoch: 1.",
        "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.25.",
        "Epoch 1: LearningRateScheduler setting learning rate to 0.25.",
    ]
