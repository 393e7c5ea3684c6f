"""Ints as vectors of zeros and ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import config, dtypes
from cornu.core.errors import explain
from cornu.core.op import op
from cornu.core.spec import KerasTensor
from cornu.ops.rules import shape_of
from cornu.ops.tensor import Tensor, axes_of


def _dense(what: str, sparse: bool) -> None:
    if sparse:
        raise ValueError(explain(what, "sparse=False", "True", "Arrays here are dense; XLA fuses the zeros away."))


def _stored(dtype: Any) -> str:
    return dtypes.backend_dtype(dtype or config.floatx())


def _one_hot(
    function: Any, x: Tensor, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> KerasTensor:
    _dense("one_hot", sparse)
    shape = shape_of(x)
    (place,) = axes_of(axis, len(shape) + 1)
    return KerasTensor((*shape[:place], num_classes, *shape[place:]), _stored(dtype))


@op(spec_rule=_one_hot, rows=True)
def one_hot(x: Tensor, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Tensor:
    """1 at the place that an int names, along a new axis, 0 elsewhere; ints out of bounds give zeros.

    Args:
        axis: of the result, where the classes lie.
        dtype: the default float if None.

    Example:
        >>> one_hot([1, 0], 2).tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    _dense("one_hot", sparse)
    return jax.nn.one_hot(jnp.asarray(x), num_classes, axis=axis, dtype=_stored(dtype))


def _multi_hot(
    function: Any,
    inputs: Tensor,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> KerasTensor:
    shape = shape_of(inputs)
    rest = (*shape[:1], *shape[2:]) if len(shape) > 1 else ()
    (place,) = axes_of(axis, len(rest) + 1)
    return KerasTensor((*rest[:place], num_classes, *rest[place:]), _stored(dtype))


@op(spec_rule=_multi_hot, rows=True)
def multi_hot(
    inputs: Tensor,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Tensor:
    """1 at each place that one of a row's ints names, 0 elsewhere.

    Shapes:
        inputs: (batch, n, ...) or (n,), int.
        result: the n are gone, the classes come along ``axis``.

    Example:
        >>> multi_hot([[1, 1], [0, 2]], 3).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """
    num_classes = kwargs.pop("num_tokens", num_classes)  # the argument's former name
    if num_classes is None or kwargs:
        raise TypeError(
            explain("multi_hot", "num_classes and its own arguments", str(kwargs or None), "Correct the arguments.")
        )
    x = jnp.asarray(inputs)
    hits = one_hot(x, num_classes, axis, dtype, sparse)
    over = 1 if x.ndim > 1 else 0
    (place,) = axes_of(axis, hits.ndim)
    return jnp.max(hits, axis=over if place > over else over + 1)
