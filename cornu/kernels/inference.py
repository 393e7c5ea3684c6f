"""Programs that only read a model's weights: what follows convolutions is done in passing, weights are packed once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Var, jaxpr_as_fun

from cornu.kernels.compiler import Traced, traced
from cornu.kernels.folding import SAME_NUMBERS, fold
from cornu.kernels.kept import packer
from cornu.kernels.packing import PACKED, Packing


@dataclasses.dataclass(frozen=True)
class Inference(Traced):
    """A traced function of weights and data that is given its packed weights apart.

    Attributes:
        rest: what it computes of the packed weights and its arguments.
        weights: so many of its arguments hold the weights; they come first.
        packed: of each packed array, which of the weights' arrays it is made of, and how.
    """

    rest: ClosedJaxpr
    weights: int
    packed: tuple[tuple[int, Packing], ...]

    def compiled(
        self, around: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None, donate: tuple[int, ...] = ()
    ) -> Callable[..., Any]:
        """The function as it is called; what is compiled ``around`` it takes the weights first, too."""
        if not self.packed:
            return super().compiled(around, donate)

        def outer(packed: list[jax.Array], *given: Any) -> Any:
            run = partial(self._run_packed, packed)
            return (around(run) if around else run)(*given)

        places = [place for place, _ in self.packed]
        pack = packer([packing for _, packing in self.packed])
        call = jax.jit(outer, donate_argnums=tuple(i + 1 for i in donate), compiler_options=self.options)

        def packed_and_called(*given: Any) -> Any:
            leaves = jax.tree_util.tree_leaves(given[: self.weights])
            return call(pack([leaves[place] for place in places]), *given)

        return packed_and_called

    def _run_packed(self, packed: list[jax.Array], *arguments: Any) -> Any:
        leaves = jaxpr_as_fun(self.rest)(*packed, *jax.tree_util.tree_leaves(arguments))
        return jax.tree_util.tree_unflatten(self.outputs, leaves)


def traced_for_inference(function: Callable[..., Any], *arguments: Any, weights: int) -> Inference:
    """Trace a function that leaves weights as they are, for arguments like these: see `traced` and `fold`.

    Its calls pack the weights of native convolutions once, not each time: again when they are other arrays. Only
    what is packed is kept, nothing else that depends on weights alone: weights that a program makes of small ones (of
    whole numbers, say) stay small between calls.

    Args:
        weights: so many of the arguments hold the weights; they come first.

    Example:
        >>> import jax.numpy as jnp
        >>> traced_for_inference(lambda w, x: w * x, jnp.ones(2), jnp.ones(2), weights=1).compiled()(2.0, 3.0)
        Array(6., dtype=float32, weak_type=True)
    """
    count = len(jax.tree_util.tree_leaves(arguments[:weights]))
    step = fold(traced(function, *arguments), weights=count)
    rest, packed = _split(step.jaxpr.jaxpr)
    return Inference(step.run, step.jaxpr, step.outputs, ClosedJaxpr(rest, step.jaxpr.consts), weights, packed)


def _split(program: Jaxpr) -> tuple[Jaxpr, tuple[tuple[int, Packing], ...]]:
    """A program that takes its packed weights as arguments, in front; and which arguments they are made of."""
    maker = {variable: equation for equation in program.eqns for variable in equation.outvars}
    place = {variable: i for i, variable in enumerate(program.invars)}

    def source(variable: Any) -> int | None:
        while isinstance(variable, Var) and variable in maker and maker[variable].primitive.name in SAME_NUMBERS:
            variable = maker[variable].invars[0]
        return place.get(variable) if isinstance(variable, Var) else None

    packing: list[tuple[JaxprEqn, int]] = []
    for equation in program.eqns:
        at = source(equation.invars[0]) if equation.primitive is PACKED else None
        if at is not None:
            packing.append((equation, at))
    taken = {id(equation) for equation, _ in packing}
    rest = program.replace(
        invars=[*(equation.outvars[0] for equation, _ in packing), *program.invars],
        eqns=[equation for equation in program.eqns if id(equation) not in taken],
    )
    return rest, tuple((at, equation.params["packing"]) for equation, at in packing)
