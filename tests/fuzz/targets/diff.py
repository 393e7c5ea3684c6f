"""``cornu diff``: an honest file against any."""

import io
import json

from rich.console import Console

from cornu.cli.tables import show_difference
from cornu.saving.compare import compare
from tests.fuzz import seeds
from tests.fuzz.target import Target, on_disk
from tests.fuzz.targets import load_model


def read(data: bytes) -> None:
    difference = compare(on_disk(seeds.archives()["honest"], "honest.keras"), on_disk(data, "m.keras"))
    json.dumps(difference.as_dict())
    show_difference(difference, "a", "b", Console(file=io.StringIO(), width=100))


TARGET = Target(read, load_model.files, load_model.TARGET.mutate)
