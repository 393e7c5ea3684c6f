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
from pathlib import Path
from types import FrameType

import jax
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import cornu as keras
from cornu import layers


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


DATA = {"datasets", "grain", "pandas", "polars", "tensorflow", "torch", "zarr"}
FOREIGN = DATA | {"IPython", "PIL", "keras", "matplotlib", "scipy"}


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


COLLECTIONS = """
import gc, json, jax

before = gc.get_stats()[2]["collections"]
import cornu
print(json.dumps(["all generations"] * (gc.get_stats()[2]["collections"] - before)))
"""


@at_most(0)
def count_full_collections_of_import() -> list[str]:
    """Searches for garbage among all objects while `import cornu` makes those that stay: 45 ms each,
    for JAX has made 90,000 before.
    """
    return printed_by(COLLECTIONS)


LIBRARY = str(Path(keras.__file__).parent)
BATCH = 32


def small_model() -> keras.Model:
    """Two dense layers: all that a step costs beyond the arithmetic."""
    inputs = keras.Input((4,))
    outputs = layers.Dense(2)(layers.Dense(8, activation="relu")(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


def zeros(examples: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Inputs and targets for ``small_model``."""
    return np.zeros((examples, 4), np.float32), np.zeros((examples, 2), np.float32)


@at_most(4)
def count_compilations_of_fit() -> list[str]:
    """What XLA compiles for two epochs with validation, both with a last batch that is shorter:
    the training step, the test step, and the results of the metrics. (Keras 3.15: 9.)
    """
    compiled: list[str] = []

    def note(event: str, duration_secs: float, **about: str | int) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            compiled.append(str(about.get("fun_name")))

    model = small_model()
    jax.monitoring.register_event_duration_secs_listener(note)
    try:
        x, y = zeros(3 * BATCH + 4)
        validation = zeros(2 * BATCH + 6)
        model.fit(x, y, batch_size=BATCH, epochs=2, verbose=0, validation_data=validation)
    finally:
        jax.monitoring.unregister_event_duration_listener(note)
    return compiled


def calls_in_fit(model: keras.Model, batches: int) -> Counter[str]:
    """Our own Python functions called by one epoch, with how often each was."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(LIBRARY):
            calls[f"{frame.f_code.co_filename[len(LIBRARY) :]}:{frame.f_code.co_qualname}"] += 1

    x, y = zeros(batches * BATCH)
    sys.setprofile(note)
    try:
        model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)
    finally:
        sys.setprofile(None)
    return calls


@at_most(1000)
def count_calls_in_100_batches() -> list[str]:
    """Our Python functions called by 100 more training batches, on the thread that calls `fit`:
    between two steps the processor waits for them. (Keras 3.15: 21,600.)
    """
    model = small_model()
    calls_in_fit(model, 100)  # compiles
    more = calls_in_fit(model, 200) - calls_in_fit(model, 100)
    return list(more.elements())


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
