"""Each hostile file is refused by a typed error: at once, in little memory, touching nothing."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.catalogue import CATALOGUE, archive
from tests.hostile.witness import MEMORY, SECONDS


def witness(paths: list[Path]) -> list[dict[str, Any]]:
    command = [sys.executable, str(Path(__file__).with_name("witness.py")), *map(str, paths)]
    root = Path(__file__).parents[2]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=root,
        env={"PYTHONPATH": str(root)},
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="session")
def testimony(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What happened with each file of the catalogue, all read by one process."""
    paths = [build(tmp_path_factory.mktemp(name)) for name, (build, _) in CATALOGUE.items()]
    return dict(zip(CATALOGUE, witness(paths), strict=True))


@pytest.mark.parametrize("name", CATALOGUE)
def test_refused(name: str, testimony: dict[str, dict[str, Any]]) -> None:
    found, refusal = testimony[name], CATALOGUE[name][1]
    assert found["outcome"] in ("UnsafeFileError", "FileFormatError"), found
    assert any(part in found["message"] for part in refusal.split("|")), found["message"]
    assert found["events"] == []
    assert found["seconds"] < SECONDS
    assert found["memory"] < MEMORY


def test_deep_names_are_not_kept_for_each_of_their_parts(tmp_path: Path) -> None:
    """A thousand arrays, each 500 groups deep: harmless, as long as nobody makes the 500,000 groups."""
    header = {f"{i}/" + "a/" * 500 + "x": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(1000)}
    text = json.dumps(header).encode()
    path = tmp_path / "deep.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    (found,) = witness([path])
    assert (found["outcome"], found["events"]) == ("read", [])
    assert found["memory"] < MEMORY


def test_nothing_was_written(tmp_path: Path) -> None:
    path = CATALOGUE["npz_pickle"][0](tmp_path)
    witness([path])
    assert sorted(tmp_path.iterdir()) == [path]


def test_the_witness_would_see_it(tmp_path: Path) -> None:
    """The honest file that the hostile ones are made of is read, and the hook is awake."""
    (found,) = witness([archive(tmp_path)])
    assert (found["outcome"], found["events"]) == ("read", [])
    spy = "import tests.hostile.witness as w, os\n"
    spy += "def bad(path): os.system('true'); import this; open('/etc/hostname')\n"
    spy += "w.read_all = bad; w.main(['/nowhere'])"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", spy], capture_output=True, text=True, cwd=root, check=True)
    events = json.loads(run.stdout.splitlines()[-1])["events"]
    assert [event.split()[0] for event in events[:2]] == ["os.system", "import"]
    assert re.search(r"open '/etc/hostname'", " ".join(events))


def test_unknown_members_are_named_and_left_alone(tmp_path: Path) -> None:
    from cornu.saving.archive import read_archive

    with read_archive(archive(tmp_path, **{"run_me.py": b"1/0"})) as found:
        assert found.unknown == ("run_me.py",)
