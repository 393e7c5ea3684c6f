"""Reads hostile configs by every entry in a process of its own, under the audit hook of ``witness.py``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cornu
from tests.hostile import witness


def by_file(path: str) -> None:
    cornu.models.load_model(path)


def by_json(path: str) -> None:
    cornu.models.model_from_json(Path(path).read_text())


def by_config(path: str) -> None:
    data: dict[str, Any] = json.loads(Path(path).read_text())
    cls = cornu.Sequential if data["class_name"] == "Sequential" else cornu.Model
    cls.from_config(data["config"])


ENTRIES = {"file": by_file, "json": by_json, "config": by_config}


def warm_up() -> None:
    """Import and compile what honest models need, so that the hook sees the hostile ones alone."""
    x = cornu.Input((4,))
    model = cornu.Model(x, cornu.layers.Dense(2)(x))
    model.compile("sgd", "mse")
    again = cornu.models.model_from_json(model.to_json())
    again.optimizer.build(again.trainable_variables)


if __name__ == "__main__":
    warm_up()
    witness.read_all = ENTRIES[sys.argv[1]]
    witness.main(sys.argv[2:])
