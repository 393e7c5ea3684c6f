"""Rows of a variable, read so that training can tell which they were."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import context
from cornu.core.pure import raw_values
from cornu.core.variable import Variable


def lookup(variable: Variable, index: Any) -> jax.Array:
    """``variable[index]`` along the first axis; NaN where an index is beyond it.

    A step that keeps the gradient by rows (``train/rows.py``) answers here, and so neither a gradient nor a cast
    copy of the whole variable is made. Who makes a variable for this sets its ``looked_up``.

    Shapes:
        index: (...), integers; negative ones count from the end.
        result: (..., *variable.shape[1:]), in the dtype in which the variable is read here.

    Example:
        >>> table = Variable([[1.0, 2.0], [3.0, 4.0]], name="table")
        >>> lookup(table, jnp.array([1, -1, 2])).tolist()
        [[3.0, 4.0], [3.0, 4.0], [nan, nan]]
    """
    lookups = context.current().lookups
    rows = None if lookups is None else lookups.rows(variable, index)
    if rows is None:
        rows = jnp.take(raw_values([variable])[0], index, axis=0)
    return rows.astype(variable.dtype)
