"""A loss scale that finds its own size, for gradients in float16."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp

from cornu.core import registry
from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.optimizers.conditional import run_if
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.wrapper import OptimizerWrapper, all_finite, divided


class LossScaleOptimizer(OptimizerWrapper):
    """Scales the loss so that small gradients stay above float16's least, and leaves out steps that overflow.

    The scale doubles after ``dynamic_growth_steps`` updates in a row; where a gradient is not finite, the step
    changes nothing and the scale halves. A ``loss_scale_factor`` of the inner optimizer is not used.

    Args:
        inner_optimizer: does the updates, with the gradients divided by the scale.
        initial_scale: first scale.
        dynamic_growth_steps: updates in a row after which the scale doubles.

    Example:
        >>> from cornu.optimizers.sgd import SGD
        >>> optimizer = LossScaleOptimizer(SGD(1.0), initial_scale=4.0)
        >>> w = Variable([1.0], name="w")
        >>> optimizer.apply([jnp.array([2.0])], [w])
        >>> w.numpy().tolist()
        [0.5]
        >>> optimizer.apply([jnp.array([jnp.inf])], [w])
        >>> w.numpy().tolist(), float(optimizer.scale_loss(1.0))
        ([0.5], 2.0)

    Source: numbers as ``keras.optimizers.LossScaleOptimizer``; Micikevicius et al. 2017 (arXiv:1710.03740), section 3.2.
    """

    skips_non_finite = True

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 32768.0,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ):
        if kwargs:
            given = ", ".join(kwargs)
            raise ValueError(
                explain("LossScaleOptimizer", "only its own arguments", given, "Pass others to inner_optimizer.")
            )
        if not isinstance(inner_optimizer, Optimizer) or isinstance(inner_optimizer, LossScaleOptimizer):
            raise TypeError(
                explain(
                    "LossScaleOptimizer",
                    "an inner_optimizer that is an Optimizer, not a LossScaleOptimizer",
                    repr(inner_optimizer)[:80],
                    "Pass for example optimizers.Adam().",
                )
            )
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        super().__init__(name)

    def inner(self) -> Sequence[Optimizer]:
        """The inner optimizer."""
        return [self.inner_optimizer]

    @property
    def iterations(self) -> Any:
        """Updates made so far: steps that were left out do not count."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    def build(self, variables: Any) -> None:
        """Make the scale, its counter, and the inner optimizer's state."""
        if self.built:
            return
        super().build(variables)
        first = float(self.initial_scale)
        self.step_counter = self.add_variable((), "zeros", "int32", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), lambda shape, dtype: jnp.full(shape, first, dtype), "float32", name="dynamic_scale"
        )
        self.inner_optimizer.build(variables)

    def _step(self, gradients: list[jax.Array], variables: list[Variable], rate: jax.Array) -> None:
        scale, inner = self.dynamic_scale.value, self.inner_optimizer
        finite = self.check_finite(gradients)
        # The inner optimizer divides by its own factor once more.
        scaled = divided(gradients, variables, scale / (inner.loss_scale_factor or 1.0))
        counter = self.step_counter.value + 1
        grown = finite & (counter == self.dynamic_growth_steps)
        self.dynamic_scale.assign(jnp.where(grown, scale * 2, jnp.where(finite, scale, scale / 2)))
        self.step_counter.assign(jnp.where(finite & ~grown, counter, 0))
        run_if(finite, lambda: inner.apply(scaled, variables), [*inner.variables, *variables])

    @property
    def may_scale_down(self) -> Any:
        """Whether gradients that are not finite may be so because of the scale; a bool scalar."""
        return self.dynamic_scale.value > 1.0

    def check_finite(self, grads: Sequence[Any]) -> Any:
        """Whether all elements of all gradients are finite; a bool scalar."""
        return all_finite([g for g in grads if g is not None])

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale: what gradients are to be taken of."""
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "name": self.name,
            "inner_optimizer": registry.serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The optimizer that a config describes."""
        inner = registry.deserialize(config["inner_optimizer"], custom_objects)
        return cls(**{**config, "inner_optimizer": inner})
