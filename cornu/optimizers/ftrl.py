"""Ftrl."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Ftrl(Optimizer):
    """Follow the regularized leader: weights that a penalty holds at exactly zero.

    ``n' = n + g²; z += g + 2 * shrinkage * w - (n'^-p - n^-p) / rate * w;
    w = (clip(z, -l1, l1) - z) / (n'^-p / rate + 2 * l2 + beta / rate)``

    Args:
        learning_rate_power: p, at most 0.
        initial_accumulator_value: first value of n.
        l1_regularization_strength: l1, from 0.
        l2_regularization_strength: l2, from 0.
        l2_shrinkage_regularization_strength: shrinkage, from 0.
        beta: as in the paper.

    Source: numbers as ``keras.optimizers.Ftrl``; McMahan et al. 2013, algorithm 1.
    """

    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float = 0.0

    def check_options(self) -> None:
        """Refuse signs for which the formula has no meaning."""
        super().check_options()
        if self.learning_rate_power > 0:
            what = "Ftrl's learning_rate_power"
            raise ValueError(explain(what, "a number up to 0", self.learning_rate_power, "Try -0.5."))
        for name in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            if getattr(self, name) < 0:
                raise ValueError(explain(f"Ftrl's {name}", "a number from 0", getattr(self, name), "Correct it."))

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """n and z."""
        return [Slot("accumulator", self.initial_accumulator_value), Slot("linear")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        rate, power = step.learning_rate, -self.learning_rate_power
        squares = slots["accumulator"] + jnp.square(gradient)
        leap = (squares**power - slots["accumulator"] ** power) / rate
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * weight
        linear = slots["linear"] + shrunk - leap * weight
        spread = squares**power / rate + 2 * self.l2_regularization_strength + self.beta / rate
        strength = self.l1_regularization_strength
        weight = (jnp.clip(linear, -strength, strength) - linear) / spread
        return weight, {"accumulator": squares, "linear": linear}
