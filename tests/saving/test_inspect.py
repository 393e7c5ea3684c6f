"""Looking into files without loading them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.saving.compare import compare
from cornu.saving.inspect import inspect
from tests.hostile.catalogue import CATALOGUE, archive
from tests.hostile.configs import CONFIGS


@keras.saving.register_keras_serializable("tests")
class Mine(layers.Layer):
    def call(self, x: Any) -> Any:
        return x


def small(folder: Path, name: str = "m.keras") -> Path:
    x = keras.Input((4,), name="x")
    inner = keras.Model(x, layers.Dense(3, name="in")(x), name="inner")
    y = keras.Input((4,), name="y")
    model = keras.Model(y, layers.Dense(2, name="out", trainable=False)(Mine(name="mine")(inner(y))), name="outer")
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    model.save(folder / name)
    return folder / name


def test_report(tmp_path: Path) -> None:
    report = inspect(small(tmp_path))
    assert report.model == "Functional 'outer'"
    assert (report.keras_version, report.parameters, report.weights) == ("3.15.1", 23, {"float32": 92})
    assert report.compiled == {"optimizer": "Adam(learning_rate=0.01)", "loss": "mse", "metrics": ["mae"]}
    assert report.optimizer_arrays == 6
    assert [(x.path, x.class_name, x.parameters, x.trainable) for x in report.layers] == [
        ("y", "InputLayer", 0, True),
        ("inner", "Functional", 15, True),
        ("inner/x", "InputLayer", 0, True),
        ("inner/in", "Dense", 15, True),
        ("mine", "Mine", 0, True),
        ("out", "Dense", 8, False),
    ]
    assert report.layers[3].arrays == ["(4, 3) float32", "(3,) float32"]
    assert report.layers[3].input_shape == [None, 4]
    assert report.suspicious == [] and report.custom == {}
    json.dumps(report.as_dict())


def test_custom_classes_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small(tmp_path)
    monkeypatch.delitem(keras.saving.get_custom_objects(), "tests>Mine")
    assert inspect(path).custom == {"tests>Mine": "outer/mine"}


def test_files_of_weights(tmp_path: Path) -> None:
    model = keras.models.load_model(small(tmp_path))
    for name in ("w.weights.h5", "w.safetensors"):
        model.save_weights(tmp_path / name)
        report = inspect(tmp_path / name)
        assert report.parameters == 23
        assert {x.path for x in report.layers} == {"layers/dense", "layers/functional/layers/dense"}


@pytest.mark.parametrize("name", ["lambda_layer", "layer_module_function", "compile_get_file", "argument_callback"])
def test_what_is_suspicious_in_a_config(name: str, tmp_path: Path) -> None:
    report = inspect(archive(tmp_path, config_json=json.dumps(CONFIGS[name][0]).encode()))
    assert "bytecode" in report.suspicious[0] or "no class that a model is made of" in report.suspicious[0]


@pytest.mark.parametrize("name", ["h5_external_link", "h5_soft_link", "h5_external_storage"])
def test_what_is_unsafe_in_the_weights(name: str, tmp_path: Path) -> None:
    report = inspect(CATALOGUE[name][0](tmp_path))
    (found,) = report.suspicious
    assert found.startswith(("UnsafeFileError: ", "FileFormatError: "))


def test_a_path_in_a_config(tmp_path: Path) -> None:
    config = {"class_name": "M", "config": {"vocabulary": "/etc/passwd", "name": "m"}, "registered_name": "a>M"}
    report = inspect(archive(tmp_path, config_json=json.dumps(config).encode()))
    assert report.suspicious == ["m names a file: vocabulary='/etc/passwd'"]


def test_inspecting_does_not_read_weights(tmp_path: Path) -> None:
    """The bytes of the arrays are gone; the headers are enough."""
    model = keras.models.load_model(small(tmp_path))
    model.save_weights(tmp_path / "w.safetensors")
    data = (tmp_path / "w.safetensors").read_bytes()
    with open(tmp_path / "hole.safetensors", "wb") as file:
        file.write(data[:-92])
        file.truncate(len(data))
    assert inspect(tmp_path / "hole.safetensors").parameters == 23


def test_comparison(tmp_path: Path) -> None:
    first = small(tmp_path, "a.keras")
    model = keras.models.load_model(first)
    out = model.get_layer("out")
    out.bias.assign(out.bias.value + np.array([3.0, 4.0], "float32"))
    model.save(tmp_path / "b.keras")
    difference = compare(first, tmp_path / "b.keras")
    assert difference.architecture == []
    (change,) = difference.weights
    assert (change.place, change.first) == ("layers/dense/vars/1", "(2,) float32")
    assert change.distance == (5.0, float("inf"))
    assert difference.equal_arrays == 9
    other = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="out")], name="outer")
    other.save(tmp_path / "c.keras")
    places = {c.place for c in compare(first, tmp_path / "c.keras").architecture}
    assert {"class_name", "layers/mine", "layers/out/trainable", "compile_config/optimizer"} <= places


def test_comparison_with_weights_alone(tmp_path: Path) -> None:
    """They have no architecture that could differ."""
    path = small(tmp_path, "a.keras")
    keras.models.load_model(path).save_weights(tmp_path / "a.weights.h5")
    for pair in ((path, tmp_path / "a.weights.h5"), (tmp_path / "a.weights.h5", path)):
        difference = compare(*pair)
        assert (difference.architecture, difference.weights, difference.equal_arrays) == ([], [], 10)
