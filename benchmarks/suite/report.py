"""Results as tables: medians with their spread, ratios to the best rival, and whether the targets are met."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from benchmarks.suite.contenders import CONTENDERS
from benchmarks.suite.measure import Results
from benchmarks.suite.targets import RIVALS, TARGETS, Target
from benchmarks.suite.workloads import WORKLOADS


@dataclasses.dataclass(frozen=True)
class Figure:
    """A contender's figure: the median over rounds of each round's median; the lowest and highest round."""

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A target with what was measured; ratio: above 1 is better."""

    target: Target
    rival: str
    ratio: float
    met: bool


def metrics(results: Results) -> list[str]:
    """What was measured, in the order in which it was reported."""
    return list(dict.fromkeys(name for entry in results.values() for run in entry["runs"] for name in run))


def figures(results: Results, metric: str) -> dict[str, Figure]:
    """By contender, best first; a contender with one round shows the spread within it."""
    found = {}
    for name, entry in results.items():
        runs = [run[metric] for run in entry["runs"] if metric in run]
        if not runs:
            continue
        medians = [run["median"] for run in runs]
        alone = len(runs) == 1
        low, high = (runs[0]["low"], runs[0]["high"]) if alone else (min(medians), max(medians))
        found[name] = Figure(statistics.median(medians), low, high)
    return dict(sorted(found.items(), key=lambda item: item[1].value, reverse=metric == "rows/s"))


def better(metric: str, ours: float, theirs: float) -> float:
    """How many times better ours is."""
    return ours / theirs if metric == "rows/s" else theirs / ours


def best_rival(found: dict[str, Figure]) -> str | None:
    """Name of the best product to choose instead."""
    return next((name for name in found if CONTENDERS[name].rival), None)


def verdicts(everything: dict[str, Results]) -> Iterator[Verdict]:
    """All targets whose two sides were measured."""
    for target in TARGETS:
        found = figures(everything.get(target.workload, {}), target.metric)
        if target.versus == RIVALS:
            rival = best_rival(found)
        else:
            rival = next((name for name in found if name in target.versus), None)
        if rival is None or target.ours not in found:
            continue
        ours, theirs = found[target.ours].value, found[rival].value
        ratio = better(target.metric, ours, theirs)
        met = ratio >= target.least if target.over is None else ours <= theirs + target.over
        yield Verdict(target, rival, ratio, met)


def show(workload: str, results: Results, console: Console) -> None:
    """One workload: a table for each thing measured, then whoever is missing and why."""
    work = WORKLOADS[workload]
    for metric in metrics(results):
        found = figures(results, metric)
        console.print(_table(f"{workload} {work.title}, batch {work.batch}: {metric}", metric, found))
    for name, entry in results.items():
        if "error" in entry:
            console.print(f"  {name}: not timed: {entry['error']}", highlight=False, markup=False)
    absent = [name for name, entry in results.items() if "absent" in entry]
    if absent:
        console.print(f"  not installed: {', '.join(absent)}", highlight=False)


def _table(title: str, metric: str, found: dict[str, Figure]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("contender", metric, "spread", "cornu is", ""):
        table.add_column(column, justify="right" if column in (metric, "spread", "cornu is") else "left")
    best, ours = best_rival(found), found.get("cornu")
    for name, figure in found.items():
        ratio = f"{better(metric, ours.value, figure.value):.2f}x" if ours else ""
        notes = ["best rival"] if name == best else []
        notes += [CONTENDERS[name].note] if CONTENDERS[name].note else []
        spread = f"{number(figure.low)}-{number(figure.high)}"
        table.add_row(
            name, number(figure.value), spread, ratio, ", ".join(notes), style="bold" if name == "cornu" else ""
        )
    return table


def show_targets(everything: dict[str, Results], console: Console) -> None:
    """The last table: met or not."""
    table = Table(title="Targets (a ratio above 1: Cornu is better)", title_justify="left")
    for column in ("workload", "of", "who", "against", "ratio", "at least", "aim", "met"):
        table.add_column(column, justify="right" if column in ("ratio", "at least", "aim") else "left")
    for verdict in verdicts(everything):
        target = verdict.target
        least = f"{target.least:.2f}x" if target.over is None else f"+{target.over:g}"
        aim = f"{target.aim:.2f}x" if target.aim else ""
        cells = (target.workload, target.metric, target.ours, verdict.rival, f"{verdict.ratio:.2f}x", least, aim)
        table.add_row(*cells, "yes" if verdict.met else "NO")
    if table.row_count:
        console.print(table)


def versions(everything: dict[str, Results]) -> str:
    """Each product once."""
    entries = (entry for results in everything.values() for entry in results.values())
    return "; ".join(_once(entry["versions"] for entry in entries if "versions" in entry))


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def number(value: float) -> str:
    """Three or more significant digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.4f}"
