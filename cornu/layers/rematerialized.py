"""A layer's call whose inner values are computed again for the gradient."""

from __future__ import annotations

from typing import Any

import jax

from cornu.core import context, tree
from cornu.core.pure import holding, raw_values, write_values
from cornu.core.remat import RematScope


def rematerialized(layer: Any, scope: RematScope, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``layer.call(*args, **kwargs)``, as a pure function of its arrays and weights under ``jax.checkpoint``.

    Masks travel by identity, so they go in and out with the arrays; so do the values that weights, statistics and
    seeds have after the call, and losses that it adds.
    """
    variables = [*layer.variables, *layer.metrics_variables]
    leaves = tree.flatten([list(args), kwargs])
    where = [i for i, leaf in enumerate(leaves) if isinstance(leaf, jax.Array)]
    shape: list[Any] = []

    def run(values: Any, arrays: Any, masks: Any) -> Any:
        losses: list[Any] = []
        given = list(leaves)
        for place, array, mask in zip(where, arrays, masks, strict=True):
            given[place] = array
            context.set_mask(array, mask)
        full_args, full_kwargs = tree.pack([list(args), kwargs], given)
        with holding(variables, values), context.scope(losses=losses):
            outputs = layer.call(*full_args, **full_kwargs)
            made = tree.flatten(outputs)
            shape[:] = [outputs]
            return made, [_mask(a) for a in made], raw_values(variables), losses

    given = raw_values(variables), [leaves[i] for i in where], [_mask(leaves[i]) for i in where]
    sizes = jax.eval_shape(run, *given)[0] if scope.mode == "larger_than" else []
    wrapped = scope.wrap(run) if scope.applies_to(layer.name, sum(s.size for s in sizes)) else run
    made, masks, after, losses = wrapped(*given)
    write_values(variables, after)
    for loss in losses:
        layer.add_loss(loss)
    for array, mask in zip(made, masks, strict=True):
        if mask is not None:
            context.set_mask(array, mask)
    return tree.pack(shape[0], made)


def _mask(x: Any) -> Any:
    return context.get_mask(x) if isinstance(x, jax.Array) else None
