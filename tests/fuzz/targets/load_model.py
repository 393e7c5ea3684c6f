"""Whole ``.keras`` files: ``load_model``."""

import json
import zipfile

from cornu.core.errors import FileFormatError, GraphError, ShapeError, StructureError
from cornu.saving.models import load_model
from tests.fuzz import hdf5_grammar, seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Mutate, Target, on_disk
from tests.fuzz.zip_grammar import member_mutation, packed


def by_name(name: str) -> Mutate | None:
    """Configs exchange parts with those of every layer."""
    if name == "config.json":
        return text_mutation(seeds.configs)
    return hdf5_grammar.mutate if name.endswith(".h5") else None


def read(data: bytes) -> None:
    load_model(on_disk(data, "m.keras"))


def files() -> list[bytes]:
    weights = seeds.members("model.weights.h5")[0]
    configs = [seeds.compiled_config(), *seeds.configs()[::4]]
    made = [[("config.json", json.dumps(c).encode()), ("model.weights.h5", weights)] for c in configs]
    return [*seeds.archives().values(), *(packed([(n, d, zipfile.ZIP_STORED) for n, d in m]) for m in made)]


TARGET = Target(
    read,
    files,
    member_mutation(by_name),
    (FileFormatError, GraphError, ShapeError, StructureError),
)
