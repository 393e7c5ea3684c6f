"""A killed run goes on bit for bit. CORNU_KILLS=50 kills as often (ten seconds each), CORNU_SEED=1 at other moments."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.core.variable import Variable
from cornu.train import Resume
from cornu.train.resume import Position

KILLS = int(os.environ.get("CORNU_KILLS", "3"))
SCRIPT = Path(__file__).with_name("resumed_run.py")


def start(folder: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), folder, "slow"]
    root = str(SCRIPT.parents[2])
    env = {**os.environ, "PYTHONPATH": root}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None and process.stdout.readline().strip() == "started"
    return process


def finished(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate()
    assert process.returncode == 0
    return out.strip().splitlines()[-1]


def test_killed_runs_end_as_the_one_that_was_not(tmp_path):
    whole = start("-")
    began = time.monotonic()
    expected = finished(whole)
    seconds = time.monotonic() - began
    moments = random.Random(os.environ.get("CORNU_SEED", "11"))
    kills = 0
    round_number = 0
    while kills < KILLS:
        round_number += 1
        folder = str(tmp_path / f"run{round_number}")
        while kills < KILLS:
            process = start(folder)
            time.sleep(moments.uniform(0, seconds))  # while compiling, in steps, while writing
            process.kill()
            done = process.wait() == 0  # before it was killed
            process.stdout.close()
            kills += not done
            if done or moments.random() < 0.2:
                break
        assert finished(start(folder)) == expected
        assert finished(start(folder)) == expected  # nothing is left to do


def variables() -> list[Variable]:
    return [Variable(np.arange(6, dtype="float32"), name="w"), Variable(np.int32(3), name="count", trainable=False)]


def test_a_torn_file_falls_back_to_the_one_before_and_says_so(tmp_path):
    resume, mine = Resume(tmp_path), variables()
    resume.save(mine, Position(epoch=1))
    mine[0].assign(np.full(6, 7.0))
    resume.save(mine, Position(epoch=2))
    resume.finish()
    newest = max(tmp_path.glob("*.npz"))
    newest.write_bytes(newest.read_bytes()[:-40])
    fresh = variables()
    fresh[0].assign(np.zeros(6))
    with pytest.warns(UserWarning, match="The one before is used"):
        position = Resume(tmp_path).latest(fresh)
    assert position is not None and position.epoch == 1
    np.testing.assert_array_equal(fresh[0].numpy(), np.arange(6))


def test_a_flipped_bit_is_found(tmp_path):
    resume = Resume(tmp_path)
    resume.save(variables(), Position(epoch=1))
    resume.finish()
    path = next(tmp_path.glob("*.npz"))
    data = bytearray(path.read_bytes())
    data[data.find(np.arange(6, dtype="float32").tobytes()) + 5] ^= 1
    path.write_bytes(data)
    with pytest.warns(UserWarning, match="needs to be whole"):
        assert Resume(tmp_path).latest(variables()) is None


def test_a_disk_without_room_leaves_training_alone(tmp_path):
    resume = Resume(tmp_path / "file" / "below")
    (tmp_path / "file").write_text("in the way")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        resume.save(variables(), Position())
        resume.finish()
    assert any("Training goes on" in str(w.message) for w in told)


def test_another_model_is_refused(tmp_path):
    def fit(units: int) -> None:
        x = keras.Input((3,))
        model = keras.Model(x, layers.Dense(units, name="d")(x))
        model.compile("sgd", "mse")
        model.fit(np.zeros((4, 3)), np.zeros((4, units)), verbose=0, resume=tmp_path)

    fit(2)
    with pytest.raises(ValueError, match="needs the model and optimizer that it was taken from"):
        fit(5)


class Crash(keras.callbacks.Callback):
    def __init__(self, epoch: int):
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise RuntimeError("the power went")


@pytest.mark.parametrize("save_freq", ["epoch", 3])
def test_backup_and_restore_goes_on_and_cleans_up(tmp_path, save_freq):
    def run(*callbacks: keras.callbacks.Callback) -> tuple[list[float], np.ndarray]:
        keras.utils.set_random_seed(5)
        x = keras.Input((3,))
        model = keras.Model(x, layers.Dense(1, name="d")(x))
        model.compile("adam", "mse")
        rng = np.random.default_rng(0)
        data, targets = rng.random((40, 3)), rng.random((40, 1))
        history = model.fit(data, targets, batch_size=4, epochs=4, verbose=0, callbacks=list(callbacks))
        return history.history["loss"], model.get_weights()[0]

    losses, weights = run()
    with pytest.raises(RuntimeError):
        run(keras.callbacks.BackupAndRestore(tmp_path, save_freq=save_freq), Crash(2))
    assert list(tmp_path.glob("*.npz"))
    again, restored = run(keras.callbacks.BackupAndRestore(tmp_path, save_freq=save_freq))
    assert again == losses
    np.testing.assert_array_equal(restored, weights)
    assert not list(tmp_path.glob("*.npz"))
