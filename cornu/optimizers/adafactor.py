"""Adafactor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.001)
class Adafactor(Optimizer):
    """Mean squares of matrices kept as a row and a column: ``v = r cᵀ / mean(r)``; steps relative to the weights.

    ``beta = 1 - t^beta_2_decay``; r and c are decaying means of ``g² + epsilon_1`` over columns and rows;
    ``u = g / sqrt(v); w -= max(epsilon_2, rms(w)) * rate * u / max(1, rms(u) / clip_threshold)``.
    The last two axes are rows and columns; weights of fewer axes keep v whole.

    Args:
        beta_2_decay: exponent of the decay, negative.
        epsilon_1: added to squared gradients.
        epsilon_2: least scale of a weight.
        clip_threshold: bound on the root mean square of u.
        relative_step: whether the rate is at most ``1 / sqrt(t)``.

    Source: numbers as ``keras.optimizers.Adafactor``; Shazeer & Stern 2018 (arXiv:1804.04235), algorithms 4 to 6.
    The product v is kept as well, as Keras does, though nothing reads it, so that files agree.
    """

    beta_2_decay: float = -0.8
    epsilon_1: float = 1e-30
    epsilon_2: float = 1e-3
    clip_threshold: float = 1.0
    relative_step: bool = True

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """Row, column and their product; two unused scalars and the mean square for vectors."""
        if len(variable.shape) < 2:
            return [Slot("row", shape=(), dtype="int32"), Slot("column", shape=(), dtype="int32"), Slot("velocity")]
        *outer, rows, columns = variable.shape
        return [Slot("row", shape=(*outer, rows)), Slot("column", shape=(*outer, columns)), Slot("velocity")]

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and slots."""
        rate = step.learning_rate
        if self.relative_step:
            rate = jnp.minimum(rate, 1 / jnp.sqrt(step.number))
        decay = 1 - step.number**self.beta_2_decay
        changed = self._squares(jnp.square(gradient) + self.epsilon_1, decay, slots)
        update = gradient / jnp.sqrt(changed["velocity"])
        update = update / jnp.maximum(1.0, _rms(update) / self.clip_threshold)
        return weight - jnp.maximum(self.epsilon_2, _rms(weight)) * rate * update, changed

    def _squares(self, squares: Any, decay: Any, slots: Mapping[str, Any]) -> dict[str, Any]:
        if squares.ndim < 2:
            return {"velocity": decay * slots["velocity"] + (1 - decay) * squares}
        row = decay * slots["row"] + (1 - decay) * jnp.mean(squares, axis=-1)
        column = decay * slots["column"] + (1 - decay) * jnp.mean(squares, axis=-2)
        product = (row / jnp.mean(row, axis=-1, keepdims=True))[..., None] * column[..., None, :]
        return {"row": row, "column": column, "velocity": product}


def _rms(x: Any) -> Any:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
