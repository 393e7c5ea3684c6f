"""How a weight goes on moving in steps in which its gradient is zero, so that such steps can be made up for later.

Momentum carries a weight on, and slots fade. For the rules here the motion of k such steps is a few sums over these
steps, the same for all elements, times functions of the slots as they were before. The sums grow by one term in
each step, whatever the table holds; a row is caught up when it is next looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.optimizers.slots import Step

# Steps that can be made up for at once.
STEPS = 4096
# Sums beyond which the dense update is not worth avoiding, and the error allowed: half a unit in float32's last place.
_MOST_TERMS = 10
_ERROR = 2.0**-25


@dataclasses.dataclass(frozen=True, eq=False)
class Rest:
    """The rule of an optimizer for a gradient of zero, step after step.

    After k such steps a weight has lost ``motion(slots, sums)``, where sum j is
    ``sum over i = 1..k of growth[i - 1, j] * factor(step i)``, and each slot is ``fading ** k`` of what it was.

    Attributes:
        fading: what one step leaves of a slot; slots that are not named stay.
        growth: (STEPS, sums), float64.
        factor: of a step, a scalar.
        motion: of slots, each (n, width), and sums (n, sums): (n, width).
        decay: part of itself that a weight loses before each step, per learning rate; None for none.
    """

    fading: Mapping[str, float] = dataclasses.field(default_factory=dict[str, float])
    growth: np.ndarray[Any, Any] = dataclasses.field(default_factory=lambda: np.zeros((STEPS, 0)))
    factor: Callable[[Step], Any] = lambda step: 1.0
    motion: Callable[[Mapping[str, jax.Array], jax.Array], Any] = lambda slots, sums: 0.0
    decay: float | None = None

    @property
    def steps(self) -> int:
        """Steps that can be made up for at once."""
        return self.growth.shape[0]

    @property
    def is_still(self) -> bool:
        """Whether nothing changes without a gradient."""
        return not self.fading and not self.growth.shape[1] and not self.decay


def carried_on(slot: str, share: float, sign: float = 1.0, **fading: float) -> Rest:
    """The rest of rules that add a momentum to the weight: what is left of it is a geometric series.

    Args:
        slot: the momentum's name.
        share: of the momentum that goes on.
        sign: -1 where the weight grows by the momentum.
        fading: of the other slots.
    """
    growth = share ** np.arange(1, STEPS + 1, dtype=np.float64)[:, None]
    return Rest({slot: share, **fading}, growth, motion=lambda slots, sums: sign * slots[slot] * sums)


def mean_over_spread(
    mean_share: float, square_share: float, epsilon: float, factor: Callable[[Step], Any], constant_spread: str | None
) -> Rest | None:
    """The rest of Adam's rule: ``m b1^i / (a r^i + e)`` in the i-th step, a being the root of v and r that of b2.

    With ``x = a / (a + e)`` and ``u_i = 1 - r^i`` the fraction is ``m b1^i / (a + e) / (1 - x u_i)``. x is from 0 to 1,
    and u_i small as long as b1^i is not, so that a polynomial in x stands for the last factor: each of its
    coefficients is one sum. 3 of them for 0.9 and 0.999.

    Args:
        mean_share, square_share: b1 and b2.
        epsilon: e.
        factor: the learning rate, corrected for the start.
        constant_spread: the slot in the place of v, where that does not fade ("amsgrad").

    Returns:
        None where no short polynomial will do.
    """
    if epsilon <= 0 or not 0 < mean_share < 1 or not 0 < square_share < 1:
        return None
    fading = {"momentum": mean_share, "velocity": square_share}
    steps = np.arange(1, STEPS + 1, dtype=np.float64)
    faded = np.zeros(STEPS) if constant_spread else 1 - square_share ** (steps / 2)
    growth = _inverse_polynomials(faded, mean_share**steps)
    if growth is None:
        return None
    spread = constant_spread or "velocity"

    def motion(slots: Mapping[str, jax.Array], sums: jax.Array) -> jax.Array:
        root = jnp.sqrt(slots[spread])
        share = root / (root + epsilon)
        value = sums[:, -1:]
        for term in reversed(range(sums.shape[1] - 1)):
            value = value * share + sums[:, term : term + 1]
        return slots["momentum"] / (root + epsilon) * value

    return Rest(fading, growth, factor, motion)


def _inverse_polynomials(u: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """Coefficients of polynomials in x, ``weight / (1 - x u)`` for x from 0 to 1: (len(u), terms).

    Interpolated at Chebyshev's nodes; as few terms as keep the weighted error of all together small.
    """
    x = np.linspace(0, 1, 65)[:, None]
    if u.max() > 1 - 1e-6:
        return None
    exact = weight / (1 - x * u)
    for terms in range(1, _MOST_TERMS + 1):
        nodes = 0.5 + 0.5 * np.cos(np.pi * (np.arange(terms) + 0.5) / terms)
        powers = nodes[:, None] ** np.arange(terms)
        growth = np.linalg.solve(powers, weight / (1 - nodes[:, None] * u)).T
        error = np.abs((x ** np.arange(terms)) @ growth.T - exact).sum(1) / exact.sum(1)
        if error.max() < _ERROR:
            return growth
    return None
