"""Older whole-model files: ``load_model`` of ``.h5``, whose configs and lists are attributes, with an optimizer's state."""

import functools
import io
import json
import random
from collections.abc import Sequence

import h5py
import numpy as np

from cornu.core.errors import FileFormatError, GraphError, ShapeError, StructureError
from cornu.saving.models import load_model
from tests.fuzz import hdf5_grammar, seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Bytes, Target, on_disk

_config_changed = text_mutation(seeds.configs)


def read(data: bytes) -> None:
    load_model(on_disk(data, "m.h5"))


@functools.cache
def config() -> bytes:
    dense = {"name": "d", "trainable": True, "dtype": "float32", "units": 2, "activation": "linear", "use_bias": True}
    first = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3], "dtype": "float32", "name": "i"}}
    layers = [first, {"class_name": "Dense", "config": dense}]
    return json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": layers}}).encode()


UNTRAINED = b'{"loss": "mse", "metrics": null, "optimizer_config": null}'
TRAINED = b'{"loss": "mse", "metrics": ["mae"], "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.01}}}'
STATE = ((), (3, 2), (3, 2), (2,), (2,))  # of Adam in Keras 2, which stores no learning rate


def written(model: bytes, training: bytes = UNTRAINED, state: Sequence[tuple[int, ...]] = ()) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as out:
        out.attrs["model_config"], out.attrs["training_config"] = np.bytes_(model), np.bytes_(training)
        group = out.create_group("model_weights")
        group.attrs["layer_names"] = [b"d"]
        layer = group.create_group("d")
        layer.attrs["weight_names"] = [b"d/kernel:0", b"d/bias:0"]
        layer["d/kernel:0"], layer["d/bias:0"] = np.ones((3, 2), "f4"), np.ones(2, "f4")
        if state:
            slots = out.create_group("optimizer_weights")
            slots.attrs["weight_names"] = [f"adam/{i}:0".encode() for i in range(len(state))]
            for i, shape in enumerate(state):
                slots[f"adam/{i}:0"] = np.ones(shape, "f4" if shape else "i8")
    return file.getvalue()


def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    """The file's structure damaged, or a whole one around a changed config, a changed training or other state."""
    if draw.random() < 0.5:
        return hdf5_grammar.mutate(data, draw, damage)
    texts = [config(), draw.choice((TRAINED, UNTRAINED))]
    changed = draw.randrange(2)
    for _ in range(draw.randint(1, 3)):
        texts[changed] = _config_changed(texts[changed], draw, damage)
    state = draw.choice((STATE, STATE[1:], ((), *STATE), STATE[:3], (*STATE, ()), ((0, 5),)))
    return written(*texts, state) if max(map(len, texts)) < 32_000 else data


TARGET = Target(
    read,
    lambda: [written(config()), written(config(), TRAINED, STATE)],
    mutate,
    (FileFormatError, GraphError, ShapeError, StructureError),
    longest=32 << 10,
)
