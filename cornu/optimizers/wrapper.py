"""What optimizers that hand their work to others have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.variable import Variable
from cornu.optimizers.optimizer import Optimizer


class OptimizerWrapper(Optimizer):
    """An optimizer over others: it has the base's variables, then all of theirs, and no update of its own."""

    def __init__(self, name: str | None = None, loss_scale_factor: float | None = None):
        # Files of wrapped optimizers begin with a learning rate that is 0 and not used (file format, section 4).
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)

    def inner(self) -> Sequence[Optimizer]:
        """The optimizers that do the work, in the order of files."""
        raise NotImplementedError(f"{type(self).__name__} needs an inner method; got none. Define it.")

    def _can_compile(self, gradients: Sequence[Any], variables: Sequence[Variable]) -> bool:
        # The optimizers within compile their own steps, and may be a user's that cannot be.
        return False

    @property
    def variables(self) -> list[Variable]:
        """Own variables, then those of each optimizer within."""
        return [*self._variables, *(v for optimizer in self.inner() for v in optimizer.variables)]

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Give weights their final values: their averages, where these are kept."""
        for optimizer in self.inner():
            optimizer.finalize_variable_values(var_list)

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Sequence[str] | None = None) -> None:
        """Weights that do not decay, in any of the optimizers within."""
        for optimizer in self.inner():
            optimizer.exclude_from_weight_decay(var_list, var_names)


def divided(gradients: Sequence[Any], variables: Sequence[Variable], by: Any) -> list[Any]:
    """Gradients divided by a scale, but for weights that are overwritten with what stands for theirs."""
    overwritten = tuple(v.overwrite_with_gradient for v in variables)
    return _divided(list(gradients), by, overwritten)


@partial(jax.jit, static_argnums=2)
def _divided(gradients: list[Any], by: Any, overwritten: tuple[bool, ...]) -> list[Any]:
    return [g if kept else (g / by).astype(g.dtype) for g, kept in zip(gradients, overwritten, strict=True)]


@jax.jit
def all_finite(gradients: list[Any]) -> jax.Array:
    """Whether all elements of all arrays are finite; a bool scalar."""
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(g)) for g in gradients]))
