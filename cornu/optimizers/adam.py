"""Adam and AdamW."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.rest import Rest, mean_over_spread
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Adam(Optimizer):
    """Mean gradient divided by the root of the mean square, both corrected for their start at zero.

    ``m += (1 - beta_1) * (g - m); v += (1 - beta_2) * (g² - v);
    w -= rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)``

    Args:
        beta_1: decay of the mean m.
        beta_2: decay of the mean square v.
        epsilon: added to the root before the correction of v: "epsilon hat" of the paper.
        amsgrad: whether the largest v so far is used.

    Source: numbers as ``keras.optimizers.Adam``; Kingma & Ba 2014 (arXiv:1412.6980), algorithm 1 in the form at the
    end of section 2; Reddi et al. 2018 for ``amsgrad``.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """Mean, mean square, and the largest mean square if wanted."""
        largest = [Slot("velocity_hat", group=1)] if self.amsgrad else []
        return [Slot("momentum"), Slot("velocity"), *largest]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        rate = self._corrected(step)
        changed = moments(self.beta_1, self.beta_2, gradient, slots)
        spread = changed["velocity"]
        if self.amsgrad:
            spread = changed["velocity_hat"] = jnp.maximum(slots["velocity_hat"], spread)
        return weight - changed["momentum"] * rate / (jnp.sqrt(spread) + self.epsilon), changed

    def _corrected(self, step: Step) -> Any:
        """The learning rate, with the corrections of both means."""
        return step.learning_rate * jnp.sqrt(1 - self.beta_2**step.number) / (1 - self.beta_1**step.number)

    def rest(self) -> Rest | None:
        """The mean carries weights on, while both means fade."""
        constant = "velocity_hat" if self.amsgrad else None
        return mean_over_spread(self.beta_1, self.beta_2, self.epsilon, self._corrected, constant)


@hyperparameters(learning_rate=0.001)
class AdamW(Adam):
    """Adam with weights that decay by ``w -= rate * weight_decay * w`` before each update.

    Source: numbers as ``keras.optimizers.AdamW``; Loshchilov & Hutter 2017 (arXiv:1711.05101), algorithm 2.
    """

    weight_decay: float | None = 0.004

    def check_options(self) -> None:
        """Refuse to go without decay."""
        super().check_options()
        if self.weight_decay is None:
            raise ValueError(explain("AdamW", "a weight_decay that is a number", None, "Pass one, or use Adam."))


def moments(beta_1: Any, beta_2: Any, gradient: Any, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Running means of the gradient ("momentum") and of its square ("velocity")."""
    mean, square = slots["momentum"], slots["velocity"]
    return {
        "momentum": mean + (gradient - mean) * (1 - beta_1),
        "velocity": square + (jnp.square(gradient) - square) * (1 - beta_2),
    }
