"""The values that steps take and return: between calls they are in the run's hands, or in the variables."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Generator
from typing import Any

import jax

from cornu.core.pure import raw_values, write_values
from cornu.core.variable import Variable
from cornu.train import interrupt
from cornu.train.rows import Owing, find_tables
from cornu.train.setup import Setup
from cornu.train.step import is_overridden, variables_of


class State:
    """The variables of one kind of step ("train", "test" or "predict"), and their values while a run has them.

    Attributes:
        fixed: variables that a step only reads.
        changed: groups of variables whose values it returns anew.
        ids: what distinguishes all these: same ids, same compiled function.
        owing: the tables that are updated by rows, with what these owe.
    """

    def __init__(self, model: Any, setup: Setup, kind: str):
        self.model, self.setup, self.kind = model, setup, kind
        self.owing = self._tables()
        self._find_variables()
        # As long as nobody can look: values of (fixed, changed).
        self._carried: Any = None

    def _find_variables(self) -> None:
        self.fixed, self.changed = self._variables()
        self.ids = tuple(id(v) for v in itertools.chain(self.fixed, *self.changed))

    def _variables(self) -> tuple[list[Variable], list[list[Variable]]]:
        """Variables that a step reads only, and groups of those that it returns anew."""
        params, others, slots, metrics = variables_of(self.model)
        if self.kind == "train":
            debts = [self.owing.variables] if self.owing.tables else []
            return [], [params, others, slots, metrics, *debts]
        if self.kind == "test":
            return params, [others, metrics]
        return params, [others]

    def _tables(self) -> Owing:
        """The tables that are updated by rows, with what these owe: the same in all runs over the same variables."""
        params, setup = self.model.trainable_variables, self.setup
        whole = self.kind != "train" or setup.eager or is_overridden(self.model, "train_step")
        if whole or setup.optimizer is None or not any(v.looked_up for v in params):
            return Owing([])
        key = ("tables", tuple(id(v) for v in params))
        if key not in setup.functions:
            setup.functions[key] = Owing(find_tables(setup.optimizer, params))
        return setup.functions[key]

    @property
    def variables(self) -> list[Variable]:
        """All that a step changes."""
        return list(itertools.chain(*self.changed))

    def shapes(self) -> tuple[Any, Any]:
        """Shapes and dtypes of what a step takes, nested like that; to be asked while ``owing`` is paused."""
        return _avals((raw_values(self.fixed), tuple(raw_values(group) for group in self.changed)))

    def update_whole(self, variables: list[Variable]) -> None:
        """Some tables turn out to need the dense update."""
        self.write_back()
        self.owing.leave(variables)
        self._find_variables()

    # Values.

    def take(self) -> tuple[Any, Any]:
        """Values for the next step, of ``fixed`` and ``changed``."""
        if self._carried is None:
            self.owing.take_back()
            self._carried = raw_values(self.fixed), tuple([raw_values(group) for group in self.changed])
        return self._carried

    def put(self, fixed: Any, changed: Any) -> None:
        """What a step left."""
        self._carried = fixed, changed

    def wait(self) -> None:
        """Wait for the steps under way."""
        jax.block_until_ready(self._carried)

    def write_back(self) -> None:
        """Put the values into the variables: to be called before anyone looks at them."""
        if self._carried is None:
            return
        with interrupt.deferred():
            (_, values), self._carried = self._carried, None
            for group, after in zip(self.changed, values, strict=True):
                write_values(group, after)
            self.owing.owe()

    @contextlib.contextmanager
    def as_run(self) -> Generator[None, None, None]:
        """The variables hold what steps are given and return, for the duration of a ``with`` block."""
        self.write_back()
        with self.owing.paused():
            yield

    def restored(self) -> None:
        """The variables were given what they held ``as_run``, in a run that goes on here."""
        self.owing.read_again()

    def after_failure(self) -> str:
        """What a compiled call that failed while it ran, for lack of memory perhaps, has left of the weights."""
        values = self._carried[1] if self._carried is not None else [raw_values(group) for group in self.changed]
        try:
            jax.block_until_ready(values)
        except (jax.errors.JaxRuntimeError, RuntimeError):  # deleted, or results of the call that failed
            return (
                "The step that failed had the memory of the weights already, so they are lost. Load them from a file, "
                "or run the same fit(resume=folder) again, which goes on from its last checkpoint; with a smaller "
                "batch, if memory ran out."
            )
        return "The step that failed changed nothing: the weights are those of the last step before it."


def _avals(values: Any) -> Any:
    return jax.tree_util.tree_map(
        lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype, weak_type=getattr(a, "weak_type", False)), values
    )
