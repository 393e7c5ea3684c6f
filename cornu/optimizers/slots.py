"""What a rule keeps for each weight, and what all weights share in a step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.variable import Variable


@dataclasses.dataclass(frozen=True)
class Slot:
    """One array that an optimizer keeps for each weight.

    Attributes:
        name: its key in ``update_rule``, and the end of its Variable's name.
        initial: value of all its elements at first; or a function of the weight's Variable that returns its array.
        shape: sizes, where they are not the weight's.
        dtype: name, where it is not the weight's.
        group: slots of one group lie together in files, weight by weight; groups follow each other.
    """

    name: str
    initial: float | Callable[[Variable], jax.Array] = 0.0
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    group: int = 0


@dataclasses.dataclass(frozen=True)
class Step:
    """What all weights share in one step.

    Attributes:
        learning_rate: float scalar.
        number: which update this is, float scalar, from 1.
    """

    learning_rate: jax.Array
    number: jax.Array


def first_value(slot: Slot, variable: Variable) -> Callable[..., Any]:
    """The initializer of a weight's slot."""
    initial = slot.initial
    if callable(initial):
        return lambda shape, dtype: initial(variable)
    return lambda shape, dtype: np.full(shape, initial, jnp.dtype(dtype))  # jnp.full compiles for each shape: 40 ms
