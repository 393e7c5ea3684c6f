"""AdamW without a schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.0025)
class ScheduleFreeAdamW(Optimizer):
    """Adam whose weights are drawn towards the mean of all points visited, in place of a falling learning rate.

    A point z takes Adam's steps (without a mean of gradients), x is the mean of all z, and gradients are taken at
    the weights ``w = beta_1 * x + (1 - beta_1) * z``: ``z -= rate * g / (sqrt(v / (1 - beta_2^t)) + epsilon);
    x += (z - x) / t``. The rate rises linearly over the first ``warmup_steps`` steps.

    Args:
        beta_1: place of the weights between z (0) and x (1); not 0.
        beta_2: decay of the mean square v.
        epsilon: added to the root.
        warmup_steps: steps until the rate is reached.

    Source: numbers as ``keras.optimizers.ScheduleFreeAdamW``; Defazio et al. 2024 (arXiv:2405.15682), algorithm 1
    with equal weights in the mean.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    warmup_steps: int = 0

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """z, which begins at the weight, and the mean square."""
        return [Slot("momentum", initial=lambda v: v.value), Slot("velocity")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        rate = step.learning_rate
        if self.warmup_steps > 0:
            rate = rate * jnp.minimum(1.0, step.number / self.warmup_steps)
        point, square = slots["momentum"], slots["velocity"]
        mean = (weight - (1 - self.beta_1) * point) / self.beta_1
        # Rounded to the weights' type before 1 - beta is taken, so that its error cancels in the correction.
        beta_2 = jnp.asarray(self.beta_2, square.dtype)
        square = square + (jnp.square(gradient) - square) * (1 - beta_2)
        corrected = square / (1 - beta_2**step.number)
        point = point - rate * gradient / (jnp.sqrt(corrected) + self.epsilon)
        mean = mean + (point - mean) / step.number
        return self.beta_1 * mean + (1 - self.beta_1) * point, {"momentum": point, "velocity": square}
