"""Files and folders that appear whole or not at all: whatever fails, whoever is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cornu.core.files import atomic_file, atomic_folder, remove_leftovers

WRITES_AND_WAITS = """
import sys, time
from cornu.core.files import atomic_file
with atomic_file(sys.argv[1]) as file:
    file.write(b"new")
    file.flush()
    print("half", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with pytest.raises(failure), atomic_file(path) as file:
        file.write(b"new")
        raise failure
    assert (os.listdir(tmp_path), path.read_bytes()) == (["x"], b"old")


@pytest.mark.parametrize("call", ["fsync", "replace", "open", "chmod"])
def test_failing_system_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left"), atomic_file(path) as file:
            file.write(b"new")
    assert (os.listdir(tmp_path), path.read_bytes()) == (["x"], b"old")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full is Linux's")
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's own refusal, met when Python's buffer is written out."""
    path = tmp_path / "x"
    path.write_bytes(b"old")
    real = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda name, flags, *more, **named: (
            real("/dev/full", os.O_RDWR) if flags & os.O_CREAT else real(name, flags, *more, **named)
        ),
    )
    monkeypatch.setattr(os, "chmod", lambda *_: None)
    with pytest.raises(OSError, match="No space left"), atomic_file(path) as file:
        file.write(b"new" * 100_000)
    assert (os.listdir(tmp_path), path.read_bytes()) == (["x"], b"old")


def test_a_kill_leaves_the_old_file_and_a_leftover_that_can_be_found(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    command = [sys.executable, "-c", WRITES_AND_WAITS, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.kill()
    assert path.read_bytes() == b"old"
    (leftover,) = (name for name in os.listdir(tmp_path) if name != "x")
    assert leftover.startswith(".x.")
    (tmp_path / ".other").write_bytes(b"")
    remove_leftovers(tmp_path, "x")
    assert sorted(os.listdir(tmp_path)) == [".other", "x"]
    with atomic_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "x", tmp_path / "latest"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    with atomic_file(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)


def test_a_folder_that_cannot_be_moved_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m"
    path.mkdir()
    (path / "mark").write_text("old")
    rename, calls = os.rename, []

    def second_fails(*names: Any) -> None:
        calls.append(names)
        if len(calls) == 2:
            raise OSError("no")
        rename(*names)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(OSError, match="no"), atomic_folder(path, "mark") as folder:
        (folder / "mark").write_text("new")
    assert (os.listdir(tmp_path), (path / "mark").read_text()) == (["m"], "old")


def test_other_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(FileExistsError) as error, atomic_folder(tmp_path, "config.json"):
        pass
    assert str(error.value) == (
        f"{tmp_path} needs to be new, empty or a saved model; got a folder without config.json. Choose another path."
    )
    with atomic_folder(tmp_path / "new", "config.json") as folder:
        assert folder.parent == tmp_path
