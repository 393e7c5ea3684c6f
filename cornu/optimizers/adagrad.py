"""Adagrad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.rest import Rest
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of all their squares: ``a += g²; w -= rate * g / sqrt(a + epsilon)``.

    Args:
        initial_accumulator_value: first value of the sum a.
        epsilon: added under the root.

    Source: numbers as ``keras.optimizers.Adagrad``; Duchi et al. 2011.
    """

    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """The sum of squares."""
        return [Slot("accumulator", self.initial_accumulator_value)]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        total = slots["accumulator"] + jnp.square(gradient)
        return weight - step.learning_rate * gradient / jnp.sqrt(total + self.epsilon), {"accumulator": total}

    def rest(self) -> Rest:
        """Nothing moves."""
        return Rest()
