"""Assignments that happen only if a condition holds, in traced code as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.core import Tracer

from cornu.core.pure import holding, raw_values
from cornu.core.variable import Variable


def run_if(condition: Any, action: Callable[[], None], variables: Sequence[Variable]) -> None:
    """Run ``action``, which assigns to some of ``variables``, if a boolean scalar holds.

    A concrete condition is a plain ``if``. A traced one is ``lax.cond``, which skips the work, where a
    ``where`` would do it and throw it away.
    """
    if not isinstance(condition, Tracer):
        if condition:
            action()
        return

    def acted(values: tuple[Any, ...]) -> tuple[Any, ...]:
        with holding(variables, values):
            action()
            return raw_values(variables)

    after = jax.lax.cond(condition, acted, lambda values: values, raw_values(variables))
    for variable, value in zip(variables, after, strict=True):
        variable.assign(value)
