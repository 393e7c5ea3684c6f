"""Weights over several files: the list before the first zero byte, the one shard behind it."""

import random

from cornu.core.errors import FileFormatError
from cornu.saving.shards import ShardsReader
from tests.fuzz import hdf5_grammar, seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Bytes, Target, on_disk
from tests.fuzz.targets.hdf5 import read_weights

_list_changed = text_mutation()
LIST = b'{"metadata": {"total_size": 36}, "weight_map": {"/layers/dense/vars": ["m_00000.weights.h5"], "/x": "m_00001.weights.h5"}}'


def read(data: bytes) -> None:
    places, _, shard = data.partition(b"\0")
    for name in ("m_00000", "m_00001"):
        on_disk(shard, f"{name}.weights.h5")
    with ShardsReader(on_disk(places, "m.weights.json")) as reader:
        read_weights(reader)


def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    places, _, shard = data.partition(b"\0")
    if draw.random() < 0.5:
        return places + b"\0" + hdf5_grammar.mutate(shard, draw, damage)
    return _list_changed(places, draw, damage).replace(b"\0", b"") + b"\0" + shard


TARGET = Target(
    read, lambda: [LIST + b"\0" + data for data in seeds.weights()[:3]], mutate, (FileFormatError, FileNotFoundError)
)
