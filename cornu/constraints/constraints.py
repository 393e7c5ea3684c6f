"""The constraints: functions of a weight that return the nearest weight allowed, or one on the way to it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import config, registry
from cornu.core.declare import declared
from cornu.core.variable import Variable


class Constraint(registry.Configured):
    """A projection of a weight, applied after each update: a function ``w -> w``.

    Subclasses write ``__call__``, and ``get_config`` if they have arguments. This one lets all weights be.

    Example:
        >>> class Halved(Constraint):
        ...     def __call__(self, w):
        ...         return w / 2
        >>> Halved()(4.0)
        2.0
    """

    def __call__(self, w: Any) -> Any:
        """The weight's new value."""
        return w


@declared
class NonNeg(Constraint):
    """Negative elements become 0.

    Example:
        >>> NonNeg()([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    def __call__(self, w: Any) -> jax.Array:
        """The weight's new value."""
        w = _array(w)
        return jnp.where(w >= 0, w, jnp.zeros_like(w))


@declared
class MaxNorm(Constraint):
    """Vectors longer than ``max_value`` are shortened to it: ``w * min(|w|, max_value) / (|w| + epsilon)``.

    Args:
        max_value: greatest length.
        axis: axis or axes along which lengths are taken: 0 for Dense's kernels, [0, 1, 2] for Conv2D's.

    Example:
        >>> MaxNorm(1.0)([[3.0], [4.0]]).tolist()
        [[0.6], [0.8]]

    Source: Srivastava et al. 2014, section 5.1; numbers as ``keras.constraints.MaxNorm``.
    """

    max_value: float = 2
    axis: Any = 0

    def __call__(self, w: Any) -> jax.Array:
        """The weight's new value."""
        w = _array(w)
        norms = _norms(w, self.axis)
        return w * (jnp.clip(norms, 0, self.max_value) / (norms + config.epsilon()))


@declared
class UnitNorm(Constraint):
    """Vectors get length 1: ``w / (|w| + epsilon)``.

    Args:
        axis: axis or axes along which lengths are taken: 0 for Dense's kernels, [0, 1, 2] for Conv2D's.
    """

    axis: Any = 0

    def __call__(self, w: Any) -> jax.Array:
        """The weight's new value."""
        w = _array(w)
        return w / (_norms(w, self.axis) + config.epsilon())


@declared
class MinMaxNorm(Constraint):
    """Lengths of vectors move into a range: ``w * (rate * clip(|w|, min, max) + (1 - rate) * |w|) / (|w| + epsilon)``.

    Args:
        min_value: least length.
        max_value: greatest length.
        rate: part of the way that is gone in one step, from 0 to 1.
        axis: axis or axes along which lengths are taken: 0 for Dense's kernels, [0, 1, 2] for Conv2D's.
    """

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0
    axis: Any = 0

    def __call__(self, w: Any) -> jax.Array:
        """The weight's new value."""
        w = _array(w)
        norms = _norms(w, self.axis)
        desired = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (desired / (norms + config.epsilon()))


def _array(w: Any) -> jax.Array:
    return jnp.asarray(w.value if isinstance(w, Variable) else w)


def _norms(w: jax.Array, axis: Any) -> jax.Array:
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axes, keepdims=True))
