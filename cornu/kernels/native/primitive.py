"""JAX primitives that run a native kernel on the CPU and its twin everywhere else.

The twin is a plain JAX function of the same arrays with the same result. It also gives the
derivatives and the batched form, so that a primitive works under grad of any order, vmap, scan and
on every platform; where a native gradient exists, a custom_vjp or bilinear rule comes first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Sequence

import jax
import numpy as np
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

Function = Callable[..., Sequence[jax.Array]]


def define(
    target: str,
    twin: Function,
    shapes: Callable[..., Sequence[tuple[int, ...]]],
    attributes: Callable[..., dict] | None = lambda **parameters: parameters,
    dtype: str | None = None,
) -> Primitive:
    """A primitive of several results, named as its function in the library.

    Args:
        twin: computes the same from the same arrays and parameters, which must be hashable.
        shapes: of the results, for the same arrays and parameters. Tracing the twin would tell them too, but takes
            milliseconds: each use asks when it is traced and when it is lowered.
        attributes: what the library is told of the parameters: whole numbers, tuples of them, bools.
            None where the library has no such function, and the twin runs everywhere.
        dtype: of all results; the first array's if None.
    """

    def results(arrays: Sequence, parameters: dict[str, Hashable]) -> list[jax.ShapeDtypeStruct]:
        made = arrays[0].dtype if dtype is None else np.dtype(dtype)
        return [jax.ShapeDtypeStruct(shape, made) for shape in shapes(*arrays, **parameters)]

    def native(*arrays: jax.Array, **parameters: Hashable) -> Sequence[jax.Array]:
        assert attributes is not None
        told = {name: _attribute(value) for name, value in attributes(**parameters).items()}
        return jax.ffi.ffi_call(target, results(arrays, parameters))(*arrays, **told)

    primitive = Primitive(target)
    primitive.multiple_results = True

    @functools.cache
    def compiled(parameters: tuple) -> Callable:
        return jax.jit(functools.partial(primitive.bind, **dict(parameters)))

    def differentiate(primals: Sequence, tangents: Sequence, **parameters: Hashable) -> tuple:
        tangents = tuple(map(ad.instantiate_zeros, tangents))
        function = functools.partial(twin, **parameters)
        return jax.jvp(function, tuple(primals), tangents)

    def batch(arrays: Sequence, axes: Sequence, **parameters: Hashable) -> tuple:
        results = jax.vmap(functools.partial(twin, **parameters), in_axes=tuple(axes))(*arrays)
        return results, (0,) * len(results)

    def evaluate_shapes(*avals: ShapedArray, **parameters: Hashable) -> list:
        return [ShapedArray(result.shape, result.dtype) for result in results(avals, parameters)]

    primitive.def_impl(lambda *arrays, **static: compiled(tuple(static.items()))(*arrays))
    primitive.def_abstract_eval(evaluate_shapes)
    ad.primitive_jvps[primitive] = differentiate
    batching.primitive_batchers[primitive] = batch
    mlir.register_lowering(primitive, mlir.lower_fun(twin, multiple_results=True))
    if attributes is not None:
        lowering = mlir.lower_fun(native, multiple_results=True)
        mlir.register_lowering(primitive, lowering, platform="cpu")
    return primitive


def transpose_each_other(one: Primitive, other: Primitive) -> None:
    """Two primitives of ``(x, *v)``, linear in v, flat in x: transposes of each other in v."""

    def declare(primitive: Primitive, transposed: Primitive) -> None:
        def differentiate(primals: Sequence, tangents: Sequence, **parameters: Hashable) -> tuple:
            moved = primitive.bind(primals[0], *map(ad.instantiate_zeros, tangents[1:]), **parameters)
            return primitive.bind(*primals, **parameters), moved

        def transpose(cotangents: Sequence, x: jax.Array, *v: object, **parameters: Hashable):
            results = transposed.bind(x, *map(ad.instantiate_zeros, cotangents), **parameters)
            return None, *(r if ad.is_undefined_primal(a) else None for r, a in zip(results, v, strict=True))

        ad.primitive_jvps[primitive] = differentiate
        ad.primitive_transposes[primitive] = transpose

    declare(one, other)
    declare(other, one)


def _attribute(value: int | bool | tuple[int, ...]) -> np.ndarray | np.generic:
    if isinstance(value, bool):
        return np.bool_(value)
    return np.array(value, np.int64) if isinstance(value, tuple) else np.int64(value)
