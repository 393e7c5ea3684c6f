"""The command line: what it prints and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cornu as keras
from cornu import layers
from cornu.cli import main
from tests.hostile.catalogue import archive
from tests.hostile.configs import CONFIGS


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="a_layer")], name="chain")
    model.save("m.keras")
    return "m.keras"


def test_inspect(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", path]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0].startswith("file        m.keras (")
    assert [line for line in lines[1:] if line] == [
        "saved       1970-01-01 00:00:00, in the format of Keras 3.15.1",
        "model       Sequential 'chain'",
        "parameters  10 (40 B float32)",
        "compiled    no",
        " layer     class   built for   parameters   arrays",
        " " + 63 * "─",
        " a_layer   Dense   (None, 4)           10   (4, 2)  (2,) float32",
    ]


def test_inspect_as_json(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layers"][0]["parameters"] == 10


def test_diff(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", path, path]) == 0
    assert capsys.readouterr().out.strip() == "No difference: 2 arrays are equal."
    model = keras.models.load_model(path)
    model.layers[0].bias.assign([3.0, 4.0])
    model.save("other.keras")
    assert main(["diff", path, "other.keras"]) == 1
    assert "layers/dense/vars/1" in capsys.readouterr().out


def test_no_such_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "nowhere.keras"]) == 2
    assert capsys.readouterr().err == "cornu: No such file or directory: nowhere.keras\n"


def test_a_hostile_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = archive(tmp_path, config_json=json.dumps(CONFIGS["lambda_layer"][0]).encode())
    assert main(["inspect", str(path)]) == 1
    assert "suspicious m/y holds Python bytecode, which is never run" in capsys.readouterr().out


def test_names_do_not_reach_the_terminal_as_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = {"class_name": "M", "config": {"name": "\x1b]0;title\x07[red]m", "layers": []}, "registered_name": "M"}
    assert main(["inspect", str(archive(tmp_path, config_json=json.dumps(config).encode()))]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x07" not in out
    assert "\\x1b]0;title\\x07[red]m" in out.replace("\\\\", "\\")


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_reader_that_has_seen_enough(path: str, option: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "cornu.cli", "inspect", path, *option]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode != 0
