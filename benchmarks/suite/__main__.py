"""``python -m benchmarks.suite [W1 W2 ...] [--only cornu jax ...] [--rounds 3] [--json OUT]``

Each contender runs in a process of its own, all of them in turn, several rounds: the machine's moods meet all
alike. The table has rows per second (median over rounds and epochs, with the spread of the rounds), ratios to the
first contender, and the loss before training, which has to agree. Rivals that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.suite.contenders import CONTENDERS
from benchmarks.suite.workloads import WORKLOADS


def measure(workload: str, contender: str) -> dict[str, Any] | None:
    """What one process of a contender reports; None if it cannot run here."""
    command = [sys.executable, "-m", "benchmarks.suite.contenders", workload, contender]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        lines = run.stderr.strip().splitlines()
        print(f"  {contender}: left out ({lines[-1][:120] if lines else 'no message'})", file=sys.stderr)
        return None
    return json.loads(run.stdout.strip().splitlines()[-1])


def compare(workload: str, contenders: list[str], rounds: int) -> dict[str, Any]:
    """Results by contender."""
    results: dict[str, list[dict[str, Any]]] = {}
    for index in range(rounds):
        for contender in contenders:
            if index and contender not in results:
                continue
            result = measure(workload, contender)
            if result is not None:
                results.setdefault(contender, []).append(result)
    return {name: summary(runs) for name, runs in results.items()}


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Median rate, spread over rounds, and what does not vary."""
    medians = [statistics.median(run["rates"]) for run in runs]
    return {
        "rate": statistics.median(medians),
        "low": min(medians),
        "high": max(medians),
        "first_fit_s": statistics.median(run["first_fit_s"] for run in runs),
        "first_loss": runs[0]["first_loss"],
        "versions": runs[0]["versions"],
    }


def table(workload: str, results: dict[str, Any]) -> Table:
    """One workload's results."""
    work = WORKLOADS[workload]
    shown = Table(title=f"{workload}: {work.title}, batch {work.batch}")
    for column in ("contender", "rows/s", "spread", "cornu is", "first epoch", "first loss"):
        shown.add_column(column, justify="left" if column == "contender" else "right")
    ours = results.get("cornu", {}).get("rate")
    for name, r in sorted(results.items(), key=lambda item: -item[1]["rate"]):
        ratio = f"{ours / r['rate']:.2f}x" if ours else ""
        spread = f"{r['low']:,.0f}-{r['high']:,.0f}"
        shown.add_row(name, f"{r['rate']:,.0f}", spread, ratio, f"{r['first_fit_s']:.1f} s", f"{r['first_loss']:.5f}")
    return shown


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    parser.add_argument("--only", nargs="*", default=list(CONTENDERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    everything = {}
    console = Console()
    for workload in args.workloads or list(WORKLOADS):
        everything[workload] = compare(workload, args.only, args.rounds)
        console.print(table(workload, everything[workload]))
        console.print("; ".join(dict.fromkeys(r["versions"] for r in everything[workload].values())))
    if args.json:
        with open(args.json, "w") as file:
            json.dump(everything, file, indent=1)


if __name__ == "__main__":
    main()
