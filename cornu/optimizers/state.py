"""What an optimizer remembers between steps: its Variables, in the order of files, and its learning rate."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import initializers
from cornu.core import dtypes
from cornu.core.errors import explain
from cornu.core.module import Module
from cornu.core.pure import assign_all
from cornu.core.variable import Variable
from cornu.optimizers.schedules.schedule import LearningRateSchedule


class OptimizerState(Module):
    """Variables of an optimizer: the step count, the learning rate, then whatever is added, in this order.

    The learning rate is a Variable when it is a number, so that it can change without a new compilation. A
    schedule or a function takes its place, and then files have no learning rate.
    """

    holds_weights = False

    def __init__(self, learning_rate: Any, name: str | None = None):
        super().__init__(name=name)
        self._variables: list[Variable] = []
        self._iterations = self.add_variable((), dtype="int32", name="iteration")
        self._learning_rate: Any = None
        self._set_learning_rate(learning_rate)

    # The step count and the learning rate.

    @property
    def iterations(self) -> Any:
        """Updates made so far: an int32 Variable, or, where gradients are accumulated, an array computed from it."""
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a float32 Variable, or the present value of a schedule or function.

        Assigning a number changes the Variable; assigning a schedule or a function takes its place for good.
        """
        return self._learning_rate if isinstance(self._learning_rate, Variable) else self.current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._set_learning_rate(value)

    def current_learning_rate(self) -> jax.Array:
        """The learning rate of the step to come, float32."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            return rate.value
        return jnp.asarray(
            rate(self._iterations.value) if isinstance(rate, LearningRateSchedule) else rate(), "float32"
        )

    def _set_learning_rate(self, value: Any) -> None:
        if isinstance(value, dict):
            value = LearningRateSchedule.from_data(value)
        if callable(value) and not isinstance(value, Variable):
            self._variables = [v for v in self._variables if v is not self._learning_rate]
            self._learning_rate = value
            return
        number = np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiub"
        if not number and not hasattr(value, "__jax_array__"):
            raise ValueError(
                explain(
                    f"Learning rate of {self.name!r}",
                    "a number, a LearningRateSchedule, or a function without arguments",
                    repr(value)[:80],
                    "Pass for example 0.001.",
                )
            )
        if self._learning_rate is None:
            start = np.asarray(value, "float32")
            self._learning_rate = self.add_variable((), lambda shape, dtype: start, "float32", name="learning_rate")
        elif isinstance(self._learning_rate, Variable):
            self._learning_rate.assign(value)
        else:
            raise TypeError(
                explain(
                    f"Setting the learning rate of {self.name!r}",
                    "one that is a number",
                    f"one made with {type(self._learning_rate).__name__}",
                    "Make the optimizer with a number, or assign another schedule.",
                )
            )

    # Variables.

    @property
    def variables(self) -> list[Variable]:
        """All state, in the order of files."""
        return list(self._variables)

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A new Variable of this optimizer's state."""
        variable = Variable(
            initializers.get(initializer),
            shape=shape,
            dtype=dtypes.standardize_dtype(dtype),
            trainable=False,
            autocast=False,
            aggregation=aggregation,
            layout=layout,
            name=name or "variable",
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """A new Variable of the shape, dtype and placement of a weight."""
        return self.add_variable(
            reference_variable.shape,
            initializer,
            reference_variable.dtype,
            layout=getattr(reference_variable, "layout", None),
            name=slot_name(reference_variable, name or "var"),
        )

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Any], name: Any, initializer: Any = "zeros"
    ) -> list[Variable] | tuple[list[Variable], ...]:
        """New Variables, one for each weight and name.

        Returns:
            A list for one name; for several a tuple of lists, made weight by weight.
        """
        if isinstance(name, str):
            return [self.add_variable_from_reference(v, name, initializer) for v in trainable_variables]
        initial = initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(name)
        made = [
            [self.add_variable_from_reference(v, n, i) for n, i in zip(name, initial, strict=True)]
            for v in trainable_variables
        ]
        return tuple([row[k] for row in made] for k in range(len(name)))

    def assign(self, variable: Variable, value: Any) -> None:
        """Replace the value of a weight or of a Variable of the state."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a weight or to a Variable of the state."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a weight or from a Variable of the state."""
        variable.assign_sub(value)

    # State to arrays and back.

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all state from arrays in the order of ``variables``."""
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(
                explain(
                    f"set_weights of {self.name!r}",
                    f"{len(variables)} arrays",
                    len(weights),
                    "Build the optimizer on the same weights first, and pass an array for each of its variables.",
                )
            )
        assign_all(variables, weights)

    def save_own_variables(self, store: Any) -> None:
        """Put all state into a mapping, under "0", "1", ..."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Read all state from a mapping; another number of arrays gives a warning and changes nothing."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            warnings.warn(
                explain(
                    f"Loading the state of optimizer {self.name!r}",
                    f"{len(variables)} arrays",
                    len(store.keys()),
                    "It starts fresh. Build it on the same weights and with the same options to load.",
                ),
                stacklevel=2,
            )
            return
        for index, variable in enumerate(variables):
            variable.assign(store[str(index)])


def slot_name(variable: Any, name: str) -> str:
    """The name of a slot: the weight's path, then the slot's own name.

    Example:
        >>> slot_name(Variable(0.0, name="kernel"), "momentum")
        'kernel_momentum'
    """
    path = getattr(variable, "path", None) or variable.name
    return f"{path}_{name}".replace("/", "_")
