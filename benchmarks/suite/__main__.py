"""``python -m benchmarks.suite [--only W1 W7 ...] [--contenders cornu torch ...] [--quick] [--json FILE] [--plot FILE]``

Times Cornu against JAX by hand, Keras and PyTorch, side by side: rows per second (or milliseconds, or what starting
costs), ratios, and whether the targets are met. Rivals that are not installed are named and left out.
"""

from __future__ import annotations

import argparse
import json
import platform
import signal
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.suite import contenders, measure, plot, report, workloads
from benchmarks.suite.quick import QUICK, ROUNDS, SECONDS
from benchmarks.suite.workloads import WORKLOADS


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.suite", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", nargs="+", metavar="W", default=[], help="workloads; W7 stands for W7-mlp and W7-resnet")
    add("--contenders", nargs="+", metavar="NAME", help="those alone")
    add("--quick", action="store_true", help=f"a chosen subset, {ROUNDS} rounds, under 10 minutes on 2 quiet cores")
    add("--rounds", type=int, help="of all contenders in turn (3)")
    add("--seconds", type=float, help="that each contender is timed in each round, after its first epochs (4)")
    add("--limit", type=float, default=120, help="seconds after which a contender's process is stopped (120)")
    add("--size", choices=("full", "tiny"), default="full", help="tiny shows that everything works, W11 to W14 as well")
    add("--json", type=Path, metavar="FILE", help="write results")
    add("--add", action="store_true", help="add to the results that FILE has: rounds may be run apart")
    add("--show", type=Path, metavar="FILE", help="print the results of a file and measure nothing")
    add("--plot", type=Path, metavar="FILE.svg", help="draw results")
    return parser.parse_args()


def plan(args: argparse.Namespace, backend: str) -> dict[str, list[str]]:
    """Contenders by workload."""
    names = workloads.chosen(args.only) if args.only else list(WORKLOADS)
    if not args.only and args.size == "full":
        names = [name for name in names if WORKLOADS[name].platform == backend]
    found = {name: contenders.chosen(WORKLOADS[name], args.contenders) for name in names}
    if args.quick:
        found = {name: [c for c in QUICK.get(name, ()) if c in picked] for name, picked in found.items()}
    return {name: picked for name, picked in found.items() if picked}


def add(old: measure.Results, new: measure.Results) -> measure.Results:
    """More rounds of the same workload."""
    runs = {name: [run for part in (old, new) if name in part for run in part[name]["runs"]] for name in (*old, *new)}
    return {name: {**old.get(name, {}), **new.get(name, {}), "runs": found} for name, found in runs.items()}


def run(args: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Measure; after each workload its tables are shown and the file is written."""
    everything: dict[str, Any] = json.loads(args.json.read_text()) if args.add and args.json.exists() else {}
    rounds = args.rounds or (ROUNDS if args.quick else 3)
    seconds = args.seconds or (SECONDS if args.quick else 4.0)
    for workload, names in plan(args, measure.backend()).items():
        with console.status("") as status:
            found = measure.compare(workload, names, args.size, rounds, seconds, args.limit, status.update)
        everything[workload] = add(everything.get(workload, {}), found)
        report.show(workload, everything[workload], console)
        if args.json:
            args.json.write_text(json.dumps(everything, indent=1) + "\n")
    return everything


def main() -> None:
    """Measure or read, print, draw."""
    # Whoever stops the suite (`timeout`, say) stops the contender with it: what is raised ends its process group.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args, console = arguments(), Console()
    if not console.is_terminal:
        console = Console(width=120)
    if args.show:
        everything = json.loads(args.show.read_text())
        for workload, results in everything.items():
            report.show(workload, results, console)
    else:
        everything = run(args, console)
    if args.size == "full":
        report.show_targets(everything, console)
    console.print(f"Python {platform.python_version()}; {report.versions(everything)}", highlight=False)
    if args.plot:
        args.plot.write_text(plot.svg(everything))


if __name__ == "__main__":
    main()
