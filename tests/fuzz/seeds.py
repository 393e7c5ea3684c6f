"""Files to start from: honest ones of every format, and those of ``tests/hostile`` that are small."""

from __future__ import annotations

import functools
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import jax

import cornu
from cornu.core.allowance import Allowance, limited
from cornu.saving.archive import CONFIG, WEIGHTS
from tests.contract.catalogue import LINES
from tests.contract.catalogue.line import Line
from tests.hostile.catalogue import CATALOGUE
from tests.hostile.configs import CONFIGS


def allowed() -> Any:
    """A block in which variables take no memory and no compilation."""
    return limited(Allowance(16 << 20, "16 MiB", defer=True))


@functools.cache
def configs() -> list[Any]:
    """A model around each layer of the contract catalogue, and the hostile configs, as data."""
    found = [json.loads(_model_of(line)) for line in LINES if not line.call and not line.spread]
    found += [data for data, _ in CONFIGS.values() if len(json.dumps(data)) < 8 << 10]
    return found


def _model_of(line: Line) -> str:
    shapes = line.shape if isinstance(line.shape, list) else [line.shape]
    with allowed():
        inputs = [cornu.Input(shape[1:], dtype=line.dtype, name=f"x{i}") for i, shape in enumerate(shapes)]
        outputs = line.run(line.make(cornu.layers), inputs if isinstance(line.shape, list) else inputs[0])
        return cornu.Model(inputs, outputs, name="m").to_json()


@functools.cache
def compiled_config() -> Any:
    """A model with optimizer, schedule, loss and metrics."""
    inputs = cornu.Input((4,), name="x")
    model = cornu.Model(inputs, cornu.layers.Dense(2, name="y")(inputs))
    rate = cornu.optimizers.schedules.PiecewiseConstantDecay([3, 5], [0.1, 0.01, 0.001])
    metrics = ["mae", cornu.metrics.AUC(num_thresholds=5, from_logits=True)]
    model.compile(cornu.optimizers.Adam(rate), "mse", metrics=metrics)
    return json.loads(model.to_json())


@functools.cache
def archives() -> dict[str, bytes]:
    """``.keras`` files by name: one saved here, a plain one with its weights deflated, and the hostile ones."""
    jax.config.update("jax_platforms", "cpu")
    found = {"honest": _saved()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(found["honest"])) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    found["deflated"] = file.getvalue()
    return {**found, **{name: data for name, data in hostile(".keras").items() if len(data) < 16 << 10}}


def _saved() -> bytes:
    inputs = cornu.Input((2,), name="x")
    hidden = cornu.layers.Dense(3, activation="relu", name="h")(inputs)
    model = cornu.Model(inputs, cornu.layers.BatchNormalization(name="n")(hidden), name="m")
    model.compile("sgd", "mse")
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/m.keras")
        return Path(folder, "m.keras").read_bytes()


@functools.cache
def hostile(ending: str) -> dict[str, bytes]:
    """The files of the hostile catalogue with such a name."""
    found = {}
    for name, (build, _) in CATALOGUE.items():
        if any(word in name for word in ("bomb", "many", "giant", "left_out", "deep")):
            continue  # megabytes, and slow to make
        with tempfile.TemporaryDirectory() as folder:
            path = build(Path(folder))
            if path.suffix == ending and path.is_file():
                found[name] = path.read_bytes()
    return found


@functools.cache
def members(name: str) -> list[bytes]:
    """All contents of one member of the archives: configs or weights."""
    found = []
    for data in archives().values():
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found.append(archive.read(name))
        except Exception:  # hostile ones are no whole zips
            continue
    return list(dict.fromkeys(found))


def weights() -> list[bytes]:
    """HDF5 files."""
    from tests.hostile.hdf5_library_fuzz import samples

    return [*samples(), *members(WEIGHTS)]


def texts() -> list[bytes]:
    """JSON texts."""
    return [b'{"a": [1, -2.5e3, {"b\\u00e9": null}], "c": [true, "\\\\"]}', *members(CONFIG)]
