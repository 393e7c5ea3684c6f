"""The line that moves, looked at through a terminal of a certain width."""

import re
import shutil
import sys

import pytest

from cornu.train import progress
from cornu.train.progress import Progress


class Terminal:
    """Collects what is written; ``rows`` is what stays on the screen."""

    def __init__(self, columns=80, terminal=True):
        self.columns, self.terminal, self.text = columns, terminal, ""

    def write(self, text):
        self.text += text

    def flush(self): ...

    def isatty(self):
        return self.terminal

    @property
    def rows(self):
        rows, row, column = [], [], 0
        for character in self.text:
            if character == "\r":
                column = 0
            elif character == "\n":
                rows, row, column = [*rows, row], [], 0
            else:
                if column == self.columns:
                    rows, row, column = [*rows, row], [], 0
                row[column : column + 1] = [character]
                column += 1
        return ["".join(row).rstrip() for row in rows]


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: now[0])
    return now


def run(monkeypatch, clock, terminal, steps=4, logs=None, known=True, verbose=1):
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: type("Size", (), {"columns": terminal.columns}))
    logs = logs or {"loss": 0.25}
    clock[0] = 100.0
    bar = Progress(steps if known else None, "Epoch 1/2", verbose)
    for done in range(1, steps + 1):
        clock[0] += 8.0 if done == 1 else 1.0  # the first step compiles
        bar.update(done, lambda: logs)
    bar.finish(steps, logs)


def test_a_wide_terminal_keeps_two_rows_and_a_pace_without_the_compilation(monkeypatch, clock):
    terminal = Terminal()
    run(monkeypatch, clock, terminal)
    assert terminal.rows == ["Epoch 1/2", "4/4 ━━━━━━━━━━━━━━━━━━━━ 11.0s 1.0s/step - loss: 0.2500"]
    moves = re.split("[\r\n]", terminal.text)
    assert moves[2].rstrip() == "1/4 ━━━━━─────────────── loss: 0.2500"
    assert moves[3].rstrip() == "2/4 ━━━━━━━━━━────────── 2.0s left, 1.0s/step - loss: 0.2500"


def test_a_narrow_terminal_is_never_wrapped_before_the_last_line(monkeypatch, clock):
    terminal = Terminal(columns=30)
    run(monkeypatch, clock, terminal, logs={"loss": 0.25, "mae": 0.5, "val_loss": 0.75})
    moves = re.split("[\r\n]", terminal.text)[2:-2]
    assert [move.rstrip() for move in moves] == [
        "1/4 loss: 0.2500 - mae: 0.50…",
        "2/4 2.0s left, 1.0s/step - l…",
        "3/4 1.0s left, 1.0s/step - l…",
        "4/4 1.0s/step - loss: 0.2500…",
    ]
    assert "".join(terminal.rows[1:]).startswith("4/4 ━━━━━━━━━━━━━━━━━━━━ 11.0s")
    assert "".join(terminal.rows[1:]).endswith("val_loss: 0.7500")


def test_a_file_gets_the_last_line_only(monkeypatch, clock):
    terminal = Terminal(terminal=False)
    run(monkeypatch, clock, terminal)
    assert terminal.text == "Epoch 1/2\n4/4 ━━━━━━━━━━━━━━━━━━━━ 11.0s 1.0s/step - loss: 0.2500\n"


def test_steps_that_are_not_known(monkeypatch, clock):
    terminal = Terminal()
    run(monkeypatch, clock, terminal, known=False)
    assert re.split("[\r\n]", terminal.text)[3].rstrip() == "2/? 1.0s/step - loss: 0.2500"
    assert terminal.rows[1] == "4/4 ━━━━━━━━━━━━━━━━━━━━ 11.0s 1.0s/step - loss: 0.2500"


@pytest.mark.parametrize(("verbose", "text"), [(0, ""), (2, "Epoch 1/2\n4/4 - 11.0s 1.0s/step - loss: 0.2500\n")])
def test_verbose(monkeypatch, clock, verbose, text):
    terminal = Terminal()
    run(monkeypatch, clock, terminal, verbose=verbose)
    assert terminal.text == text
