"""Each contender in a process of its own, all of them in turn, several rounds: the machine's moods meet all alike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.suite.contenders import CONTENDERS

# {contender: {"runs": [{metric: {"median": ...}}, ...], "versions": ..., "loss": ..., "error": ..., "absent": ...}}
Results = dict[str, dict[str, Any]]


def compare(
    workload: str,
    contenders: list[str],
    size: str,
    rounds: int,
    seconds: float,
    limit: float,
    say: Callable[[str], None],
) -> Results:
    """Results by contender; one that failed in one round is not tried in the next."""
    results: Results = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case.npz")
        # In a process of its own: the parent holds no memory and no accelerator.
        _run(["case", workload, size, str(path)], {}, None)
        for index in range(rounds):
            for name in contenders:
                entry = results.setdefault(name, {"runs": []})
                if "error" in entry or "absent" in entry:
                    continue
                say(f"{workload} {name}, round {index + 1} of {rounds}")
                found = one(workload, name, size, seconds, limit, Path(folder))
                if "figures" in found:
                    entry["runs"].append(found.pop("figures"))
                entry.update(found)
    return results


def one(workload: str, name: str, size: str, seconds: float, limit: float, folder: Path) -> dict[str, Any]:
    """What one process reports."""
    arguments = ["process", workload, name, size, str(seconds), str(folder / "case.npz")]
    environment = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    # Cornu keeps compiled programs by default: each process gets an empty folder, or a second round would be a warm start.
    environment["CORNU_CACHE"] = tempfile.mkdtemp(prefix="cache-", dir=folder)
    if CONTENDERS[name].warm:
        cache = folder / f"cache-{name}"
        environment |= {
            "JAX_COMPILATION_CACHE_DIR": str(cache),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
        if not cache.exists():
            _run(arguments, environment, limit)
    try:
        output = _run(arguments, environment, limit)
    except subprocess.TimeoutExpired:
        return {"error": f"stopped after {limit:.0f} s"}
    except subprocess.CalledProcessError as problem:
        return {"error": f"its process ended with {problem.returncode}"}
    return json.loads(output.strip().splitlines()[-1])


def backend() -> str:
    """JAX's default one: "cpu" or "gpu"."""
    command = [sys.executable, "-c", "import jax; print(jax.default_backend())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _run(arguments: list[str], environment: dict[str, str], limit: float | None) -> str:
    """A module of this package as a process; it ends with all that it started (compilers, workers)."""
    module, *rest = arguments
    command = [sys.executable, "-m", f"benchmarks.suite.{module}", *rest]
    # Installed products have their bytecode; where writing it is off, a checkout is compiled anew in each process.
    environment = {"PYTHONDONTWRITEBYTECODE": "", **environment}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    ) as process:
        try:
            output, complaints = process.communicate(timeout=limit)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        print(complaints[-2000:], file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    return output
