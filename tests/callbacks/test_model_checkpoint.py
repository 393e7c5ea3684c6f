"""ModelCheckpoint writes the files that Keras's writes."""

import os
import warnings
from types import SimpleNamespace

import keras as oracle
import numpy as np
import pytest

import cornu
from cornu.callbacks import ModelCheckpoint
from tests.callbacks.recorded import X, Y, tiny

EPOCHS = [{"loss": v, "val_accuracy": 1 - v, "val_loss": v + 1} for v in (0.6, 0.5, 0.7, 0.4, 0.4)]
BATCHES = 4


class Recorder(SimpleNamespace):
    """A model that says where it would be saved."""

    def __init__(self):
        super().__init__(files=[], stop_training=False)
        self.metrics = [SimpleNamespace(name="accuracy", _direction="up")]

    def save(self, filepath, overwrite=True):
        self.files.append(("model", os.fspath(filepath), overwrite))

    def save_weights(self, filepath, overwrite=True):
        self.files.append(("weights", os.fspath(filepath), overwrite))


def files(callback, epochs=EPOCHS):
    model = Recorder()
    callback.set_params({})
    callback.set_model(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that "absent" is not there
        callback.on_train_begin()
        for epoch, logs in enumerate(epochs):
            callback.on_epoch_begin(epoch)
            for batch in range(BATCHES):
                callback.on_train_batch_end(batch, {"loss": logs.get("loss", 0.0) + 0.1 * batch})
            callback.on_epoch_end(epoch, dict(logs))
        callback.on_train_end()
    return model.files


@pytest.mark.parametrize(
    "kwargs",
    [
        {"filepath": "{epoch:02d}-{val_loss:.2f}.keras"},
        {"filepath": "best.keras", "save_best_only": True},
        {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "val_accuracy", "mode": "max"},
        {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "loss", "mode": "max"},
        {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "loss", "initial_value_threshold": 0.55},
        {"filepath": "{epoch}.keras", "save_best_only": True, "monitor": "absent", "mode": "min"},
        {"filepath": "{epoch}.weights.h5", "save_weights_only": True},
        {"filepath": "{epoch}-{batch:03d}-{loss:.1f}.keras", "save_freq": 3},
        {"filepath": "{epoch}-{batch}.weights.h5", "save_freq": 9, "save_weights_only": True},
    ],
    ids=str,
)
def test_files(kwargs, tmp_path):
    kwargs["filepath"] = str(tmp_path / kwargs["filepath"])
    wanted = files(oracle.callbacks.ModelCheckpoint(**kwargs))
    assert wanted and files(ModelCheckpoint(**kwargs)) == wanted


def test_the_best_of_batches():
    # Not against Keras, which breaks there before the first epoch's end.
    saved = files(ModelCheckpoint("{epoch}-{batch}.keras", save_freq=2, save_best_only=True, monitor="loss"))
    assert [path for _, path, _ in saved] == ["1-2.keras", "2-2.keras", "4-2.keras"]


def test_batches_are_asked_for_only_where_they_count():
    assert not cornu.callbacks.CallbackList([ModelCheckpoint("a.keras")]).wants_batches["train"]
    assert cornu.callbacks.CallbackList([ModelCheckpoint("a.keras", save_freq=2)]).wants_batches["train"]


def test_a_resumed_run_saves_the_same(tmp_path):
    kwargs = {"filepath": str(tmp_path / "{epoch}-{batch}.keras"), "save_freq": 3, "save_best_only": True}
    kwargs |= {"monitor": "loss"}
    first = ModelCheckpoint(**kwargs)
    early = files(first, EPOCHS[:2])
    second = ModelCheckpoint(**kwargs)
    second.on_train_begin = lambda logs=None: second.set_state(first.get_state())
    late = files(second, EPOCHS[2:])
    whole = ModelCheckpoint(**kwargs)
    assert len(early) + len(late) == len(files(whole)) > 2
    assert second.best == whole.best < first.best


def test_a_model_that_is_whole(tmp_path):
    model = tiny(cornu)
    path = tmp_path / "new" / "folder" / "{epoch}.keras"
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[ModelCheckpoint(path)])
    assert sorted(os.listdir(path.parent)) == ["1.keras", "2.keras"]
    again = cornu.models.load_model(path.parent / "2.keras")
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_what_is_printed(tmp_path, capsys):
    files(ModelCheckpoint("{epoch}.keras", monitor="loss", save_best_only=True, verbose=1), EPOCHS[:3])
    files(ModelCheckpoint("{epoch}.keras", verbose=1), EPOCHS[:1])
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 1: loss improved from None to 0.60000, saving model to 1.keras",
        "Epoch 2: loss improved from 0.60000 to 0.50000, saving model to 2.keras",
        "Epoch 3: loss did not improve from 0.50000",
        "Epoch 1: saving model to 1.keras",
    ]


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        (
            {"filepath": "a.txt"},
            "ModelCheckpoint(save_weights_only=False) needs a filepath that ends in '.keras'; got 'a.txt'. "
            "Change the ending.",
        ),
        (
            {"filepath": "a.h5", "save_weights_only": True},
            "ModelCheckpoint(save_weights_only=True) needs a filepath that ends in '.weights.h5'; got 'a.h5'. "
            "Change the ending.",
        ),
        (
            {"filepath": "a.keras", "save_freq": "batch"},
            "ModelCheckpoint needs save_freq 'epoch' or a number of batches; got 'batch'. Pass for example 100.",
        ),
    ],
)
def test_arguments_that_are_refused(kwargs, message):
    with pytest.raises(ValueError) as error:
        ModelCheckpoint(**kwargs)
    assert str(error.value) == message


def test_a_field_that_is_not_in_the_logs():
    with pytest.raises(KeyError) as error:
        files(ModelCheckpoint("{epoch}-{val_acc}.keras"), EPOCHS[:1])
    assert error.value.args[0] == (
        "ModelCheckpoint('{epoch}-{val_acc}.keras') needs 'val_acc' in the logs; got loss, val_accuracy, val_loss, "
        "epoch. Use one of these names in the filepath."
    )


def test_a_monitored_value_that_is_several_numbers():
    with pytest.warns(UserWarning) as told:
        callback = ModelCheckpoint("a.keras", monitor="loss", save_best_only=True)
        callback.set_model(Recorder())
        callback.on_epoch_end(0, {"loss": np.array([1.0, 2.0])})
    assert str(told[0].message) == (
        "ModelCheckpoint(save_best_only=True) needs one number for 'loss'; got [1. 2.]. "
        "The model is saved. Monitor a metric that is one number."
    )
    assert len(callback.model.files) == 1
