"""Conditions and loops that compile: the functions in them are traced, not run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import tree
from cornu.core.errors import explain
from cornu.core.op import op
from cornu.core.variable import Variable
from cornu.ops.tensor import Tensor

Function = Callable[..., Any]


def _arrays(structure: Any) -> Any:
    return tree.map_structure(lambda x: x if x is None else jnp.asarray(x), structure)


@op
def cond(pred: Tensor, true_fn: Function, false_fn: Function) -> Any:
    """``true_fn()`` if ``pred`` holds, else ``false_fn()``; both give results of the same shapes.

    Example:
        >>> float(cond(True, lambda: 1.0, lambda: 2.0))
        1.0
    """
    return jax.lax.cond(jnp.asarray(pred), lambda: _arrays(true_fn()), lambda: _arrays(false_fn()))


@op
def switch(index: Tensor, branches: Any, *operands: Tensor) -> Any:
    """``branches[index](*operands)``; an index out of bounds takes the nearest branch.

    Example:
        >>> float(switch(1, [lambda x: x, lambda x: 2.0 * x], 3.0))
        6.0
    """
    return jax.lax.switch(index, branches, *operands)


@op
def while_loop(cond: Function, body: Function, loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """``loop_vars = body(*loop_vars)`` as long as ``cond(*loop_vars)`` holds. Not differentiable backwards.

    Args:
        loop_vars: a tuple or list of tensors, or one; their shapes and dtypes stay.
        maximum_iterations: stop after so many at the latest.

    Example:
        >>> [int(x) for x in while_loop(lambda i, n: i < 3, lambda i, n: (i + 1, 2 * n), (0, 1))]
        [3, 8]
    """
    nested = isinstance(loop_vars, (list, tuple))
    start = _arrays(tuple(loop_vars) if nested else (loop_vars,))

    def go_on(state: Any) -> Any:
        steps, values = state
        more = cond(*values)
        return more if maximum_iterations is None else jnp.logical_and(more, steps < maximum_iterations)

    def step(state: Any) -> Any:
        steps, values = state
        result = body(*values)
        given = tuple(result) if isinstance(result, (list, tuple)) else (result,)
        return steps + 1, tree.map_structure(lambda new, old: jnp.asarray(new, dtype=old.dtype), given, values)

    _, values = jax.lax.while_loop(go_on, step, (0, start))
    return values if nested else values[0]


@op
def fori_loop(lower: Any, upper: Any, body_fun: Function, init_val: Any) -> Any:
    """``value = body_fun(i, value)`` for i from ``lower`` to ``upper - 1``.

    Example:
        >>> int(fori_loop(0, 4, lambda i, total: total + i, 0))
        6
    """
    return jax.lax.fori_loop(lower, upper, body_fun, init_val)


@op
def scan(
    f: Function, init: Any, xs: Any = None, length: int | None = None, reverse: bool = False, unroll: Any = 1
) -> tuple[Any, Any]:
    """``carry, y = f(carry, x)`` for each x along the first axis of ``xs``: the last carry, and all y.

    Args:
        f: pure; the carry keeps its shapes and dtypes.
        init: the first carry, nested as it likes.
        xs: nested tensors of equal first size, or None with ``length``.
        reverse: from the last x to the first.
        unroll: so many steps in one turn of the compiled loop; True is all.

    Example:
        >>> total, sums = scan(lambda c, x: (c + x, c + x), 0, jnp.array([1, 2, 3]))
        >>> int(total), sums.tolist()
        (6, [1, 3, 6])
    """
    return jax.lax.scan(f, init, xs, length, reverse, unroll)


@op
def associative_scan(f: Function, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """``y[i] = f(y[i - 1], x[i])`` along an axis in a logarithmic number of steps; f is associative.

    Example:
        >>> associative_scan(lambda a, b: a + b, jnp.array([1, 2, 3])).tolist()
        [1, 3, 6]
    """
    return jax.lax.associative_scan(f, elems, reverse, axis)


@op
def map(f: Function, xs: Any) -> Any:
    """``f`` of each slice along the first axis, one after the other; the results along a first axis.

    Example:
        >>> map(lambda x: 2 * x, jnp.array([1, 2])).tolist()
        [2, 4]
    """
    return jax.lax.map(f, xs)


@op
def vectorized_map(function: Function, elements: Any) -> Any:
    """``map``, all slices at once.

    Example:
        >>> vectorized_map(lambda row: row.sum(), jnp.ones((2, 3))).tolist()
        [3.0, 3.0]
    """
    return jax.vmap(function)(elements)


class _CustomGradient:
    """A function whose gradient is the one that it returns beside its value."""

    def __init__(self, f: Function):
        self.f = f
        self._differentiable = jax.custom_gradient(f)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values = [a.value if isinstance(a, Variable) else a for a in args]
        return self._differentiable(*values, **kwargs)


def custom_gradient(f: Function) -> Function:
    """``f`` with a gradient of your own.

    Args:
        f: returns its value and a function from the gradient of that to those of its arguments.

    Example:
        >>> @custom_gradient
        ... def identity(x):
        ...     return x, lambda upstream: 10.0 * upstream
        >>> float(jax.grad(identity)(1.0))
        10.0
    """
    if not callable(f):
        raise TypeError(explain("custom_gradient", "a function", repr(f)[:80], "Put it above a def."))
    return _CustomGradient(f)
