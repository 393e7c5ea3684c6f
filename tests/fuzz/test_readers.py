"""The short search of every run: the kept corpus under the witness, and some inputs that hypothesis picks.

``make fuzz`` searches longer and is guided by coverage.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.catalogue import TARGETS
from tests.fuzz.replay import KEPT, kept
from tests.fuzz.target import damaged

ROOT = Path(__file__).parents[2]
every_target = pytest.mark.parametrize("name", TARGETS)


def test_the_kept_corpus_breaks_no_promise() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.replay"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "JAX_PLATFORMS": "cpu"},
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    results = [json.loads(line) for line in run.stdout.splitlines()]
    assert [result["target"] for result in results] == list(TARGETS)
    wrong = [f"{result['target']}: {text}" for result in results for text in result["findings"]]
    assert not wrong, "\n".join(wrong)


@every_target
@given(data=st.data())
def test_only_documented_errors_escape(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    draw = random.Random(data.draw(st.integers(0, 2**32 - 1)))
    known = [*target.seeds(), *kept(name)]
    changed = data.draw(st.sampled_from(range(len(known))).map(known.__getitem__))
    for _ in range(data.draw(st.integers(1, 4))):
        changed = target.other(changed, draw, lambda part: damaged(part, draw))
    with suppress(*target.refusals), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        target.read(changed)


def test_every_target_has_a_corpus_and_all_are_small() -> None:
    sizes = {name: sum(len(data) for data in kept(name)) for name in TARGETS}
    assert all(sizes.values()), sizes
    assert sum(sizes.values()) < 1 << 20
    assert {path.name for path in KEPT.iterdir()} == set(TARGETS)


SPY = """
from tests.fuzz.target import Target
from tests.fuzz.witness import Finding, Witness
import os, time
kept = []
def read(data):
    if data == b"open": open("/etc/hostname")
    if data == b"run": os.system("true")
    if data == b"slow":
        start = time.process_time()
        while time.process_time() < start + 1.2: pass
    if data == b"large": kept.append(b"x" * (80 << 20))
    if data == b"refused": raise ValueError
    if data == b"crash": raise KeyError("x")
witness = Witness(Target(read, list, None, (ValueError,)))
for data in (b"honest", b"refused", b"open", b"run", b"slow", b"large", b"crash"):
    try: print(witness.read(data))
    except Finding as finding: print(finding)
"""


def test_the_witness_sees_what_it_should() -> None:
    run = subprocess.run([sys.executable, "-c", SPY], capture_output=True, text=True, cwd=ROOT, check=True)
    honest, refused, opened, ran, slow, large, crash = run.stdout.splitlines()
    assert (honest, refused) == ("True", "False")
    assert opened == "event open '/etc/hostname'"
    assert ran.startswith("event os.system")
    assert slow.startswith("cost: ")
    assert large == ("cost: 64 MiB, read" if sys.platform == "linux" else "True")
    assert crash == "KeyError at <string>:14: 'x'"


def test_the_command_searches_without_atheris_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.run", "--seconds", "1", "--folder", str(tmp_path), "json_text"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("json_text")
    (done,) = map(json.loads, (tmp_path / "runs.jsonl").read_text().splitlines())
    assert done["inputs"] > 10 and 0 < done["read"] < done["inputs"] and done["findings"] == []
