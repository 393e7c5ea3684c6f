"""``cornu inspect``: a report of every file, the tables and the JSON made of it included."""

import io
import json

from rich.console import Console

from cornu.cli.tables import show_report
from cornu.saving.inspect import inspect
from tests.fuzz import seeds
from tests.fuzz.target import Target, on_disk
from tests.fuzz.targets import load_model


def read(data: bytes) -> None:
    ending = ".weights.h5" if data[:4] == b"\x89HDF" else ".keras"
    report = inspect(on_disk(data, f"m{ending}"))
    json.dumps(report.as_dict())
    shown = io.StringIO()
    show_report(report, Console(file=shown, width=100))
    assert "\x1b" not in shown.getvalue()


TARGET = Target(read, lambda: [*load_model.files(), *seeds.weights()], load_model.TARGET.mutate)
