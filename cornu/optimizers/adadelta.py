"""Adadelta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Adadelta(Optimizer):
    """Steps in the units of the weights: ``d = -rms(d) / rms(g) * g; w += rate * d``.

    ``rms(x)`` is the root of a decaying mean of x² plus epsilon; that of d goes up to the step before.

    Args:
        rho: share of the old means in the new ones.
        epsilon: added under the roots.

    Source: numbers as ``keras.optimizers.Adadelta``; Zeiler 2012 (arXiv:1212.5701), algorithm 1.
    """

    rho: float = 0.95
    epsilon: float = 1e-7

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """Mean squares of gradients and of changes."""
        return [Slot("accumulated_grad"), Slot("accumulated_delta_var")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        changes = slots["accumulated_delta_var"]
        squares = self._mean(slots["accumulated_grad"], gradient)
        change = -jnp.sqrt(changes + self.epsilon) * gradient / jnp.sqrt(squares + self.epsilon)
        changed = {"accumulated_grad": squares, "accumulated_delta_var": self._mean(changes, change)}
        return weight + step.learning_rate * change, changed

    def _mean(self, old: Any, x: Any) -> Any:
        return self.rho * old + (1 - self.rho) * jnp.square(x)
