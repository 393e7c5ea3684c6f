"""Lamb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.adam import moments
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Lamb(Optimizer):
    """Adam's step, made as long as the weight: ``u = m' / (sqrt(v') + epsilon); w -= rate * |w| / |u| * u``.

    m' and v' are Adam's corrected means; the ratio is 1 where a norm is 0.

    Args:
        beta_1: decay of the mean m.
        beta_2: decay of the mean square v.
        epsilon: added to the root.

    Source: numbers as ``keras.optimizers.Lamb``; You et al. 2019 (arXiv:1904.00962), algorithm 2. Weights decay
    before the update, not inside u.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """Mean and mean square."""
        return [Slot("momentum"), Slot("velocity")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        changed = moments(self.beta_1, self.beta_2, gradient, slots)
        mean = changed["momentum"] / (1 - self.beta_1**step.number)
        square = changed["velocity"] / (1 - self.beta_2**step.number)
        update = mean / (jnp.sqrt(square) + self.epsilon)
        length, own = jnp.linalg.norm(jnp.ravel(weight)), jnp.linalg.norm(jnp.ravel(update))
        ratio = jnp.where((length > 0) & (own > 0), length / jnp.where(own > 0, own, 1.0), 1.0)
        return weight - ratio * step.learning_rate * update, changed
