"""Models from configs: ``model_from_json``, and what ``from_config`` and ``deserialize`` do below it."""

import json
import zlib

from cornu.core.allowance import Allowance, limited
from cornu.core.errors import FileFormatError, GraphError, ShapeError, StructureError
from cornu.models.model import model_from_json
from tests.fuzz import seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Target


def read(data: bytes) -> None:
    # First values of weights are the slow part, and compiled for each shape: for one text in 16.
    defer = zlib.crc32(data) % 16 != 0
    with limited(Allowance(16 << 20 if defer else 1 << 16, "so many", defer=defer)):
        model_from_json(data.decode("utf-8", "surrogateescape"))


TARGET = Target(
    read,
    lambda: [json.dumps(config).encode() for config in [*seeds.configs(), seeds.compiled_config()]],
    text_mutation(seeds.configs),
    (FileFormatError, GraphError, ShapeError, StructureError),
)
