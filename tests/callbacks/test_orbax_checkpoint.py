"""OrbaxCheckpoint: what Orbax reads, where it is installed; what is said where it is not."""

import json
import sys
import warnings

import numpy as np
import pytest

import cornu
from cornu.callbacks import OrbaxCheckpoint
from tests.callbacks.recorded import X, Y, tiny


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", None)
    with pytest.raises(ImportError) as error:
        OrbaxCheckpoint("x")
    assert str(error.value) == (
        "OrbaxCheckpoint needs the package orbax.checkpoint; got none. Run: pip install 'cornu[orbax]'"
    )


@pytest.fixture
def orbax():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield pytest.importorskip("orbax.checkpoint")


def restored(orbax, folder):
    with orbax.CheckpointManager(folder) as manager:
        step = manager.latest_step()
        args = orbax.args.Composite(pytree=orbax.args.StandardRestore(), model_config=orbax.args.JsonRestore())
        return manager.all_steps(), manager.restore(step, args=args)


def test_all_values_and_the_config(orbax, tmp_path):
    model = tiny(cornu, optimizer=cornu.optimizers.SGD(0.5, name="sgd"))
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[OrbaxCheckpoint(tmp_path / "o", max_to_keep=2)])
    steps, items = restored(orbax, tmp_path / "o")
    assert list(steps) == [1, 2]
    again = cornu.models.model_from_json(json.dumps(items["model_config"]))
    again.compile(cornu.optimizers.SGD(0.5, name="sgd"), "mse", metrics=["mae", "accuracy"])
    again.optimizer.build(again.trainable_variables)
    again.set_state_tree({k: v for k, v in items["pytree"].items() if k != "metrics_variables"})
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    assert int(again.optimizer.iterations.numpy()) == 3


def test_the_best_of_batches(orbax, tmp_path):
    callback = OrbaxCheckpoint(tmp_path / "o", "loss", save_freq=2, save_best_only=True, save_on_background=False)
    tiny(cornu, ()).fit(X, Y, batch_size=1, epochs=1, verbose=0, callbacks=[callback])
    assert list(callback.manager.all_steps()) == [1] and callback.best is not None
