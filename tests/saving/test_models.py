"""Weights to files and back: all or none, with a report of what does not fit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.saving import UnsafeFileError

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def chain(*units: int, name: str = "chain") -> Any:
    model = keras.Sequential(
        [keras.Input((4,)), *(layers.Dense(u, name=f"d{i}") for i, u in enumerate(units))], name=name
    )
    model.set_weights([np.full(w.shape, i + 1, "float32") for i, w in enumerate(model.weights)])
    return model


@pytest.mark.parametrize("name", ["w.weights.h5", "w.safetensors", "m.keras"])
def test_weights_alone(name: str, tmp_path: Path) -> None:
    model, other = chain(3, 2), keras.models.clone_model(chain(3, 2))
    model.save(tmp_path / name) if name == "m.keras" else model.save_weights(tmp_path / name)
    other.load_weights(tmp_path / name)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_nothing_changes_where_something_does_not_fit(tmp_path: Path) -> None:
    chain(3, 2).save_weights(tmp_path / "w.weights.h5")
    other = chain(3, 5)
    before = other.get_weights()
    with pytest.raises(ValueError) as error:
        other.load_weights(tmp_path / "w.weights.h5")
    assert str(error.value) == (
        f"Model 'chain' needs the arrays of its own layers; got others in '{tmp_path}/w.weights.h5'.\n"
        "  layers/dense_1/vars (Dense 'd1'): expects (3, 5), (5,); the file has (3, 2), (2,).\n"
        "Load it into the architecture that was saved, or pass skip_mismatch=True."
    )
    for one, two in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_the_nearest_name_is_told(tmp_path: Path) -> None:
    x = keras.Input((4,))
    keras.Model(x, layers.Dense(2)(layers.Dense(3)(x))).save_weights(tmp_path / "w.safetensors")
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="d")], name="in")
    with pytest.raises(ValueError) as error:
        keras.Model(x, inner(x), name="m").load_weights(tmp_path / "w.safetensors")
    assert str(error.value) == (
        f"Model 'm' needs the arrays of its own layers; got others in '{tmp_path}/w.safetensors'.\n"
        "  layers/sequential/layers/dense/vars (Dense 'd'): expects (4, 3), (3,); "
        "the file has nothing, and (4, 3), (3,) in layers/dense/vars.\n"
        "Load it into the architecture that was saved, or pass skip_mismatch=True."
    )


def test_the_state_of_an_optimizer_is_no_layer_s_nearest(tmp_path: Path) -> None:
    model = chain(3, 2)
    model.compile("adam", "mse")
    model.train_on_batch(X, X[:, :2])
    model.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(ValueError) as error:
        chain(3, 2, 5).load_weights(tmp_path / "w.weights.h5")
    assert str(error.value).splitlines()[1].endswith("expects (2, 5), (5,); the file has nothing.")


@pytest.mark.parametrize("ending", [".keras", ".weights.h5", ".safetensors", ".weights.json"])
def test_budgets_are_the_caller_s(ending: str, tmp_path: Path) -> None:
    """What a refusal advises can be done."""
    path, model = tmp_path / f"m{ending}", chain(3, 2)
    if ending == ".keras":
        model.save(path)
    else:
        model.save_weights(path, max_shard_size=1.0 if ending == ".weights.json" else None)
    tight, wide = keras.saving.Limits(name_length=3), keras.saving.Limits(name_length=2000)
    for load in (model.load_weights, *([keras.models.load_model] if ending == ".keras" else [])):
        with pytest.raises(UnsafeFileError, match=r"pass limits=Limits\(name_length=\.\.\.\)\.$"):
            load(path, limits=tight)
        load(path, limits=wide)


@pytest.mark.parametrize("most", [1e-9, 1e-7, 1.0])
def test_several_files(most: float, tmp_path: Path) -> None:
    model = chain(3, 2)
    model.compile("adam", "mse")
    model.train_on_batch(X, X[:, :2])
    model.save_weights(tmp_path / "w.weights.json", max_shard_size=most)
    assert len(list(tmp_path.glob("w_*.weights.h5"))) == {1e-9: 14, 1e-7: 3, 1.0: 1}[most]
    other = chain(3, 2)
    other.compile("adam", "mse")
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "w.weights.json")
    for one, two in zip(
        [*model.weights, *model.optimizer.variables], [*other.weights, *other.optimizer.variables], strict=True
    ):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", ["../w_00000.weights.h5", "/etc/passwd", "link.weights.h5", 3, None, "", ["a"]])
def test_lists_that_name_other_files(name: Any, tmp_path: Path) -> None:
    model = chain(3, 2)
    model.save_weights(tmp_path / "w.weights.json", max_shard_size=1.0)
    (tmp_path / "link.weights.h5").symlink_to(tmp_path / "w_00000.weights.h5")
    (tmp_path / "w.weights.json").write_text(json.dumps({"weight_map": {"/layers/dense/vars": [name]}}))
    with pytest.raises((keras.saving.FileFormatError, OSError)):
        model.load_weights(tmp_path / "w.weights.json")


@pytest.mark.parametrize("argument", [{"skip_mismatch": True}, {"strict": False}])
def test_skip_mismatch(argument: dict[str, bool], tmp_path: Path) -> None:
    chain(3, 2).save_weights(tmp_path / "w.weights.h5")
    other = keras.models.clone_model(chain(3, 5))
    last = other.layers[1].get_weights()
    with pytest.warns(UserWarning) as caught:
        other.load_weights(tmp_path / "w.weights.h5", **argument)
    assert str(caught[0].message) == (
        f"Weights of model 'chain' that '{tmp_path}/w.weights.h5' does not fit stay as they are:\n"
        "  layers/dense_1/vars (Dense 'd1'): expects (3, 5), (5,); the file has (3, 2), (2,)."
    )
    np.testing.assert_array_equal(other.layers[0].kernel, np.full((4, 3), 1))
    np.testing.assert_array_equal(other.layers[1].kernel, last[0])


@pytest.mark.parametrize("name", ["m.keras", "w.weights.h5", "w.safetensors"])
def test_the_same_model_gives_the_same_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    model = chain(3, 2)
    model.compile("adam", "mse")
    model.train_on_batch(X, X[:, :2])
    digests = set()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / name
        model.save(path) if name == "m.keras" else model.save_weights(path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_path_without_an_ending(tmp_path: Path) -> None:
    model = chain(2)
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model")(X), model(X))


def test_loaded_weights_can_be_trained_and_outlive_the_file(tmp_path: Path) -> None:
    """Arrays are handed over without a copy; a step that donates them must not disturb the others."""
    model = chain(3, 2)
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    (tmp_path / "m.keras").write_bytes(b"")
    loaded.layers[0].trainable = False
    loaded.compile("sgd", "mse")
    for _ in range(3):
        loaded.train_on_batch(X, X[:, :2])
    np.testing.assert_array_equal(loaded.layers[0].kernel, np.full((4, 3), 1))
    assert not np.array_equal(loaded.layers[1].kernel, np.full((3, 2), 3))


def test_what_is_not_stored_gets_first_values(tmp_path: Path) -> None:
    """A seed's state is not in files: it must not stay at the zeros that a model is built with while it is read."""

    @keras.saving.register_keras_serializable("tests")
    class Partly(layers.Layer):
        def build(self, shape: Any) -> None:
            self.stored = self.add_weight(shape=(4,), initializer="ones", name="stored")
            self.other = self.add_weight(shape=(4,), initializer="ones", name="other")

        def call(self, x: Any) -> Any:
            return x * self.stored * self.other

        def save_own_variables(self, store: Any) -> None:
            store["stored"] = self.stored

        def load_own_variables(self, store: Any) -> None:
            self.stored.assign(store["stored"])

    model = keras.Sequential([keras.Input((4,)), Partly()])
    model.layers[0].stored.assign([5.0] * 4)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(loaded(X), 5 * X)
