"""Nadam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.adam import moments
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step

# Decay of the momentum schedule, psi in the paper's section 4.
_SCHEDULE = 0.96


@hyperparameters(learning_rate=0.001)
class Nadam(Optimizer):
    """Adam that looks one step of its momentum ahead, with a momentum that grows towards ``beta_1``.

    With ``u_t = beta_1 * (1 - 0.96^t / 2)`` and ``p_t = u_1 * ... * u_t``:
    ``w -= rate * (u_{t+1} * m / (1 - p_{t+1}) + (1 - u_t) * g / (1 - p_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)``

    Args:
        beta_1: decay of the mean m.
        beta_2: decay of the mean square v.
        epsilon: added to the root.

    Source: numbers as ``keras.optimizers.Nadam``; Dozat 2016.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def build(self, variables: Any) -> None:
        """Make the slots, and the product of the momentum schedule so far."""
        if not self.built:
            super().build(variables)
            self._product: Variable = self.add_variable((), "ones", "float32", name="momentum_product")

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """Mean and mean square."""
        return [Slot("momentum"), Slot("velocity")]

    def start_step(self, step: Step) -> None:
        """Move the product on."""
        self._product.assign(self._product.value * self._momentum(step.number))

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        now, ahead = self._momentum(step.number), self._momentum(step.number + 1)
        product = self._product.value.astype(now.dtype)
        # Rounded to the weights' type before 1 - beta is taken, so that its error cancels in the correction.
        beta_1, beta_2 = (jnp.asarray(beta, now.dtype) for beta in (self.beta_1, self.beta_2))
        changed = moments(beta_1, beta_2, gradient, slots)
        mean = ahead * changed["momentum"] / (1 - product * ahead) + (1 - now) * gradient / (1 - product)
        square = changed["velocity"] / (1 - beta_2**step.number)
        return weight - mean * step.learning_rate / (jnp.sqrt(square) + self.epsilon), changed

    def _momentum(self, number: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * _SCHEDULE**number)
