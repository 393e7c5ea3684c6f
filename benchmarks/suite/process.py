"""What one process does: ``python -m benchmarks.suite.process W1 cornu full SECONDS FILE`` measures one contender.

The last line of its output is JSON: "figures" by what is measured, or why there are none.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.suite import case, start
from benchmarks.suite.contenders import CONTENDERS
from benchmarks.suite.workloads import WORKLOADS

# First losses differ by the order of sums; in bfloat16 by its 8 bits.
TOLERANCE, HALF_TOLERANCE = 1e-3, 3e-2


def measure(workload: str, name: str, size: str, seconds: float, path: Path) -> dict[str, Any]:
    """Figures of one contender; an error in place of them if its first loss is not everybody's."""
    work, contender = WORKLOADS[workload].at(size), CONTENDERS[name]
    if work.kind == "start":
        result = start.measure(work, contender, path)
        return {**result, "figures": summary(result["figures"])}
    engine = contender.engine()
    shared = case.read(path)
    run = engine.Run(work, shared, **contender.options)
    loss = run.loss()
    if not math.isclose(loss, shared.loss, rel_tol=HALF_TOLERANCE if work.half else TOLERANCE):
        return {"error": f"its first loss is {loss:.6f}, not {shared.loss:.6f}"}
    return {"figures": summary(run.measure(seconds)), "loss": loss, "versions": _versions(engine, contender)}


def summary(figures: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Median, tenth and ninetieth percentile, and count."""
    found = {}
    for name, values in figures.items():
        ordered = sorted(values)
        low, high = (ordered[round(part * (len(ordered) - 1))] for part in (0.1, 0.9))
        found[name] = {"median": statistics.median(values), "low": low, "high": high, "count": len(values)}
    return found


def _versions(engine: Any, contender: Any) -> str:
    options = {key: value for key, value in contender.options.items() if key == "engine"}
    return engine.versions(**options)


def main() -> None:
    """Measure and print."""
    workload, name, size, seconds, path = sys.argv[1:]
    try:
        result = measure(workload, name, size, float(seconds), Path(path))
    except ImportError as problem:
        result = {"absent": str(problem)}
    except Exception as problem:  # one contender's failure is a line in the table, whatever it is
        text = str(problem).strip().splitlines() or [""]
        result = {"error": f"{type(problem).__name__}: {text[0]}"[:200]}
        print(problem, file=sys.stderr)
    print("\n" + json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
