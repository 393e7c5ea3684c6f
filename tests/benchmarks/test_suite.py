"""The timing suite at tiny sizes: every model builds, trains, and agrees with its hand-written version."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

import cornu
from benchmarks.suite import by_hand, case, data, jax_loops, keras_like, models, plot, report
from benchmarks.suite.contenders import CONTENDERS, chosen
from benchmarks.suite.quick import QUICK
from benchmarks.suite.targets import RIVALS, TARGETS
from benchmarks.suite.workloads import WORKLOADS

# One workload for each model; of W11 and W13 the sizes alone differ.
MODELS = ("W1", "W2", "W3", "W4", "W5", "W6", "W8", "W9", "W12", "W14")


@pytest.mark.parametrize("name", MODELS)
def test_first_losses_agree(name: str, tmp_path: Path) -> None:
    work = dataclasses.replace(WORKLOADS[name].at("tiny"), half=False)
    case.write(work, tmp_path / "case.npz")
    shared = case.read(tmp_path / "case.npz")
    assert jax_loops.Run(work, shared).loss() == pytest.approx(shared.loss, rel=1e-4)


@pytest.mark.parametrize("name", ["W1", "W5", "W9"])
def test_losses_agree_after_an_epoch(name: str, tmp_path: Path) -> None:
    """RMSprop, Adam, and a loss that leaves padding out; without dropout."""
    work = WORKLOADS[name].at("tiny")
    work = dataclasses.replace(work, sizes={**work.sizes, **({"dropout": 0.0} if "dropout" in work.sizes else {})})
    case.write(work, tmp_path / "case.npz")
    shared = case.read(tmp_path / "case.npz")
    model = keras_like.compiled_model(cornu, work)
    case.give(model, shared.weights)
    x, y = data.make(work)
    history = model.fit(x[0], y[0], batch_size=work.batch, shuffle=False, verbose=0)
    program = jax_loops.Program(work, "plain")
    step, carry = program.jit(program.step), program.start(shared.weights)
    losses = []
    for start in range(0, work.rows, work.batch):
        before = carry[3]
        carry = step(carry, *([a[start : start + work.batch] for a in part] for part in (x, y)))
        losses.append(float(carry[3] - before))
    assert history.history["loss"][0] == pytest.approx(np.mean(losses), rel=1e-4)


@pytest.mark.parametrize("name", ["W11", "W13"])
def test_half_precision_trains(name: str) -> None:
    work = WORKLOADS[name].at("tiny")
    policy = cornu.config.dtype_policy()
    try:
        keras_like.starter(work, "cornu")(1)
    finally:
        cornu.config.set_dtype_policy(policy)


def test_tables_name_what_exists() -> None:
    for work in WORKLOADS.values():
        assert work.family in by_hand.FORWARD and work.family in models.MODELS and work.family in data.DATA
    for target in TARGETS:
        names = (target.ours, *(() if target.versus == RIVALS else target.versus))
        assert not set(names) - set(CONTENDERS)
        assert target.ours in chosen(WORKLOADS[target.workload], None)
    for name, quick in QUICK.items():
        assert list(quick) == [c for c in chosen(WORKLOADS[name], None) if c in quick]


def test_report_and_plot() -> None:
    def runs(*rates: float) -> dict:
        return {"runs": [{"rows/s": {"median": r, "low": r, "high": r, "count": 1}} for r in rates], "versions": "1"}

    results = {
        "W5": {
            "cornu": runs(100.0, 120.0),
            "torch": runs(80.0, 100.0),
            "jax": runs(200.0),
            "keras-tf": {"runs": [], "error": "stopped after 120 s"},
            "keras-torch": {"runs": [], "absent": "No module named 'torch'"},
        }
    }
    console = Console(width=120, record=True, file=io.StringIO())
    report.show("W5", results["W5"], console)
    text = console.export_text()
    assert "keras-tf: not timed: stopped after 120 s" in text and "not installed: keras-torch" in text
    found = {verdict.rival: verdict for verdict in report.verdicts(results)}
    assert found["torch"].ratio == pytest.approx(110 / 90) and found["torch"].met
    assert found["jax"].ratio == pytest.approx(0.55) and not found["jax"].met
    titles = [e.text for e in ElementTree.fromstring(plot.svg(results)).iter("{http://www.w3.org/2000/svg}title")]
    assert "torch: 0.82x of Cornu" in titles and len(titles) == 3
