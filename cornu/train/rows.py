"""Tables of which a step reads some rows only: their gradients by rows, and what the other rows owe.

A table counts if layers read it through ``core.lookup`` and nothing else in the step reads it. The step is traced
once for shapes, to find the lookups. Then each lookup gets zeros of the shape of its result to add (a tap): the
gradient with respect to a tap is that of the rows read, and no gradient of the whole table is ever made.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import get_opaque_trace_state

from cornu.core.pure import holding, raw_values, write_values
from cornu.core.variable import Variable
from cornu.optimizers.rows import Debt, RowGradient, rest_of, summed

# Smaller tables are updated whole in less time than rows take to be found, and so are tables of which a step reads
# more than one row in this many.
_LEAST_ELEMENTS = 65_536
_LEAST_SHARE = 4
_ANY = 2**31 - 1


class NeedsAllRows(Exception):
    """A step reads a table otherwise than by rows; ``variables`` says which ones."""

    def __init__(self, variables: Sequence[Variable]):
        super().__init__(", ".join(v.path for v in variables))
        self.variables = list(variables)


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """A weight that is updated by rows, its optimizer slots, and what its rows owe."""

    variable: Variable
    slots: dict[str, Variable]
    debt: Debt

    @property
    def owing(self) -> list[Variable]:
        """The variables whose values are not what they should be while rows owe something."""
        return [] if self.debt.rest.is_still else [self.variable, *self.slots.values()]

    def settled(self, values: Sequence[Any], debt: Sequence[Any]) -> tuple[Any, ...]:
        """Values of ``owing``, all rows caught up, for values of the debt."""
        with holding(self.debt.variables, debt):
            weight, slots = self.debt.caught_up(None, values[0], dict(zip(self.slots, values[1:], strict=True)))
        return weight, *(slots[name] for name in self.slots)


def find_tables(optimizer: Any, variables: Sequence[Variable]) -> list[Table]:
    """The trained variables that may be updated by rows; the trace of a step has the last word."""
    tables: list[Table] = []
    for v in variables:
        plain = v.looked_up and v.ndim == 2 and v.size >= _LEAST_ELEMENTS and v.dtype == "float32"
        if plain and v.regularizer is None and v.constraint is None and v.layout is None:
            rest = rest_of(optimizer, v)
            if rest is not None:
                tables.append(Table(v, optimizer.slots_by_name(v), Debt(v.shape[0], rest)))
    return tables


def debts_of(tables: Sequence[Table]) -> list[Variable]:
    """What all rows owe."""
    return [v for table in tables for v in table.debt.variables]


# Lookups, while a step is traced.


class _Lookups:
    """What answers lookups of tables while a step is traced."""

    def __init__(self, tables: Sequence[Table]):
        self.tables = {table.variable: table for table in tables}
        self.values = {table.variable: raw_values([table.variable])[0] for table in tables}
        self.slots = {t.variable: {name: s.value for name, s in t.slots.items()} for t in tables}
        self.read_whole: list[Variable] = []

    def rows(self, variable: Variable, index: Any) -> Any:
        """Rows of a table; None of other variables."""
        raise NotImplementedError

    @contextmanager
    def watching(self) -> Generator[None, None, None]:
        """Note which tables are read otherwise, for the duration of a ``with`` block."""
        for variable, value in self.values.items():
            variable.promise(partial(self._read, variable, value))
        try:
            yield
        finally:
            write_values(list(self.values), list(self.values.values()))
            for variable in self.values:
                variable.unpromise()

    def _read(self, variable: Variable, value: Any) -> Any:
        self.read_whole.append(variable)
        return value


class Survey(_Lookups):
    """Finds the lookups.

    Attributes:
        found: (variable, shape of the result) of each, in order.
    """

    def __init__(self, tables: Sequence[Table]):
        super().__init__(tables)
        self.found: list[tuple[Variable, tuple[int, ...]]] = []
        self._level = get_opaque_trace_state()

    def rows(self, variable: Variable, index: Any) -> Any:
        """Rows as the table has them."""
        if variable not in self.tables:
            return None
        if get_opaque_trace_state() != self._level:
            self.read_whole.append(variable)  # in a loop, a branch, a checkpoint: out of reach for a tap
        rows = jnp.take(self.values[variable], index, axis=0)
        self.found.append((variable, rows.shape))
        return rows


class Taps(_Lookups):
    """Answers lookups with rows that are caught up, plus taps.

    Attributes:
        read: (index, rows, slots) of each lookup, flat.
    """

    def __init__(self, tables: Sequence[Table], taps: Sequence[Any]):
        super().__init__(tables)
        self._supply = iter(taps)
        self.read: list[tuple[Any, Any, dict[str, Any]]] = []

    def rows(self, variable: Variable, index: Any) -> Any:
        """Rows as they should be now."""
        table = self.tables.get(variable)
        if table is None:
            return None
        flat = _from_start(jnp.reshape(index, (-1,)), variable.shape[0])
        weight = jnp.take(self.values[variable], flat, axis=0)
        slots = {name: jnp.take(s, flat, axis=0, mode="clip") for name, s in self.slots[variable].items()}
        weight, slots = table.debt.caught_up(flat, weight, slots)
        self.read.append((flat, weight, slots))
        return jnp.reshape(weight, (*jnp.shape(index), variable.shape[1])) + next(self._supply)


def _from_start(index: Any, rows: int) -> Any:
    """Indices counted from the start; ``rows`` where there is no such row."""
    index = jnp.asarray(index).astype("int32")
    index = jnp.where(index < 0, index + rows, index)
    return jnp.where((index < 0) | (index >= rows), rows, index)


Objective = Callable[[Any], tuple[Any, Any]]


def differentiate(objective: Objective, params: Sequence[Variable], tables: Sequence[Table]) -> tuple[Any, list[Any]]:
    """What else a step's objective returns, and its gradients: arrays, and ``RowGradient`` of tables.

    Args:
        objective: ``lookups -> (loss, others)``, of what ``params`` hold.
        tables: those of ``params`` that are updated by rows.

    Raises:
        NeedsAllRows: if one of them is not read by rows alone.
    """
    looked_up = _survey(tables, objective)
    by_rows = {table.variable for table in tables}
    differentiated = [v for v in params if v not in by_rows]

    def tapped(values: list[Any], taps: list[Any]) -> tuple[Any, Any]:
        with holding(differentiated, values):
            if not tables:
                loss, others = objective(None)
                return loss, (others, [])
            lookups = Taps(tables, taps)
            with lookups.watching():
                loss, others = objective(lookups)
            if lookups.read_whole:
                raise NeedsAllRows(lookups.read_whole)
            return loss, (others, lookups.read)

    run = jax.value_and_grad(tapped, argnums=(0, 1), has_aux=True)
    taps = [jnp.zeros(shape, "float32") for _, shape in looked_up]
    (_, (others, read)), (gradients, of_taps) = run(list(raw_values(differentiated)), taps)
    found: dict[Variable, Any] = dict(zip(differentiated, gradients, strict=True))
    found.update(_row_gradients(tables, [v for v, _ in looked_up], read, of_taps))
    return others, [found[v] for v in params]


def _survey(tables: Sequence[Table], objective: Objective) -> list[tuple[Variable, tuple[int, ...]]]:
    """The lookups of a step, in order: the table, and the shape of what is read."""
    if not tables:
        return []

    def run() -> None:
        survey = Survey(tables)
        with survey.watching():
            objective(survey)
        read = dict.fromkeys(survey.tables, 0)
        for variable, shape in survey.found:
            read[variable] += math.prod(shape[:-1])
        refused = {v for v, n in read.items() if n == 0 or n * _LEAST_SHARE > v.shape[0]}.union(survey.read_whole)
        if refused:
            raise NeedsAllRows(list(refused))
        found.extend(survey.found)

    found: list[tuple[Variable, tuple[int, ...]]] = []
    jax.eval_shape(run)
    return found


def _row_gradients(
    tables: Sequence[Table], looked_up: Sequence[Variable], read: Sequence[Any], gradients: Sequence[Any]
) -> dict[Variable, RowGradient]:
    """Each table's gradient, from those of the taps."""
    found: dict[Variable, RowGradient] = {}
    for table in tables:
        variable = table.variable
        mine = [i for i, v in enumerate(looked_up) if v is variable]
        width = variable.shape[1]
        index = jnp.concatenate([read[i][0] for i in mine])
        values = jnp.concatenate([jnp.reshape(gradients[i], (-1, width)) for i in mine])
        weight = jnp.concatenate([read[i][1] for i in mine])
        slots = {name: jnp.concatenate([read[i][2][name] for i in mine]) for name in table.slots}
        gradient = summed(variable.shape, index, values, (weight, slots), table.debt)
        for target in (variable, *table.slots.values()):
            gradient.written[target] = Variable(np.zeros(values.shape, "float32"), trainable=False, autocast=False)
        found[variable] = gradient
    return found


