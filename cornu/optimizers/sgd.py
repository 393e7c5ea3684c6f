"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cornu.core.errors import explain
from cornu.optimizers.hyperparameters import hyperparameters
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.rest import Rest, carried_on
from cornu.optimizers.slots import Slot, Step


@hyperparameters(learning_rate=0.01)
class SGD(Optimizer):
    """Gradient descent: ``w -= rate * g``, or with momentum ``m = momentum * m - rate * g; w += m``.

    Args:
        momentum: share of the last change that goes on, from 0 to 1.
        nesterov: whether the step looks ahead: ``w += momentum * m - rate * g`` with the new m.

    Example:
        >>> from cornu.core.variable import Variable
        >>> w = Variable([1.0], name="w")
        >>> optimizer = SGD(0.5)
        >>> optimizer.apply([[1.0]], [w])
        >>> w.numpy().tolist()
        [0.5]

    Source: numbers as ``keras.optimizers.SGD``; Sutskever et al. 2013.
    """

    momentum: float = 0.0
    nesterov: bool = False

    def check_options(self) -> None:
        """Refuse a momentum out of range."""
        super().check_options()
        if not 0 <= self.momentum <= 1:
            raise ValueError(explain("SGD's momentum", "a number from 0 to 1", self.momentum, "Try 0.9."))

    def slots_for(self, variable: Any) -> Sequence[Slot]:
        """The momentum, if there is one."""
        return [Slot("momentum")] if self.momentum else []

    def update_rule(self, step: Step, weight: Any, gradient: Any, slots: Mapping[str, Any]) -> Any:
        """One weight's next value and momentum."""
        change = -step.learning_rate * gradient
        if not self.momentum:
            return weight + change, {}
        momentum = self.momentum * slots["momentum"] + change
        return weight + (self.momentum * momentum + change if self.nesterov else momentum), {"momentum": momentum}

    def rest(self) -> Rest:
        """Momentum carries weights on."""
        if not self.momentum:
            return Rest()
        return carried_on("momentum", self.momentum, -self.momentum if self.nesterov else -1.0)
