"""The one bridge from objects to a pure function: values go into Variables, the object runs, state comes out."""

from __future__ import annotations

import collections
import itertools
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

from cornu.core import context
from cornu.core.errors import explain
from cornu.core.module import Module
from cornu.core.variable import Variable

# Values are put into the objects themselves while they are traced, so one thread at a time.
_TRACING = threading.RLock()


@contextmanager
def holding(variables: Sequence[Variable], values: Sequence[Any]) -> Generator[None, None, None]:
    """Variables hold the given values for the duration of a ``with`` block, then their own again."""
    if len(variables) != len(values):
        raise ValueError(
            explain("A pure call", f"{len(variables)} values", len(values), "Pass one for each variable, in order.")
        )
    with _TRACING:
        before = raw_values(variables)
        try:
            write_values(variables, values)
            yield
        finally:
            write_values(variables, before)


def raw_values(variables: Sequence[Variable]) -> tuple[Any, ...]:
    """What the variables hold now, as stored (no cast)."""
    # A list: no call per item. The bridge is Variable's other half.
    return tuple([v._value for v in variables])  # pyright: ignore[reportPrivateUsage]


def write_values(variables: Sequence[Variable], values: Sequence[Any]) -> None:
    """Put values, of the right shapes and dtypes, into variables for good: Ctrl-C comes before all of them or after."""
    if len(variables) != len(values):
        raise ValueError(explain("Writing values", f"{len(variables)} of them", len(values), "Pass one for each."))
    # Python raises KeyboardInterrupt between two instructions of its own, and this is one call of compiled code.
    collections.deque(map(setattr, variables, itertools.repeat("_value"), values), maxlen=0)


def assign_all(variables: Sequence[Variable], values: Sequence[Any]) -> None:
    """``assign`` of each, at once: if one value does not fit, or Ctrl-C comes meanwhile, no variable has changed.

    Until then there are the old values and the new ones, both on the device.
    """
    fitted = [variable.fitted(value) for variable, value in zip(variables, values, strict=True)]
    if not context.current().abstract:
        write_values(variables, fitted)


class Pure:
    """A module as a pure function: ``outputs, state, losses = f(params, state, *args, **kwargs)``.

    Attributes:
        params: the trainable variables, in order.
        state: the others: statistics, seed counters.
    """

    def __init__(self, module: Module, method: str | Callable[..., Any] = "__call__"):
        self.module = module
        self.method: Callable[..., Any] = getattr(module, method) if isinstance(method, str) else method
        trainable = {
            id(v) for v in getattr(module, "trainable_variables", [v for v in module.variables if v.trainable])
        }
        variables = module.variables
        self.params: list[Variable] = list(
            getattr(module, "trainable_variables", [v for v in variables if id(v) in trainable])
        )
        self.state: list[Variable] = [v for v in variables if id(v) not in trainable]

    def values(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """``(params, state)`` as they are now."""
        return raw_values(self.params), raw_values(self.state)

    def __call__(
        self, params: Sequence[Any], state: Sequence[Any], *args: Any, **kwargs: Any
    ) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
        """Outputs, new state, and the losses that layers added. Nothing outside changes."""
        losses: list[Any] = []
        with holding([*self.params, *self.state], [*params, *state]), context.scope(losses=losses):
            outputs = self.method(*args, **kwargs)
            collect = getattr(self.module, "regularization_losses", None)
            if collect is not None:
                losses.extend(collect())
            return outputs, raw_values(self.state), tuple(losses)

    def write_back(self, params: Sequence[Any], state: Sequence[Any]) -> None:
        """Put values into the module's variables for good."""
        write_values([*self.params, *self.state], [*params, *state])


def pure(module: Module, method: str | Callable[..., Any] = "__call__") -> Pure:
    """The pure function of a built layer, model, metric or optimizer.

    Args:
        module: built: its variables exist.
        method: which of its methods, by name, or any function that uses the module.

    Example:
        >>> class Counter(Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.count = Variable(np.float32(0), trainable=False, name="count")
        ...     def __call__(self, x):
        ...         self.count.assign_add(1.0)
        ...         return x + self.count
        >>> import numpy as np
        >>> counter = Counter()
        >>> f = pure(counter)
        >>> y, state, losses = f((), f.values()[1], 10.0)
        >>> float(y), [float(s) for s in state], float(counter.count)
        (11.0, [1.0], 0.0)
    """
    return Pure(module, method)
