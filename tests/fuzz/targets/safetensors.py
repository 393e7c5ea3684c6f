"""The reader of ``.safetensors``."""

import io
import random
import struct

import numpy as np

from cornu.saving.safetensors import SafetensorsReader, SafetensorsWriter
from cornu.saving.window import Window
from tests.fuzz import seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Bytes, Target
from tests.fuzz.targets.hdf5 import read_weights

LENGTH = struct.Struct("<Q")
_header_changed = text_mutation()


def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    """The header changed under its right length."""
    if len(data) < LENGTH.size:
        return damage(data)
    end = LENGTH.size + min(LENGTH.unpack_from(data)[0], len(data))
    header = _header_changed(data[LENGTH.size : end], draw, damage)
    return LENGTH.pack(len(header)) + header + data[end:]


def honest() -> bytes:
    file = io.BytesIO()
    writer = SafetensorsWriter(file, {"framework": "cornu"})
    writer.write("layers/vars", [np.ones((2, 3), "float32"), np.arange(3)])
    writer.close()
    return file.getvalue()


TARGET = Target(
    lambda data: read_weights(SafetensorsReader(Window.of_bytes(data))),
    lambda: [honest(), *seeds.hostile(".safetensors").values()],
    mutate,
)
