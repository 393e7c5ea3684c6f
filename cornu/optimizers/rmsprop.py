"""RMSprop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.rest import Rest, carried_on
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class RMSprop(Optimizer):
    """Gradients divided by the root of their mean square: ``v = rho * v + (1 - rho) * g²; w -= rate * g / sqrt(v + epsilon)``.

    Args:
        rho: share of the old mean square in the new one.
        momentum: share of the last change that goes on.
        epsilon: added under the root.
        centered: whether the square of the mean gradient is taken off v: the variance in its place.

    Source: numbers as ``keras.optimizers.RMSprop``; Hinton 2012, lecture 6e; Graves 2013 (arXiv:1308.0850), eq. 38.
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """The mean square, then what the options need."""
        optional = [(self.momentum > 0, "momentum"), (self.centered, "average_gradient")]
        names = ["velocity", *(name for wanted, name in optional if wanted)]
        return [Slot(name, group=group) for group, name in enumerate(names)]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        changed = {"velocity": self.rho * slots["velocity"] + (1 - self.rho) * jnp.square(gradient)}
        spread = changed["velocity"] + self.epsilon
        if self.centered:
            changed["average_gradient"] = self.rho * slots["average_gradient"] + (1 - self.rho) * gradient
            spread = spread - jnp.square(changed["average_gradient"])
        change = step.learning_rate * gradient / jnp.sqrt(spread)
        if self.momentum > 0:
            change = changed["momentum"] = self.momentum * slots["momentum"] + change
        return weight - change, changed

    def rest(self) -> Rest:
        """Means fade, and momentum carries weights on."""
        fading = {"velocity": self.rho, **({"average_gradient": self.rho} if self.centered else {})}
        return carried_on("momentum", self.momentum, **fading) if self.momentum > 0 else Rest(fading)
