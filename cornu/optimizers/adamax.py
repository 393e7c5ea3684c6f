"""Adamax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Adamax(Optimizer):
    """Adam with the largest decayed gradient in place of the mean square.

    ``m += (1 - beta_1) * (g - m); u = max(beta_2 * u, |g|); w -= rate / (1 - beta_1^t) * m / (u + epsilon)``

    Args:
        beta_1: decay of the mean m.
        beta_2: decay of the bound u.
        epsilon: added to the bound.

    Source: numbers as ``keras.optimizers.Adamax``; Kingma & Ba 2014 (arXiv:1412.6980), algorithm 2.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """Mean and bound."""
        return [Slot("momentum"), Slot("norm")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        mean = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.beta_1)
        bound = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(gradient))
        rate = step.learning_rate / (1 - self.beta_1**step.number)
        return weight - rate * mean / (bound + self.epsilon), {"momentum": mean, "norm": bound}
