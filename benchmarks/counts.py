"""Budgets that do not depend on the machine: ``python benchmarks/counts.py`` (``make counts``).

Timings differ between two runs on one machine by more than most regressions; counts do not. A
count is a function ``count_*`` below, decorated with its budget; its docstring says what is
counted and why it matters. The exit status is 1 when a count exceeds its budget. Raising a budget
is a change like another: with its reason, in the commit that needs it.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Budget:
    """The most that a count may be."""

    count: Callable[[], list[str]]
    most: int

    @property
    def name(self) -> str:
        return self.count.__name__.removeprefix("count_").replace("_", " ")

    @property
    def reason(self) -> str:
        return (self.count.__doc__ or "").split("\n\n")[0].replace("\n    ", " ")


budgets: list[Budget] = []


def at_most(most: int) -> Callable[[Callable[[], list[str]]], Callable[[], list[str]]]:
    """Enter a count in the table; it returns the things counted, so that a failure names them."""

    def enter(count: Callable[[], list[str]]) -> Callable[[], list[str]]:
        budgets.append(Budget(count, most))
        return count

    return enter


def printed_by(program: str) -> list[str]:
    """What a fresh interpreter prints, as JSON, when it runs ``program``."""
    run = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


IMPORT = """
import json, sys, jax

class Witness:
    def find_spec(self, name, path=None, target=None):
        sought.append(name)

sought = []
sys.meta_path.insert(0, Witness())
import cornu
print(json.dumps(sorted(set(sought))))
"""


@cache
def sought_over_jax() -> list[str]:
    """The modules that ``import cornu`` looks for once ``import jax`` is done, found or not."""
    return printed_by(IMPORT)


FOREIGN = {"IPython", "PIL", "keras", "matplotlib", "pandas", "scipy", "tensorflow", "torch"}


@at_most(0)
def count_foreign_packages() -> list[str]:
    """Frameworks and heavy packages that `import cornu` loads, or would if they were installed:
    they are met at the edges only, by those who use them.
    """
    return sorted({name.partition(".")[0] for name in sought_over_jax()} & FOREIGN)


@at_most(400)
def count_modules() -> list[str]:
    """Modules that `import cornu` looks for over `import jax`, our own among them: each costs a
    file to find and run, 0.1 to 0.5 ms, and the aim is 0.2 s for all.
    """
    return sought_over_jax()


def seconds_of(program: str, runs: int = 3) -> float:
    """The least time of a few fresh interpreters, which is the one least disturbed."""
    timed = f"from time import perf_counter as t; a = t(); {program}; print(t() - a)"
    return min(float(str(printed_by(timed))) for _ in range(runs))


def main() -> int:
    console = Console()
    table = Table("count", "value", "budget", "what it is", title="Counts", title_justify="left")
    exceeded: list[tuple[Budget, list[str]]] = []
    for budget in budgets:
        counted = budget.count()
        over = len(counted) > budget.most
        if over:
            exceeded.append((budget, counted))
        value = f"[red]{len(counted)}[/]" if over else str(len(counted))
        table.add_row(budget.name, value, str(budget.most), budget.reason)
    console.print(table)
    ratio = seconds_of("import jax, cornu") / seconds_of("import jax")
    console.print(f"import cornu takes {ratio:.2f} times as long as import jax (not a budget)")
    for budget, counted in exceeded:
        console.print(f"{budget.name}: {len(counted)} where {budget.most} are allowed:")
        for thing, times in Counter(counted).most_common():
            console.print(f"  {times} x {thing}", markup=False, highlight=False)
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
