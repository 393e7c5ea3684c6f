"""What the normalisations of single samples share: which axes, in which precision, and weights along them."""

from __future__ import annotations

import operator
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers.fields import is_int


def axis_field(what: str) -> Any:
    """One axis, or several as a list."""

    def convert(value: Any) -> int | list[int]:
        if isinstance(value, (list, tuple)) and value and all(map(is_int, value)):
            return [operator.index(a) for a in value]
        if not isinstance(value, (list, tuple)) and is_int(value):
            return operator.index(value)
        raise TypeError(explain(what, "an int or a list of ints", repr(value), "Name the axes, mostly -1."))

    return field(-1, convert)


def positions(axis: int | list[int], shape: Any, who: str) -> tuple[int, ...]:
    """Axes counted from the first, in order."""
    rank = len(shape)
    axes = [axis] if isinstance(axis, int) else axis
    if any(not -rank <= a < rank for a in axes):
        raise ShapeError(
            explain(who, f"an input that has axis {show_axes(axes)}", f"shape {show_shape(shape)}", "Correct axis.")
        )
    return tuple(sorted({a % rank for a in axes}))


def show_axes(axes: list[int]) -> str:
    """Axes as people write them."""
    return " and ".join(map(str, axes))


def widened(x: jax.Array) -> jax.Array:
    """At least float32: sums of squares overflow and cancel in 16 bits."""
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def along(weight: jax.Array, axes: tuple[int, ...], x: jax.Array) -> jax.Array:
    """A weight of the sizes of ``axes``, with size 1 on the others, in x's dtype."""
    return weight.astype(x.dtype).reshape(tuple(size if a in axes else 1 for a, size in enumerate(x.shape)))