def changed_at_once(variables: Sequence[Variable], tables: Sequence[Table], gradients: Sequence[Any]) -> list[Variable]:
    """What an optimizer's ``apply`` assigns to: of tables only the rows that are to be written, and the sums owed."""
    later = {v for table in tables for v in (table.variable, *table.slots.values())}
    owed = [v for table in tables for v in (table.debt.count, table.debt.sums)]
    kept = [v for g in gradients if isinstance(g, RowGradient) for v in g.written.values()]
    return [*(v for v in variables if v not in later), *owed, *kept]


def write(gradients: Sequence[Any], taken: Any) -> None:
    """Put new rows into tables, if the step was taken; a bool scalar says so."""
    for gradient in gradients:
        if isinstance(gradient, RowGradient):
            gradient.write(taken)


# What rows owe, between compiled calls.


class Owing:
    """Lets variables promise what they should hold, while the driver's arrays lie behind.

    Whoever reads a variable then gets an array of its own, in which all rows are caught up; training goes on from the
    arrays that it left, so that looking changes no bit of what follows. Only an assignment does.
    """

    def __init__(self, tables: Sequence[Table]):
        self.tables = list(tables)
        self._steps: int | None = 0
        self._behind: dict[Variable, Any] = {}  # the driver's arrays
        self._promises: dict[Variable, Callable[[], Any]] = {}
        self._seen: dict[Variable, Any] = {}  # what readers got
        self._functions: dict[Any, Any] = {}

    @property
    def variables(self) -> list[Variable]:
        """Of the debts; part of what a step threads through."""
        return debts_of(self.tables)

    def room(self) -> int:
        """Steps that may be run before ``settle``."""
        debts = [table.debt for table in self.tables if table.owing]
        if not debts:
            return _ANY
        if self._steps is None:
            self._steps = int(debts[0].count.numpy())
        return debts[0].rest.steps - 1 - self._steps

    def ran(self, steps: int) -> None:
        """So many steps were run."""
        if self._steps is not None:
            self._steps += steps

    @contextmanager
    def paused(self) -> Generator[None, None, None]:
        """The variables hold the driver's arrays, for the duration of a ``with`` block."""
        owing = bool(self._behind)
        self.take_back()
        try:
            yield
        finally:
            if owing:
                self.owe()

    def read_again(self) -> None:
        """The variables hold arrays of a driver of another time, and what rows owe is in those of the debts."""
        self._forget()
        self._steps = None
        self.owe()

    def owe(self) -> None:
        """The variables hold the driver's arrays: put promises in their place."""
        for table in self.tables:
            for which, variable in enumerate(table.owing):
                self._behind[variable] = raw_values([variable])[0]
                self._promises[variable] = partial(self._look, table, variable, which)
                variable.promise(self._promises[variable])

    def take_back(self) -> None:
        """Put the driver's arrays into the variables again; or their own, if somebody assigned to one."""
        if not self._behind:
            return
        if any(self._is_assigned(v) for v in self._behind):
            for variable in self._behind:
                raw_values([variable])
            self._clear()
        else:
            write_values(list(self._behind), list(self._behind.values()))
        self._forget()

    def settle(self) -> None:
        """Catch up all rows for good, in place."""
        self.take_back()
        for table in self.tables:
            if table.owing:
                settled = self._function(table, None)
                write_values(table.owing, settled(raw_values(table.owing), raw_values(table.debt.variables)))
        self._clear()

    def leave(self, variables: Sequence[Variable]) -> None:
        """Go on without these tables."""
        self.settle()
        self.tables = [table for table in self.tables if table.variable not in set(variables)]

    def _is_assigned(self, variable: Variable) -> bool:
        promised = variable.promised
        if promised is not None:
            return promised is not self._promises[variable]
        return raw_values([variable])[0] is not self._seen.get(variable)

    def _forget(self) -> None:
        self._behind, self._promises, self._seen = {}, {}, {}

    def _clear(self) -> None:
        """Nothing is owed."""
        for variable in self.variables:
            write_values([variable], [jax.device_put(np.zeros(variable.shape, variable.dtype))])
        self._steps = 0

    def _look(self, table: Table, variable: Variable, which: int) -> Any:
        values = [self._behind[v] for v in table.owing]
        self._seen[variable] = self._function(table, which)(values, raw_values(table.debt.variables))
        return self._seen[variable]

    def _function(self, table: Table, which: int | None) -> Any:
        """The compiled function that catches up one of the variables that owe, or all of them in place."""
        if (table, which) not in self._functions:
            if which is None:
                self._functions[table, which] = jax.jit(table.settled, donate_argnums=(0,))
            else:
                self._functions[table, which] = jax.jit(lambda values, debt: table.settled(values, debt)[which])
        return self._functions[table, which]
