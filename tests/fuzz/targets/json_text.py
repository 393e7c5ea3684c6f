"""The JSON reader: what it accepts is what Python's own parser reads from the same text."""

import json

from cornu.saving.checked_json import parse_json
from tests.fuzz import seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Target


def read(data: bytes) -> None:
    assert parse_json(data) == json.loads(data.decode())


TARGET = Target(read, seeds.texts, text_mutation(seeds.configs))
