"""Whole models in one ``.h5`` file, as Keras 2 and 3 wrote them: the config in an attribute, weights by layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cornu.core import registry
from cornu.core.allowance import limited
from cornu.core.errors import explain, show_shape
from cornu.core.pure import raw_values, write_values
from cornu.saving.checked_json import parse_json_object
from cornu.saving.errors import FileFormatError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.upgrade import upgraded, upgraded_compile
from cornu.saving.weights import StoredArray, WeightsReader
from cornu.saving.window import Window

_WEIGHTS = "model_weights"


def load(path: Path, custom_objects: Any, compile: bool, allowance: Callable[[WeightsReader], Any]) -> Any:
    """The model of an ``.h5`` file. The state of its optimizer is left out: its names are not those of today's."""
    with HDF5Reader(Window.of_path(path)) as reader:
        attributes = reader.attributes("")
        if "model_config" not in attributes:
            raise FileFormatError(
                explain(
                    f"File {str(path)!r}",
                    "a model_config",
                    "weights alone",
                    "Build the model in code and call model.load_weights.",
                )
            )
        config = registry.made("an older model", lambda: upgraded(_parsed(attributes, "model_config")))
        memory = allowance(reader)
        with limited(memory):
            model = registry.deserialize(config, custom_objects)
            if compile and "training_config" in attributes:
                training = upgraded_compile(_parsed(attributes, "training_config"))
                registry.made("an older model's training", lambda: model.compile_from_config(training))
        read_by_layer(model, reader, _WEIGHTS, str(path))
        memory.complete()
    return model


def _parsed(attributes: dict[str, Any], name: str) -> dict[str, Any]:
    value = attributes[name]
    return parse_json_object(value if isinstance(value, (str, bytes)) else str(value), name)


def is_by_layer(reader: WeightsReader) -> bool:
    """Whether weights are listed by layer names, as older files have them."""
    return "layer_names" in reader.attributes("") or "model_config" in reader.attributes("")


def read_by_layer(model: Any, reader: WeightsReader, root: str, source: str) -> None:
    """Arrays into layers in order: those layers that have weights, against those groups that have arrays."""
    groups = [f"{root}/{name}".strip("/") for name in map(_text, reader.attributes(root).get("layer_names", []))]
    stored = [(group, arrays) for group in groups if (arrays := _arrays(reader, group))]
    layers = [layer for layer in model.layers if layer.weights]
    if len(stored) != len(layers):
        raise ValueError(
            explain(
                f"Model {model.name!r}",
                f"weights for {len(layers)} layers",
                f"{len(stored)} in {source!r}",
                "Load them into the architecture that was saved.",
            )
        )
    pairs = []
    for layer, (group, arrays) in zip(layers, stored, strict=True):
        # The order of older files: what is trained, then the rest, over all that lies inside.
        variables = [*layer.trainable_weights, *layer.non_trainable_weights]
        expected, there = ([show_shape(tuple(x.shape)) for x in items] for items in (variables, arrays))
        if expected != there:
            raise ValueError(
                explain(
                    f"Layer {layer.name!r}",
                    f"arrays of shapes {', '.join(expected)}",
                    f"{', '.join(there)} in {group!r}",
                    "Load them into the architecture that was saved.",
                )
            )
        pairs += zip(variables, arrays, strict=True)
    before = raw_values([variable for variable, _ in pairs])
    try:
        for variable, array in pairs:
            variable.assign(array.read())
    except BaseException:
        write_values([variable for variable, _ in pairs], before)
        raise


def _arrays(reader: WeightsReader, group: str) -> list[StoredArray]:
    names = map(_text, reader.attributes(group).get("weight_names", []) if group in reader else [])
    found = []
    for name in names:
        place, _, key = f"{group}/{name}".rpartition("/")
        if place not in reader or key not in reader[place]:
            raise FileFormatError(f"Group {group[:80]!r} needs the arrays that it names; {name[:80]!r} is missing.")
        found.append(reader[place][key])
    return found


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
