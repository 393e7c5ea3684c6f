"""Several optimizers for the weights of one model, chosen by the weights' paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, Self

import jax

from cornu.core import registry
from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.wrapper import OptimizerWrapper, divided


class OptimizerMap(MutableMapping[str, Optimizer]):
    """Which optimizer a weight has: that of its path, else of the expression that matches it whole, else the default.

    Args:
        default_optimizer: for weights that nothing matches.
        optimizer_map: optimizers by path or regular expression.

    Example:
        >>> from cornu.optimizers.adam import Adam
        >>> from cornu.optimizers.sgd import SGD
        >>> choice = OptimizerMap(SGD(), {".*/kernel": Adam()})
        >>> type(choice["dense/kernel"]).__name__, type(choice["dense/bias"]).__name__
        ('Adam', 'SGD')
    """

    def __init__(self, default_optimizer: Any, optimizer_map: Any = None):
        self._default_optimizer = _checked("OptimizerMap's default_optimizer", default_optimizer)
        self._optimizer_map: dict[str, Optimizer] = {}
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            what = "OptimizerMap's optimizer_map"
            raise TypeError(explain(what, "a dict", repr(optimizer_map)[:80], "Pass {path: optimizer}."))
        self.update(optimizer_map or {})

    @property
    def default_optimizer(self) -> Optimizer:
        """The optimizer of weights that nothing matches."""
        return self._default_optimizer

    def __getitem__(self, key: str) -> Optimizer:
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        found = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(found) > 1:
            raise ValueError(
                explain(
                    f"The weight {key!r}",
                    "one optimizer",
                    f"{len(found)}, by {', '.join(map(repr, found))}",
                    "Make the expressions exclude each other, or name the path itself.",
                )
            )
        return self._optimizer_map[found[0]] if found else self._default_optimizer

    def __call__(self, variable: Any) -> Optimizer:
        """The optimizer of a weight."""
        return self[variable.path]

    def __setitem__(self, key: str, optimizer: Any) -> None:
        if not isinstance(key, str):
            raise ValueError(explain("A key of OptimizerMap", "a string", repr(key), "Pass a path or an expression."))
        if key in self._optimizer_map:
            what = f"The key {key!r} of OptimizerMap"
            raise ValueError(explain(what, "to be new", "one that is there", "Delete it first."))
        self._optimizer_map[key] = _checked(f"OptimizerMap's {key!r}", optimizer)

    def __delitem__(self, key: str) -> None:
        del self._optimizer_map[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizer_map)

    def __len__(self) -> int:
        return len(self._optimizer_map)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "default_optimizer": registry.serialize(self._default_optimizer),
            "optimizer_map": {key: registry.serialize(optimizer) for key, optimizer in self._optimizer_map.items()},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The map that a config describes."""
        return cls(**registry.deserialize(config, custom_objects))


class MultiOptimizer(OptimizerWrapper):
    """Gives each weight to the optimizer that a map names for it.

    An optimizer of which no weight has a gradient rests for that step. ``loss_scale_factor`` of the optimizers
    within is not used.

    Args:
        optimizer_map: an ``OptimizerMap``.
        loss_scale_factor: factor on the loss, by which gradients are divided again.

    Example:
        >>> from cornu.optimizers.sgd import SGD
        >>> slow, fast = Variable([0.0], name="slow"), Variable([0.0], name="fast")
        >>> optimizer = MultiOptimizer(OptimizerMap(SGD(1.0), {"fast": SGD(10.0)}))
        >>> optimizer.apply([[1.0], [1.0]], [slow, fast])
        >>> float(slow[0]), float(fast[0])
        (-1.0, -10.0)

    Source: behaviour of ``keras.optimizers.MultiOptimizer``.
    """

    def __init__(self, optimizer_map: Any, loss_scale_factor: float | None = None, name: str | None = None):
        if not isinstance(optimizer_map, OptimizerMap):
            given = repr(optimizer_map)[:80]
            raise TypeError(explain("MultiOptimizer", "an OptimizerMap", given, "Pass OptimizerMap(default, {...})."))
        self.optimizer_map = optimizer_map
        chosen = [*optimizer_map.values(), optimizer_map.default_optimizer]
        self.optimizers: list[Optimizer] = list({id(optimizer): optimizer for optimizer in chosen}.values())
        super().__init__(name, loss_scale_factor)

    def inner(self) -> Sequence[Optimizer]:
        """The map's optimizers, then the default one."""
        return self.optimizers

    @property
    def learning_rate(self) -> Any:
        """There is none: each optimizer has its own."""
        raise AttributeError(self._no_rate())

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(self._no_rate())

    def _no_rate(self) -> str:
        return explain(
            f"The learning rate of {self.name!r}",
            "one optimizer",
            f"{len(self.optimizers)} in a MultiOptimizer",
            "Use those of .optimizers.",
        )

    def build(self, variables: Any) -> None:
        """Choose an optimizer for each weight, and make their state."""
        if self.built:
            return
        variables = list(variables)
        choice = [self.optimizer_map(v) for v in variables]
        super().build(variables)
        self._choice = dict(zip(variables, choice, strict=True))
        for optimizer in self.optimizers:
            optimizer.build([v for v in variables if self._choice[v] is optimizer])

    def _step(self, gradients: list[jax.Array], variables: list[Variable], rate: jax.Array) -> None:
        for optimizer in self.optimizers:
            pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if self._choice[v] is optimizer]
            if not pairs:
                continue
            chosen = [v for _, v in pairs]
            # The optimizer within divides by its own factor once more.
            by = (self.loss_scale_factor or 1.0) / (optimizer.loss_scale_factor or 1.0)
            optimizer.apply(divided([g for g, _ in pairs], chosen, by), chosen)
        self._iterations.assign_add(1)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "optimizer_map": registry.serialize(self.optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The optimizer that a config describes."""
        return cls(**{**config, "optimizer_map": registry.deserialize(config["optimizer_map"], custom_objects)})


def _checked(what: str, optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(explain(what, "an Optimizer", repr(optimizer)[:80], "Pass for example optimizers.Adam()."))
    return optimizer
