"""Updates of some rows of a table: the rows that a step read change, the others owe what they would have done."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.variable import Variable
from cornu.optimizers.rest import Rest
from cornu.optimizers.slots import Step


class Debt:
    """What the rows of a table owe: how far each was updated, and the sums of ``Rest`` since each of those steps.

    Its Variables belong to a run, not to the optimizer's state: files never see them.

    Args:
        rows: of the table.
        rest: the optimizer's rule without a gradient.
    """

    def __init__(self, rows: int, rest: Rest):
        self.rest = rest
        sums = rest.growth.shape[1] + (rest.decay is not None)
        self.count = _zeros((), "int32", "count")  # steps since nothing was owed
        self.last = _zeros((rows,), "int32", "last")  # the count after each row's last update
        self.sums = _zeros((rest.steps, sums), "float32", "sums")  # over the steps after each count

    @property
    def variables(self) -> list[Variable]:
        """All of it."""
        return [self.count, self.last, self.sums]

    def caught_up(
        self, index: Any, weight: jax.Array, slots: Mapping[str, jax.Array]
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Rows as they would be now.

        Args:
            index: (n,) which rows these are; None for the whole table.
            weight, slots: (n, width) as they were left.
        """
        rest = self.rest
        if rest.is_still:
            return weight, dict(slots)
        since = self.last.value if index is None else jnp.take(self.last.value, index, mode="clip")
        sums = jnp.take(self.sums.value, since, axis=0, mode="clip")
        if rest.decay is not None:
            weight, sums = weight - weight * sums[:, :1], sums[:, 1:]
        if rest.growth.shape[1]:
            weight = weight - rest.motion(slots, sums)
        idle = self.count.value - since
        left = {
            name: jnp.take(_powers(share, rest.steps), idle, mode="clip")[:, None]
            for name, share in rest.fading.items()
        }
        return weight, {name: slot * left[name] if name in left else slot for name, slot in slots.items()}

    def first_of_each(self, index: jax.Array) -> jax.Array:
        """For each of n rows, at which place of ``index`` it is to be found; the same for equal rows.

        Each place is written to the row's ``last`` and read again, in a tenth of the time of sorting.
        """
        before = jnp.take(self.last.value, index, mode="clip")
        places = jnp.arange(index.shape[0], dtype="int32")
        marked = self.last.value.at[index].set(places, mode="drop")
        first = jnp.take(marked, index, mode="clip")
        self.last.assign(marked.at[index].set(before, mode="drop"))
        return first

    def advance(self, step: Step) -> None:
        """A step is done: all rows owe one step more."""
        count, rest = self.count.value, self.rest
        self.count.assign(count + 1)
        # Backwards in i from the newest count on; zeros for the counts to come.
        growth = np.concatenate([rest.growth[::-1], np.zeros_like(rest.growth)])
        terms = jax.lax.dynamic_slice_in_dim(jnp.asarray(growth, "float32"), rest.steps - 1 - count, rest.steps)
        sums = self.sums.value
        if rest.decay is None:
            self.sums.assign(sums + terms * rest.factor(step))
            return
        part = rest.decay * step.learning_rate
        begun = (jnp.arange(rest.steps) <= count)[:, None]
        decayed = sums[:, :1] + jnp.where(begun, (1 - sums[:, :1]) * part, 0)
        moved = sums[:, 1:] - sums[:, 1:] * part + terms * rest.factor(step)
        self.sums.assign(jnp.concatenate([decayed, moved], axis=1))


@dataclasses.dataclass(frozen=True, eq=False)
class RowGradient:
    """The gradient of a table of which a step read some rows; it stands where the gradient of the whole would.

    Attributes:
        shape: the table's.
        index: (n,) each row at most once; places beyond the table stand for nothing.
        values: (n, width), the rows' gradients.
        weight, slots: (n, width), the rows, caught up.
        debt: the table's.
    """

    shape: tuple[int, ...]
    index: jax.Array
    values: jax.Array
    weight: jax.Array
    slots: Mapping[str, jax.Array]
    debt: Debt
    written: dict[Variable, Variable] = dataclasses.field(default_factory=dict[Variable, Variable])

    def keep(self, variable: Variable, rows: jax.Array) -> None:
        """Note new rows of the table or of a slot."""
        self.written[variable].assign(rows)

    def write(self, taken: Any) -> None:
        """Put the new rows into the table and its slots, in place where the memory was given away.

        Args:
            taken: whether the step counts; a bool scalar. The table stays as it was otherwise.
        """
        beyond = self.shape[0] + jnp.arange(self.index.shape[0], dtype="int32")
        index = jnp.where(taken, self.index, beyond)
        for variable, rows in self.written.items():
            variable.assign(variable.value.at[index].set(rows.value, mode="drop", unique_indices=True))
        last = self.debt.last
        last.assign(last.value.at[index].set(self.debt.count.value, mode="drop", unique_indices=True))


def values_of(gradient: Any) -> Any:
    """The numbers of a gradient, of all rows or of some: norms and bounds are the same of both."""
    return gradient.values if isinstance(gradient, RowGradient) else gradient


def with_values(gradient: Any, values: jax.Array) -> Any:
    """The gradient with other numbers."""
    return dataclasses.replace(gradient, values=values) if isinstance(gradient, RowGradient) else values


def summed(
    shape: tuple[int, ...],
    index: jax.Array,
    values: jax.Array,
    rows: tuple[jax.Array, Mapping[str, jax.Array]],
    debt: Debt,
) -> RowGradient:
    """One gradient for each row from those of all lookups; a row may have been read more than once.

    Args:
        shape: the table's.
        index: (n,) the rows read; equal to the number of rows where there was none.
        values: (n, width), gradients of what was read.
        rows: what was read, of the table and of its slots, caught up.
        debt: the table's.
    """
    places = jnp.arange(index.shape[0], dtype="int32")
    inside = index < shape[0]
    first = jnp.where(inside, debt.first_of_each(index), places)
    total = jnp.zeros_like(values).at[first].add(values)
    # A row whose gradient is zero is at rest: left alone, so that what padding happens to read changes no bit.
    moved = inside & (first == places) & jnp.any(total != 0, axis=1)
    # Places beyond the table differ from each other, for indices are promised to be unique.
    distinct = jnp.where(moved, index, shape[0] + places)
    return RowGradient(shape, distinct, total, rows[0], rows[1], debt)


def rest_of(optimizer: Any, variable: Variable) -> Rest | None:
    """How a weight's rows move without a gradient; None where the whole weight has to be updated in each step.

    SGD, Adagrad, RMSprop, Adam and AdamW know; averages, accumulated gradients and scaled losses need the whole.
    """
    needs_all = optimizer.use_ema or optimizer.gradient_accumulation_steps or optimizer.loss_scale_factor
    # A subclass of the user's may have another rule than the one whose rest is known.
    if needs_all or not registry.is_published(type(optimizer)):
        return None
    rest = optimizer.rest()
    return None if rest is None else dataclasses.replace(rest, decay=optimizer.decay_of(variable))


def _powers(share: float, steps: int) -> jax.Array:
    return jnp.asarray(share ** np.arange(steps + 1, dtype=np.float64), "float32")


def _zeros(shape: tuple[int, ...], dtype: str, name: str) -> Variable:
    return Variable(np.zeros(shape, dtype), trainable=False, autocast=False, name=name)
