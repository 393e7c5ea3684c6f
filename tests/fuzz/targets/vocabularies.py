"""Whole files with words in their assets: every layer that keeps some, asked for them and for its config again."""

import functools
import json
import random
import tempfile
from pathlib import Path

import numpy as np

import cornu
from cornu import layers
from cornu.saving.models import load_model
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Bytes, Mutate, Target, on_disk
from tests.fuzz.targets import load_model as whole
from tests.fuzz.zip_grammar import member_mutation

LINES = (
    b"",
    b"[UNK]",
    b"-1",
    b"0",
    b"a",
    b"9" * 30,
    b"9" * 5000,
    b"\xff\xfe",
    b"1.5",
    b"nan",
    "é".encode(),
    b"a\r",
    b"\0",
)


def words_changed(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    """Lines of a vocabulary replaced, doubled, taken away or moved."""
    lines = data.split(b"\n")
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(lines))
        kind = draw.randrange(5)
        if kind < 2:
            lines[at] = draw.choice(LINES)
        elif kind == 2:
            lines.insert(at, draw.choice((*LINES, draw.choice(lines))))
        elif kind == 3 and len(lines) > 1:
            del lines[at]
        else:
            lines[at] = damage(lines[at])
    return b"\n".join(lines)


def by_name(name: str) -> Mutate | None:
    """How a member's content is damaged."""
    if name == "config.json":
        return text_mutation()
    return words_changed if name.startswith("assets/") else whole.by_name(name)


def read(data: bytes) -> None:
    for layer in load_model(on_disk(data, "m.keras")).layers:
        if hasattr(layer, "get_vocabulary"):
            layer.get_vocabulary()
            json.dumps(layer.get_config())
            layer.assets()


@functools.cache
def files() -> list[bytes]:
    words, numbers = np.array([["the", "horn"], ["horn", "of"]]), np.array([[3, 5], [3, 3]])
    found = []
    for mode in ("int", "tf_idf"):
        made = [
            layers.StringLookup(output_mode=mode, name="words"),
            layers.TextVectorization(output_mode=mode, name="texts"),
            layers.IntegerLookup(output_mode=mode, name="numbers"),
        ]
        inputs = [
            cornu.Input((2,), dtype="string"),
            cornu.Input((1,), dtype="string"),
            cornu.Input((2,), dtype="int32"),
        ]
        for layer, seen in zip(made, (words, words[:, :1], numbers), strict=True):
            layer.adapt(seen)
        model = cornu.Model(inputs, [layer(x) for layer, x in zip(made, inputs, strict=True)], name="m")
        with tempfile.TemporaryDirectory() as folder:
            model.save(f"{folder}/m.keras")
            found.append(Path(folder, "m.keras").read_bytes())
    return found


TARGET = Target(read, files, member_mutation(by_name), whole.TARGET.refusals)
