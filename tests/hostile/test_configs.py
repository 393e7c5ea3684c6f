"""Each hostile config is refused by a typed error, by every way in: at once, in little memory, touching nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.catalogue import archive
from tests.hostile.configs import CONFIGS, MEMBERS
from tests.hostile.witness import MEMORY, SECONDS

TYPES = {"UnsafeFileError", "FileFormatError", "ConfigError", "UnknownClassError", "GraphError", "ShapeError"}
# What sits outside of the model's own config is not there for ``from_config``.
OUTSIDE = ("compile_", "lambda_loss", "layers_none")


def names(entry: str) -> list[str]:
    inside = [n for n in CONFIGS if entry == "file" or n not in MEMBERS]
    return [n for n in inside if entry != "config" or not n.startswith(OUTSIDE)]


@pytest.fixture(scope="module", params=["file", "json", "config"])
def testimony(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened with each config, all read by one process."""
    folder = tmp_path_factory.mktemp(request.param)
    paths = []
    for name in names(request.param):
        data = json.dumps(CONFIGS[name][0])
        place = folder / str(len(paths))
        place.mkdir()
        if request.param == "file":
            paths.append(archive(place, config_json=data.encode(), **MEMBERS.get(name, {})))
        else:
            paths.append(place / "model.json")
            paths[-1].write_text(data)
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-m", "tests.hostile.config_witness", request.param, *map(str, paths)],
        capture_output=True,
        text=True,
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return dict(zip(names(request.param), map(json.loads, run.stdout.splitlines()), strict=True))


def complaints(name: str, found: dict[str, Any]) -> list[str]:
    refusal = CONFIGS[name][1]
    wrong = []
    if found["outcome"] not in TYPES:
        wrong.append(f"outcome {found['outcome']}")
    if not any(part in found["message"] for part in refusal.split("|")):
        wrong.append(f"message {found['message'][:300]}")
    wrong += [f"event {event}" for event in found["events"]]
    if found["seconds"] >= SECONDS:
        wrong.append(f"{found['seconds']:.2f} s")
    if found["memory"] >= MEMORY:
        wrong.append(f"{found['memory'] >> 20} MiB")
    return wrong


def test_refused(testimony: dict[str, Any]) -> None:
    wrong = [f"{name}: {complaint}" for name in testimony for complaint in complaints(name, testimony[name])]
    assert not wrong, "\n".join(wrong)


def test_the_honest_config_that_they_are_made_of(tmp_path: Path) -> None:
    import cornu
    from tests.hostile.configs import dense, model

    assert cornu.models.model_from_json(json.dumps(model(dense()))).output_shape == (None, 4)
