"""Whole models in ``.h5`` files: as Keras 3 still writes them, and as Keras 2 did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import cornu
from tests.parity.interchange.models import CASES

keras = pytest.importorskip("keras")


@pytest.mark.parametrize(
    "name",
    ["chain", "chain_of_chains", "shared_layer", "nested_twice_and_called_twice", "residual_with_norm", "frozen"],
)
def test_of_keras_3(name: str, tmp_path: Path) -> None:
    case = CASES[name](keras)
    for number, variable in enumerate(case.model.weights):
        variable.assign(np.full(variable.shape, 0.1 * (number + 1), variable.dtype))
    case.model.save(tmp_path / "m.h5")
    loaded = cornu.models.load_model(tmp_path / "m.h5")
    for one, other in zip(loaded.weights, case.model.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    assert type(loaded.optimizer).__name__ == type(case.model.optimizer).__name__
    assert loaded.loss == case.model.loss or not isinstance(loaded.loss, (str, list))
    other = cornu.models.clone_model(loaded)
    other.load_weights(tmp_path / "m.h5")
    for one, two in zip(other.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(two))


def dense(name: str, units: int, *inputs: Any) -> dict[str, Any]:
    config = {
        "name": name,
        "trainable": True,
        "dtype": {"class_name": "Policy", "config": {"name": "float32"}},
        "units": units,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": {"class_name": "Zeros", "config": {}},
    }
    return {"class_name": "Dense", "config": config, "name": name, "inbound_nodes": [[[*i, {}] for i in inputs]]}


def write(path: Path, config: dict[str, Any], weights: dict[str, list[np.ndarray]]) -> None:
    """The layout of Keras 2, by h5py alone."""
    training = {
        "loss": "mse",
        "metrics": [],
        "loss_weights": None,
        "optimizer_config": {"class_name": "SGD", "config": {"name": "SGD", "lr": 0.25, "decay": 0.0, "momentum": 0.5}},
    }
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.3.1"
        file.attrs["model_config"] = json.dumps(config).encode()
        file.attrs["training_config"] = json.dumps(training).encode()
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            group = root.create_group(name)
            names = [f"{name}/{kind}:0" for kind, _ in zip(("kernel", "bias"), arrays, strict=False)]
            group.attrs["weight_names"] = [n.encode() for n in names]
            for place, array in zip(names, arrays, strict=True):
                group[place] = array


def test_graph_of_keras_2(tmp_path: Path) -> None:
    x = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "name": "x"}
    layers = [
        {"class_name": "InputLayer", "config": x, "name": "x", "inbound_nodes": []},
        dense("a", 3, ["x", 0, 0]),
        dense("b", 3, ["x", 0, 0]),
        {
            "class_name": "Add",
            "config": {"name": "add", "trainable": True, "dtype": "float32"},
            "name": "add",
            "inbound_nodes": [[["a", 0, 0, {}], ["b", 0, 0, {}]]],
        },
    ]
    config = {"name": "old", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["add", 0, 0]]}
    arrays = [np.full((4, 3), 0.5, "float32"), np.arange(3, dtype="float32")]
    weights = {"x": [], "a": arrays, "b": [2 * arrays[0], arrays[1]], "add": []}
    write(tmp_path / "m.h5", {"class_name": "Model", "config": config}, weights)
    model = cornu.models.load_model(tmp_path / "m.h5")
    np.testing.assert_allclose(model(np.ones((1, 4))), [[6.0, 8.0, 10.0]])
    assert float(model.optimizer.learning_rate) == 0.25 and model.optimizer.momentum == 0.5


def test_chain_of_keras_2(tmp_path: Path) -> None:
    first = dense("a", 2)
    first["config"]["batch_input_shape"] = [None, 4]
    config = {"name": "old", "layers": [{k: first[k] for k in ("class_name", "config")}]}
    write(
        tmp_path / "m.h5",
        {"class_name": "Sequential", "config": config},
        {"a": [np.ones((4, 2), "f4"), np.ones(2, "f4")]},
    )
    model = cornu.models.load_model(tmp_path / "m.h5", compile=False)
    np.testing.assert_allclose(model(np.ones((1, 4))), [[5.0, 5.0]])
    assert not model.compiled


def test_hostile_ones_are_refused_alike(tmp_path: Path) -> None:
    """CVE-2025-9905: the old format was a way around the checks of the new one."""
    function = {
        "class_name": "Lambda",
        "config": {"name": "l", "function": ["4wEAAAAA", None, None], "function_type": "lambda"},
    }
    config = {"name": "old", "build_input_shape": [None, 4], "layers": [function]}
    write(tmp_path / "m.h5", {"class_name": "Sequential", "config": config}, {})
    with pytest.raises(cornu.saving.FileFormatError):
        cornu.models.load_model(tmp_path / "m.h5", safe_mode=False)
    config["layers"] = [{"class_name": "Dense", "config": {"name": "d", "units": 10**12}}]
    write(tmp_path / "m.h5", {"class_name": "Sequential", "config": config}, {})
    with pytest.raises(cornu.saving.UnsafeFileError, match="needs to fit into"):
        cornu.models.load_model(tmp_path / "m.h5")


@pytest.mark.parametrize("nodes", [3, [3], [[3]], [[["x"]]], [[["x", 0, 0, 3]]], [[[["x"], 0, 0]]], {"a": 1}, [[]]])
def test_damaged_nodes(nodes: Any, tmp_path: Path) -> None:
    x = {
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 4], "name": "x"},
        "name": "x",
        "inbound_nodes": [],
    }
    layer = {**dense("a", 2), "inbound_nodes": nodes}
    config = {"name": "m", "layers": [x, layer], "input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]]}
    write(tmp_path / "m.h5", {"class_name": "Functional", "config": config}, {})
    with pytest.raises((cornu.saving.FileFormatError, cornu.saving.GraphError, cornu.core.errors.ShapeError)):
        cornu.models.load_model(tmp_path / "m.h5")
