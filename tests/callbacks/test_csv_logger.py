"""CSVLogger writes the bytes that Keras's writes."""

from types import SimpleNamespace

import keras as oracle
import numpy as np
import pytest

from cornu.callbacks import CSVLogger

RUNS = [
    [{"loss": 1.0, "acc": 2}, {"loss": 0.5, "acc": 3}],
    [{"loss": 1.0}, {"loss": 2.0, "val_loss": 3.0}, {"loss": 1.0}],
    [{"loss": 1.0, "val_loss": 3.0}, {"loss": 2.0}],
    [{"b": 1.0, "a": 2.0}, {"a": 1.0, "b": 3.0, "c": 4}],
    [{"array": np.array([1.0, 2.0]), "f32": np.float32(0.1), "text": 'a,"b', "zero": np.array(3.0)}],
]


def write(callback, epochs, first=0):
    callback.set_model(SimpleNamespace(stop_training=False))
    callback.on_train_begin()
    for epoch, logs in enumerate(epochs, first):
        callback.on_epoch_end(epoch, dict(logs))
    callback.on_train_end()


@pytest.mark.parametrize("epochs", RUNS, ids=str)
@pytest.mark.parametrize("separator", [",", ";"])
def test_bytes(tmp_path, epochs, separator):
    for name, library in (("mine", CSVLogger), ("theirs", oracle.callbacks.CSVLogger)):
        (tmp_path / name).write_text("left from before\n")
        write(library(tmp_path / name, separator), epochs)
    assert (tmp_path / "mine").read_bytes() == (tmp_path / "theirs").read_bytes()


@pytest.mark.parametrize("before", [None, [{"loss": 1.0, "acc": 1.0}]])
def test_appended(tmp_path, before):
    for name, library in (("mine", CSVLogger), ("theirs", oracle.callbacks.CSVLogger)):
        if before:
            write(library(tmp_path / name), before)
        callback = library(str(tmp_path / name), append=True)
        write(callback, RUNS[0], first=1)
        write(callback, RUNS[0], first=3)
    assert (tmp_path / "mine").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_a_row_is_there_when_its_epoch_ends(tmp_path):
    callback = CSVLogger(tmp_path / "log.csv")
    callback.on_train_begin()
    callback.on_epoch_end(0, {"loss": 1.0})
    assert (tmp_path / "log.csv").read_text() == "epoch,loss,val_loss\n0,1.0,NA\n"
    callback.on_train_end()


def test_a_resumed_run_leaves_the_same_file(tmp_path):
    epochs = [{"loss": float(v)} for v in range(5)]
    write(CSVLogger(tmp_path / "whole.csv"), epochs)
    path = tmp_path / "killed.csv"
    killed = CSVLogger(path)
    killed.on_train_begin()
    for epoch in range(4):
        killed.on_epoch_end(epoch, epochs[epoch])
        if epoch == 1:
            state = killed.get_state()  # the checkpoint; epochs 2 and 3 are lost
    killed._close()
    resumed = CSVLogger(path)
    resumed.on_train_begin()
    resumed.set_state(state)
    for epoch in range(2, 5):
        resumed.on_epoch_end(epoch, epochs[epoch])
    resumed.on_train_end()
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_file_that_cannot_be_written_is_told_before_training(tmp_path):
    with pytest.raises(FileNotFoundError):
        CSVLogger(tmp_path / "nowhere" / "log.csv").on_train_begin()
