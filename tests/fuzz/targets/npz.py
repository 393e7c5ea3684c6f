"""The reader of ``.npz`` weights."""

import io
import random

import numpy as np

from cornu.saving.npz import NpzReader, NpzWriter
from cornu.saving.window import Window
from tests.fuzz import seeds
from tests.fuzz.target import Bytes, Target
from tests.fuzz.targets.hdf5 import read_weights
from tests.fuzz.zip_grammar import member_mutation

WORDS = (
    b"'|O'",
    b"'<f4'",
    b"'>f8'",
    b"'|V2'",
    b"'<U9'",
    b"True",
    b"False",
    b"(,)",
    b"(0,)",
    b"(99999999999,)",
    b"(-1,)",
    b"'shape'",
    b"'descr'",
)


def header_changed(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    """One word of the text that says what follows."""
    parts = data.split(b" ", 8)
    parts[draw.randrange(len(parts))] = draw.choice(WORDS) + draw.choice((b"", b","))
    return b" ".join(parts)


def honest() -> bytes:
    file = io.BytesIO()
    writer = NpzWriter(file)
    writer.write("layers/vars", [np.ones((2, 3), "float32"), np.arange(3), np.asfortranarray(np.ones((2, 2)))])
    writer.close()
    return file.getvalue()


TARGET = Target(
    lambda data: read_weights(NpzReader(Window.of_bytes(data))),
    lambda: [honest(), *seeds.hostile(".npz").values()],
    member_mutation(lambda name: header_changed),
)
