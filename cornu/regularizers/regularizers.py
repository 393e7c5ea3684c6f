"""The regularizers: functions of a weight or an output that return a penalty, a scalar."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.variable import Variable


class Regularizer(registry.Configured):
    """A penalty: a function ``x -> scalar``, added to the loss.

    Subclasses write ``__call__`` and ``get_config``.

    Example:
        >>> class Peak(Regularizer):
        ...     def __call__(self, x):
        ...         return jnp.max(jnp.abs(x))
        >>> float(Peak()(jnp.array([1.0, -3.0])))
        3.0
    """

    def __call__(self, x: Any) -> Any:
        """The penalty: none."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        if not hasattr(type(self), "__declared_fields__"):
            raise NotImplementedError(
                f"Regularizer {type(self).__name__} needs a get_config method to be saved; got none. Define it."
            )
        return super().get_config()


def _strength(what: str, *, single: bool = False) -> Callable[[Any], float]:
    """A converter to a number from 0; None is 0. ``single`` rounds to float32, as Keras's configs of some have it."""

    def convert(value: Any) -> float:
        number = 0.0 if value is None else value
        if not isinstance(number, (int, float, np.number)) or not math.isfinite(number) or number < 0:
            raise ValueError(explain(what, "a finite number from 0", repr(value), "Correct the argument."))
        return float(np.float32(number)) if single else float(number)

    return convert


@declared
class L1(Regularizer):
    """``l1 * sum(|x|)``.

    Example:
        >>> float(L1(0.5)([1.0, -3.0]))
        2.0
    """

    l1: float = field(0.01, _strength("L1's l1", single=True))

    def __call__(self, x: Any) -> jax.Array:
        """The penalty."""
        return self.l1 * jnp.sum(jnp.abs(_array(x)))


@declared
class L2(Regularizer):
    """``l2 * sum(x²)``.

    Example:
        >>> float(L2(0.5)([1.0, -3.0]))
        5.0
    """

    l2: float = field(0.01, _strength("L2's l2"))

    def __call__(self, x: Any) -> jax.Array:
        """The penalty."""
        return self.l2 * jnp.sum(jnp.square(_array(x)))


@declared
class L1L2(Regularizer):
    """``l1 * sum(|x|) + l2 * sum(x²)``.

    Example:
        >>> float(L1L2(l1=0.5, l2=0.25)([1.0, -3.0]))
        4.5
    """

    l1: float = field(0.0, _strength("L1L2's l1"))
    l2: float = field(0.0, _strength("L1L2's l2"))

    def __call__(self, x: Any) -> jax.Array:
        """The penalty."""
        x = _array(x)
        penalty = jnp.zeros((), x.dtype)
        if self.l1:
            penalty = penalty + self.l1 * jnp.sum(jnp.abs(x))
        if self.l2:
            penalty = penalty + self.l2 * jnp.sum(jnp.square(x))
        return penalty


@declared
class OrthogonalRegularizer(Regularizer):
    """``factor`` times the mean of |cosine| over all pairs of different rows (or columns).

    Args:
        factor: strength.
        mode: "rows" or "columns": the vectors that shall be orthogonal.

    Shapes:
        x: a matrix. A single vector has no pair, and no penalty.

    Example:
        >>> float(OrthogonalRegularizer(0.5)([[1.0, 0.0], [1.0, 1.0]]))
        0.35355

    Source: numbers as ``keras.regularizers.OrthogonalRegularizer``, which gives NaN for a single vector.
    """

    factor: float = field(0.01, _strength("OrthogonalRegularizer's factor", single=True))
    mode: str = "rows"

    def check(self) -> None:
        """Refuse another mode."""
        if self.mode not in ("rows", "columns"):
            what = "OrthogonalRegularizer's mode"
            raise ValueError(explain(what, "'rows' or 'columns'", repr(self.mode), "Correct the argument."))

    def __call__(self, inputs: Any) -> jax.Array:
        """The penalty."""
        x = _array(inputs)
        if x.ndim != 2:
            raise ShapeError(
                explain(
                    "OrthogonalRegularizer", "a matrix", f"shape {show_shape(x.shape)}", "Use it for kernels of Dense."
                )
            )
        vectors = x if self.mode == "rows" else x.T
        squares = jnp.sum(jnp.square(vectors), axis=1, keepdims=True)
        unit = vectors * jax.lax.rsqrt(jnp.maximum(squares, 1e-12))
        cosines = unit @ unit.T * (1 - jnp.eye(len(unit), dtype=x.dtype))
        pairs = max(len(unit) * (len(unit) - 1) / 2, 1)
        return self.factor * 0.5 * jnp.sum(jnp.abs(cosines)) / pairs


def _array(x: Any) -> jax.Array:
    return jnp.asarray(x.value if isinstance(x, Variable) else x)
