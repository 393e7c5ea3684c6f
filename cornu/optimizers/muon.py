"""Muon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001, last="exclude_layers")
class Muon(Optimizer):
    """Matrices move by the nearest orthogonal matrix to their momentum; all other weights follow Adam.

    ``m = momentum * m + g; w -= rate * rms_rate * sqrt(max(rows, columns)) * orthogonal(g + momentum * m)``

    Args:
        adam_beta_1, adam_beta_2, epsilon: Adam's.
        adam_weight_decay: decay of the weights that follow Adam; ``weight_decay`` is that of the matrices.
        exclude_layers: regular expressions; matrices whose path one is found in follow Adam.
        exclude_embeddings: whether matrices with "embedding" in their path follow Adam.
        muon_a, muon_b, muon_c: coefficients of the iteration.
        adam_lr_ratio: factor on the learning rate for weights that follow Adam.
        momentum: share of the old momentum in the new one.
        ns_steps: iterations.
        nesterov: whether the gradient is added once more, as above.
        rms_rate: root mean square that the change of a weight has; no factor if None.

    Source: numbers as ``keras.optimizers.Muon``; Jordan et al. 2024; Liu et al. 2025 (arXiv:2502.16982) for ``rms_rate``.
    """

    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.999
    adam_weight_decay: float | None = 0.004
    epsilon: float = 1e-7
    weight_decay: float | None = 0.004
    exclude_layers: Sequence[str] | None = None
    exclude_embeddings: bool = True
    muon_a: float = 3.4445
    muon_b: float = -4.775
    muon_c: float = 2.0315
    adam_lr_ratio: float = 1
    momentum: float = 0.95
    ns_steps: int = 5
    nesterov: bool = True
    rms_rate: float | None = 0.2

    def check_options(self) -> None:
        """Hold the exclusions as a list."""
        super().check_options()
        self.exclude_layers = list(self.exclude_layers or ())

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """The momentum; for weights that follow Adam the mean square too."""
        return [Slot("momentum")] if self._is_matrix(variable) else [Slot("momentum"), Slot("velocity")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        if "velocity" in slots:
            return self._follow_adam(step, weight, gradient, slots)
        momentum = self.momentum * slots["momentum"] + gradient
        direction = gradient + self.momentum * momentum if self.nesterov else momentum
        direction = self.zeropower_via_newtonschulz5(direction, self.ns_steps)
        return weight - step.learning_rate * self.lr_adjust(direction), {"momentum": momentum}

    def transpose_last_axis(self, X: Any) -> Any:
        """The last two axes exchanged."""
        return jnp.swapaxes(X, -1, -2)

    def lr_adjust(self, x: Any) -> Any:
        """A change scaled so that its root mean square is ``rms_rate``, if x is orthogonal."""
        return x if self.rms_rate is None else x * self.rms_rate * max(x.shape[0], x.shape[1]) ** 0.5

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """About the nearest orthogonal matrix: singular values brought near 1 by an odd polynomial, ``steps`` times."""
        tall = x.shape[0] > x.shape[1]
        x = self.transpose_last_axis(x) if tall else x
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(steps):
            square = x @ self.transpose_last_axis(x)
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return self.transpose_last_axis(x) if tall else x

    def _follow_adam(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        mean = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.adam_beta_1)
        square = slots["velocity"] + (jnp.square(gradient) - slots["velocity"]) * (1 - self.adam_beta_2)
        rate = step.learning_rate * self.adam_lr_ratio
        rate = rate * jnp.sqrt(1 - self.adam_beta_2**step.number) / (1 - self.adam_beta_1**step.number)
        return weight - rate * mean / (jnp.sqrt(square) + self.epsilon), {"momentum": mean, "velocity": square}

    def _is_matrix(self, variable: Variable) -> bool:
        if len(variable.shape) != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return False
        return not any(re.search(pattern, variable.path) for pattern in self.exclude_layers or ())

    def _decay_of(self, variable: Variable) -> float | None:
        return self.weight_decay if self._is_matrix(variable) else self.adam_weight_decay
