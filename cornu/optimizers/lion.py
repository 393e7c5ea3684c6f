"""Lion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Lion(Optimizer):
    """Steps of one size: ``w -= rate * sign(beta_1 * m + (1 - beta_1) * g); m = beta_2 * m + (1 - beta_2) * g``.

    Args:
        beta_1: share of m in the step's direction, above 0, up to 1.
        beta_2: decay of m.

    Source: numbers as ``keras.optimizers.Lion``; Chen et al. 2023 (arXiv:2302.06675), algorithm 2.
    """

    beta_1: float = 0.9
    beta_2: float = 0.99

    def check_options(self) -> None:
        """Refuse a share out of range."""
        super().check_options()
        if not 0 < self.beta_1 <= 1:
            raise ValueError(explain("Lion's beta_1", "a number above 0, up to 1", self.beta_1, "Try 0.9."))

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """The mean gradient."""
        return [Slot("momentum")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and mean."""
        mean = slots["momentum"]
        direction = jnp.sign(mean * self.beta_1 + gradient * (1 - self.beta_1))
        changed = {"momentum": mean * self.beta_2 + gradient * (1 - self.beta_2)}
        return weight - step.learning_rate * direction, changed
