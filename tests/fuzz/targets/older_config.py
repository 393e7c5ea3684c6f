"""Configs of Keras 2 and early Keras 3, in the forms that real files have: brought to today's form, then read."""

import functools
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from cornu.core import registry
from cornu.core.allowance import Allowance, limited
from cornu.core.errors import FileFormatError, GraphError, ShapeError, StructureError
from cornu.saving.checked_json import parse_json_object
from cornu.saving.upgrade import upgraded, version_of
from tests.fuzz import seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Target

FIXTURES = Path(__file__).parents[2] / "saving" / "fixtures"


def read(data: bytes) -> None:
    document = parse_json_object(data, "config")
    version = version_of(document.get("keras_version"))
    config = registry.made("a model", lambda: upgraded(document, version))
    with limited(Allowance(16 << 20, "so many", defer=True)):
        registry.deserialize(config)


@functools.cache
def stored() -> list[Any]:
    """The configs of real files, each with the version that wrote it, and calls that none of them has."""
    found = []
    for path in sorted(FIXTURES.glob("keras-*.tar.xz")):
        with tarfile.open(path) as packed:
            for name in packed.getnames():
                file = packed.extractfile(name) if name.endswith(".keras") else None
                data = file.read() if file is not None else b""
                if data.startswith(b"PK"):
                    with zipfile.ZipFile(io.BytesIO(data)) as archive:
                        config = json.loads(archive.read("config.json"))
                    found.append({"keras_version": path.name[6:-7], **config})
    return [*found, functions()]


def functions() -> Any:
    """Functions of TensorFlow in a graph, with constants, slices and names for arguments."""
    calls = {
        "concat": [[["x", 0, 0, {"axis": -1}], ["x", 0, 0, {}]]],
        "__operators__.getitem": [
            ["x", 0, 0, {"slice_spec": [{"start": None, "stop": 2, "step": None}, {"start": 0}]}]
        ],
        "math.multiply": [["_CONSTANT_VALUE", -1, 2.0, {"y": ["x", 0, 0], "name": None}]],
        "math.reduce_sum": [["x", 0, 0, {"axis": 1, "keepdims": True}]],
        "nn.softmax": [["x", 0, 0, {"axis": -1}]],
        "clip_by_value": [["x", 0, 0, {"clip_value_min": 0.0, "clip_value_max": 6}]],
    }
    first = {
        "class_name": "InputLayer",
        "name": "x",
        "config": {"batch_input_shape": [None, 4], "dtype": "float32", "name": "x"},
    }
    layers = [
        {
            "class_name": "TFOpLambda",
            "name": f"y{i}",
            "config": {"name": f"y{i}", "function": name},
            "inbound_nodes": nodes,
        }
        for i, (name, nodes) in enumerate(calls.items())
    ]
    ends = [[layer["name"], 0, 0] for layer in layers]
    config = {
        "name": "m",
        "layers": [{**first, "inbound_nodes": []}, *layers],
        "input_layers": [["x", 0, 0]],
        "output_layers": ends,
    }
    return {"class_name": "Functional", "keras_version": "2.15.0", "config": config}


TARGET = Target(
    read,
    lambda: [json.dumps(config).encode() for config in [*stored(), *seeds.configs()[::8]]],
    text_mutation(stored),
    (FileFormatError, GraphError, ShapeError, StructureError),
    longest=32 << 10,
)
