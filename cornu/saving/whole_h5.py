"""Whole models in one ``.h5`` file, as Keras 2 and 3 wrote them: the config in an attribute, weights by layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cornu.core import registry
from cornu.core.allowance import limited
from cornu.core.errors import explain, show_shape
from cornu.core.pure import assign_all
from cornu.saving.checked_json import parse_json_object
from cornu.saving.errors import FileFormatError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.limits import Limits
from cornu.saving.older_weights import read_state
from cornu.saving.upgrade import upgraded, upgraded_compile, version_of
from cornu.saving.weights import EXTENDED_DTYPES, StoredArray, WeightsReader, handed_over, opened, read_arrays
from cornu.saving.window import Window

_WEIGHTS = "model_weights"
_STATE = "optimizer_weights"


def load(
    path: Path, custom_objects: Any, compile: bool, allowance: Callable[[WeightsReader], Any], limits: Limits
) -> Any:
    """The model of an ``.h5`` file, with the state of its optimizer."""
    with opened(HDF5Reader, Window.of_path(path), limits) as reader:
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
        version = version_of(attributes.get("keras_version"))
        config = registry.made("an older model", lambda: upgraded(_parsed(attributes, "model_config"), version))
        memory = allowance(reader)
        with limited(memory):
            model = check_model(registry.deserialize(config, custom_objects), path)
            if compile and "training_config" in attributes:
                training = _parsed(attributes, "training_config")
                registry.made(
                    "an older model's training", lambda: model.compile_from_config(upgraded_compile(training))
                )
        read_by_layer(model, reader, _WEIGHTS, str(path), misfit=FileFormatError)
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            # Of the types that HDF5 lacks, slots have bfloat16 alone.
            state = [handed_over(_typed(array, "bfloat16")) for array in read_arrays(_arrays(reader, _STATE))]
            registry.made("an older model's training", lambda: read_state(optimizer, state))
        memory.complete()
    return model


def check_model(thing: Any, path: Any) -> Any:
    """What a file holds, if it is a model."""
    if hasattr(thing, "load_weights"):
        return thing
    raise FileFormatError(
        explain(
            f"File {str(path)!r}",
            "a model",
            f"an object of class {type(thing).__name__}",
            "Load it with what saved it.",
        )
    )


def _parsed(attributes: dict[str, Any], name: str) -> dict[str, Any]:
    value = attributes[name]
    return parse_json_object(value if isinstance(value, (str, bytes)) else str(value), name)


def is_by_layer(reader: WeightsReader) -> bool:
    """Whether weights are listed by layer names, as older files have them."""
    return "layer_names" in reader.attributes("") or "model_config" in reader.attributes("")


def read_by_layer(
    model: Any, reader: WeightsReader, root: str, source: str, misfit: type[ValueError] = ValueError
) -> None:
    """Arrays into layers in order: those layers that have weights, against those groups that have arrays.

    Args:
        misfit: what is raised where arrays do not fit.
    """
    groups = [f"{root}/{name}".strip("/") for name in _names(reader, root, "layer_names")]
    stored = [(group, arrays) for group in groups if (arrays := _arrays(reader, group))]
    layers = [layer for layer in model.layers if layer.weights]
    if len(stored) != len(layers):
        raise misfit(
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
            raise misfit(
                explain(
                    f"Layer {layer.name!r}",
                    f"arrays of shapes {', '.join(expected)}",
                    f"{', '.join(there)} in {group!r}",
                    "Load them into the architecture that was saved.",
                )
            )
        pairs += zip(variables, arrays, strict=True)
    arrays = read_arrays([array for _, array in pairs])
    variables = [variable for variable, _ in pairs]
    typed = [_typed(array, v.dtype) for v, array in zip(variables, arrays, strict=True)]
    assign_all(variables, [handed_over(array, v.dtype) for v, array in zip(variables, typed, strict=True)])


def _typed(array: np.ndarray, dtype: str) -> np.ndarray:
    """An array in the type that HDF5 lacks, whose bytes older files keep without its name."""
    meant = EXTENDED_DTYPES.get(dtype)
    raw = array.dtype.kind == "V" and array.dtype not in EXTENDED_DTYPES.values()
    return array.view(meant) if raw and meant is not None and meant.itemsize == array.dtype.itemsize else array


def _arrays(reader: WeightsReader, group: str) -> list[StoredArray]:
    found = []
    for name in _names(reader, group, "weight_names") if group in reader else []:
        place, _, key = f"{group}/{name}".rpartition("/")
        if place not in reader or key not in reader[place]:
            raise FileFormatError(f"Group {group[:80]!r} needs the arrays that it names; {name[:80]!r} is missing.")
        found.append(reader[place][key])
    return found


def _names(reader: WeightsReader, group: str, attribute: str) -> list[str]:
    """A list of names that older files keep in an attribute."""
    if group not in reader:
        raise FileFormatError(f"An older file needs the group {group[:80]!r}; it is not there.")
    names = reader.attributes(group).get(attribute, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        # h5py writes a list without an item as an array of numbers.
        if isinstance(names, np.ndarray) and names.size == 0:
            return []
        raise FileFormatError(f"Attribute {attribute} of {group[:80]!r} needs names; got {str(names)[:80]!r}.")
    return names
