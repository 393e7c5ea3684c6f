"""Moving averages of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.pure import assign_all
from cornu.core.variable import Variable
from cornu.optimizers.state import OptimizerState


class Averages:
    """Exponential moving averages of weights: ``a = momentum * a + (1 - momentum) * w``, starting with the first ``w``.

    Args:
        owner: the optimizer whose state the averages belong to.
        variables: the weights.
        momentum: share of the old average in the new one.
        frequency: updates after which weights are replaced by their averages; never if None.
    """

    def __init__(self, owner: OptimizerState, variables: Sequence[Variable], momentum: float, frequency: int | None):
        self.variables = list(variables)
        self.averages = [owner.add_variable_from_reference(v, "average") for v in self.variables]
        self.momentum = momentum
        self.frequency = frequency

    def follow(self, iterations: Any) -> None:
        """Move the averages towards the weights, and the weights onto them where that is due.

        Args:
            iterations: int scalar, updates made before this one.
        """
        done = iterations.value if isinstance(iterations, Variable) else iterations
        momentum = jnp.where(done == 0, 0.0, self.momentum).astype("float32")
        for average, variable in zip(self.averages, self.variables, strict=True):
            average.assign(momentum * average.value + (1 - momentum) * variable.value)
        if self.frequency is not None:
            due = (done + 1) % self.frequency == 0
            for average, variable in zip(self.averages, self.variables, strict=True):
                variable.assign(jnp.where(due, average.value, variable.value))

    def overwrite(self, variables: Sequence[Any]) -> None:
        """Give these weights the values of their averages."""
        chosen = set(variables)
        pairs = [pair for pair in zip(self.variables, self.averages, strict=True) if pair[0] in chosen]
        # Copies: a step that is given both lets the compiler reuse the memory of each.
        assign_all([variable for variable, _ in pairs], [jnp.copy(average.value) for _, average in pairs])
