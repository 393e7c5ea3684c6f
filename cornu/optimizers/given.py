"""What ``apply`` is given, checked: gradients that are there, with their weights."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.core.variable import Variable
from cornu.optimizers.rows import RowGradient


def with_gradients(
    name: str, gradients: Sequence[Any], variables: Sequence[Variable]
) -> tuple[list[jax.Array], list[Variable]]:
    """The gradients that are not None, as arrays, and their weights.

    Raises:
        ValueError: if there is not one gradient (or None) for each weight, not one at all, or of another shape.
    """
    if len(gradients) != len(variables):
        raise ValueError(
            explain(
                f"apply of optimizer {name!r}",
                f"one gradient for each of {len(variables)} weights",
                len(gradients),
                "Pass None for weights without a gradient.",
            )
        )
    pairs = [(as_array(g), v) for g, v in zip(gradients, variables, strict=True) if g is not None]
    if variables and not pairs:
        raise ValueError(
            explain(
                f"Optimizer {name!r}",
                "a gradient for at least one weight",
                "None for all of them",
                "Check that the loss depends on the weights.",
            )
        )
    if len(pairs) < len(variables):
        _warn_of_missing([v.path for g, v in zip(gradients, variables, strict=True) if g is None])
    present, chosen = [g for g, _ in pairs], [v for _, v in pairs]
    _check_shapes(present, chosen)
    return present, chosen


def as_array(x: Any) -> Any:
    """An array, from an array, a Variable, or numbers; a gradient of rows stays one."""
    return x if isinstance(x, (jax.Array, RowGradient)) else jnp.asarray(x.value if isinstance(x, Variable) else x)


def _check_shapes(gradients: Sequence[jax.Array], variables: Sequence[Variable]) -> None:
    for gradient, variable in zip(gradients, variables, strict=True):
        if gradient.shape != variable.shape:
            raise ValueError(
                explain(
                    f"The gradient of {variable.path!r}",
                    f"the weight's shape {variable.shape}",
                    gradient.shape,
                    "Pass gradients in the order of the weights.",
                )
            )


def _warn_of_missing(paths: list[str]) -> None:
    shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
    warnings.warn(
        f"These weights have no gradient and stay as they are: {shown}. If the loss should depend on them, "
        "check how it is computed.",
        stacklevel=4,
    )
