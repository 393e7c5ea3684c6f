"""``make fuzz``: every reader of untrusted bytes, searched for inputs that break a promise of SECURITY.md.

``python -m tests.fuzz.run [--seconds 60] [--folder .fuzz] [TARGET ...]`` shares the seconds among the targets, each in a process
of its own, one after another. With atheris the search is guided by coverage; without it (it has no wheel for every Python) the
kept corpus is replayed and damaged at random. Ends with 1 if there are findings: they lie in FOLDER/findings with what they are.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
import time
from contextlib import nullcontext, redirect_stderr
from pathlib import Path
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

try:
    import atheris
except ImportError:
    atheris: Any = None

# Coverage is counted in what is imported here for the first time, so this comes before anything that imports cornu.
# atheris names each module on stderr.
_instrumented = (
    atheris.instrument_imports(include=["cornu"], enable_loader_override=False) if atheris else nullcontext()
)
with redirect_stderr(io.StringIO()), _instrumented:
    import cornu  # noqa: F401
    from tests.fuzz.catalogue import TARGETS
    from tests.fuzz.search import Search

# Of one target at a time, so that a long run visits all of them often and its memory starts afresh.
MOST_SECONDS = 120.0


def round_of(name: str, seconds: float, folder: Path) -> dict[str, Any]:
    """Search one target in a process of its own; what it did."""
    log = folder / "logs" / f"{name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    known = findings(folder, name)
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        _become(name, seconds, folder, log)
    _, status, used = os.wait4(child, 0)
    counts = json.loads((folder / "stats" / f"{name}.json").read_text())
    reached = re.findall(r"cov: (\d+) ft: (\d+)", log.read_text(errors="replace"))
    code = os.waitstatus_to_exitcode(status)
    return {
        "target": name,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "wall_seconds": round(time.monotonic() - start, 1),
        **counts,
        "coverage": [int(number) for number in reached[-1]] if reached else None,
        "findings": sorted(findings(folder, name) - known),
        "died": None if code == 0 else code,
    }


def _become(name: str, seconds: float, folder: Path, log: Path) -> None:
    """In the child: search with both outputs in the log, and never return."""
    code = 1
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        search = Search(name, folder)
        if atheris:
            search.guided(seconds, atheris)
        else:
            search.blind(seconds)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def findings(folder: Path, name: str) -> set[str]:
    """Names of the findings' inputs."""
    place = folder / "findings" / name
    return {path.name for path in place.iterdir() if path.suffix != ".txt"} if place.is_dir() else set()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, default=Path(".fuzz"))
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    given = parser.parse_args()
    names = given.targets or list(TARGETS)
    given.folder.mkdir(exist_ok=True)
    left, failed = given.seconds, False
    while left > 0:
        share, began = min(MOST_SECONDS, max(left / len(names), 1.0)), time.monotonic()
        for name in names:
            done = round_of(name, share, given.folder)
            failed |= bool(done["findings"] or done["died"])
            with open(given.folder / "runs.jsonl", "a") as file:
                file.write(json.dumps(done) + "\n")
            print(_line(done), flush=True)
            _show(done["findings"], given.folder / "findings" / name)
        left -= time.monotonic() - began
    return int(failed)


def _line(done: dict[str, Any]) -> str:
    reached = "{} edges, {} features".format(*done["coverage"]) if done["coverage"] else "not guided"
    end = f", died with {done['died']} (see the log)" if done["died"] else ""
    return (
        f"{done['target']:13}{done['inputs']:9,} inputs, {done['read']:7,} of them read; {reached}; "
        f"{done['cpu_seconds']:.0f} s of CPU; {len(done['findings'])} findings{end}"
    )


def _show(names: list[str], place: Path) -> None:
    for name in names:
        text = place / f"{name}.txt"
        print(f"    {place / name}: {text.read_text().strip() if text.exists() else 'see the log'}")


if __name__ == "__main__":
    raise SystemExit(main())
