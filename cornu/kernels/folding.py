"""What follows a convolution at inference is done in passing: normalisation, residual, rectifier.

The sums of a convolution are in registers when they are complete; there they are scaled, moved, added
to and rectified for nothing, where XLA takes a pass over the map for it. Whether what follows may
take a convolution's place depends on nobody else looking at it, which a trace does not know before its
end. So this works on traced programs: it runs one equation by equation and lets each convolution
wait for the only equation that uses it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.core import Tracer
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxpr_as_fun

from cornu.kernels import table
from cornu.kernels.compiler import Traced
from cornu.kernels.convolution_primitive import output_shape
from cornu.kernels.finish import convolve_and_follow
from cornu.kernels.window import Window

_CONVOLUTIONS = frozenset({"convolution", "cornu_convolution_finished"})


def fold(step: Traced) -> Traced:
    """A traced function, with what follows its convolutions done in passing.

    Numbers differ in rounding: ``x * factor + (offset - mean * factor)`` stands for ``(x - mean) * factor + offset``.
    The result may be traced again and has derivatives, at the old cost.

    Example:
        >>> from cornu.kernels.compiler import traced
        >>> fold(traced(lambda x: {"y": 2 * x}, 1.0)).run(3.0)
        {'y': Array(6., dtype=float32, weak_type=True)}
    """

    def folded(*arguments: Any) -> Any:
        leaves = _run(step.jaxpr, jax.tree_util.tree_leaves(arguments))
        return jax.tree_util.tree_unflatten(step.outputs, list(map(_array, leaves)))

    return dataclasses.replace(step, run=folded) if _holds_convolution(step.jaxpr.jaxpr) else step


@dataclasses.dataclass(frozen=True)
class _Waiting:
    """A linear map that is not computed yet: ``max(map * scale + bias + residual, 0)``.

    Attributes:
        plain: computes it as it stood in the program.
        where: the named scope of that place.
        shape: of the result there; ``static`` tells the one that the kernel makes.
    """

    plain: Callable[[], jax.Array]
    where: str
    shape: tuple[int, ...]
    operands: tuple[jax.Array, jax.Array]
    static: dict[str, Any]
    scale: jax.Array | None = None
    bias: jax.Array | None = None
    residual: jax.Array | None = None
    rectify: bool = False
    followed: bool = False

    @property
    def is_affine(self) -> bool:
        return self.residual is None and not self.rectify

    def then(self, **changes: Any) -> _Waiting:
        return dataclasses.replace(self, followed=True, **changes)

    def compute(self) -> jax.Array:
        if not self.followed:
            return self.plain()
        end = (self.scale, self.bias, self.residual)
        with jax.named_scope(self.where):
            return convolve_and_follow(*self.operands, *end, self.rectify, **self.static).reshape(self.shape)


def _array(value: Any) -> Any:
    return value.compute() if isinstance(value, _Waiting) else value


def _run(program: ClosedJaxpr, arguments: Sequence[Any]) -> list[Any]:
    """Results, some of which may wait."""
    jaxpr = program.jaxpr
    uses = Counter(v for equation in jaxpr.eqns for v in equation.invars if isinstance(v, Var))
    uses.update(v for v in jaxpr.outvars if isinstance(v, Var))
    values: dict[Var, Any] = {}
    vectors: dict[Var, jax.Array] = {}

    def write(variables: Sequence[Var], results: Sequence[Any]) -> None:
        for variable, value in zip(variables, results, strict=True):
            values[variable] = value if uses[variable] == 1 else _array(value)

    write(jaxpr.constvars, program.consts)
    write(jaxpr.invars, arguments)
    for equation in jaxpr.eqns:
        given = [v.val if isinstance(v, Literal) else values[v] for v in equation.invars]
        vector = _vector(equation, given)
        if vector is not None:
            vectors[equation.outvars[0]] = vector
        known = [vectors.get(v) if isinstance(v, Var) else None for v in equation.invars]
        write(equation.outvars, _results(equation, given, known))
    return [v.val if isinstance(v, Literal) else values[v] for v in jaxpr.outvars]


def _results(equation: JaxprEqn, given: Sequence[Any], vectors: Sequence[jax.Array | None]) -> Sequence[Any]:
    """What an equation gives: one that waits, the results of an inner program, or plain arrays."""
    name = equation.primitive.name
    inner: Any = equation.params.get("jaxpr" if name == "jit" else "call_jaxpr")
    waits = any(isinstance(value, _Waiting) for value in given)
    if name in ("jit", "custom_jvp_call") and (waits or _holds_convolution(inner.jaxpr)):
        return _run(inner, given)
    if waits:
        followed = _follow(name, given, vectors)
        if followed is not None:
            return [followed]
    arrays = list(map(_array, given))
    begun = _begin(equation, arrays)
    return [begun] if begun is not None else _as_written(equation, arrays)


def _as_written(equation: JaxprEqn, arrays: Sequence[Any]) -> Sequence[Any]:
    given = {v: a for v, a in zip(equation.invars, arrays, strict=True) if isinstance(v, Var)}
    alone = _no_equations().replace(
        invars=list(given), outvars=equation.outvars, eqns=[equation], effects=equation.effects
    )
    return jaxpr_as_fun(ClosedJaxpr(alone, []))(*given.values())


@functools.cache
def _no_equations() -> Jaxpr:
    return jax.make_jaxpr(lambda: ())().jaxpr


def _holds_convolution(jaxpr: Jaxpr) -> bool:
    return any(
        equation.primitive.name in _CONVOLUTIONS
        or _is_pointwise(equation)
        or (equation.primitive.name == "jit" and _holds_convolution(equation.params["jaxpr"].jaxpr))
        for equation in jaxpr.eqns
    )


def _is_pointwise(equation: JaxprEqn) -> bool:
    """Whether it is a product over the channels of pictures that the kernel may take."""
    if equation.primitive.name != "dot_general":
        return False
    x: Any = equation.invars[0].aval
    kernel: Any = equation.invars[1].aval
    along_channels = equation.params["dimension_numbers"] == (((x.ndim - 1,), (0,)), ((), ()))
    return along_channels and x.ndim >= 4 and kernel.ndim == 2 and table.pointwise_method(x.dtype) == "native"


def _begin(equation: JaxprEqn, arrays: Sequence[Any]) -> _Waiting | None:
    """An equation that may wait for what follows it."""
    # Equations that are known here have one result, an array.
    aval: Any = equation.outvars[0].aval if equation.outvars else None
    name, where = equation.primitive.name, str(equation.source_info.name_stack)

    def plain() -> jax.Array:
        return _as_written(equation, arrays)[0]

    if name == "convolution" and equation.params["result"] != "kernel":
        return _Waiting(plain, where, aval.shape, tuple(arrays), equation.params)
    if name == "cornu_convolution_finished":
        static = dict(equation.params)
        rectify = static.pop("rectify")
        return _Waiting(plain, where, aval.shape, tuple(arrays[:2]), static, bias=arrays[2], rectify=rectify)
    if not _is_pointwise(equation):
        return None
    x, kernel = arrays
    points = x.reshape(1, -1, x.shape[-1])
    static = {"result": "output", "window": Window((1,), ((0, 0),), (1,)), "data": points.shape}
    return _Waiting(plain, where, aval.shape, (points, kernel[None]), {**static, "kernel": (1, *kernel.shape)})


def _follow(name: str, given: Sequence[Any], vectors: Sequence[jax.Array | None]) -> _Waiting | None:
    """What waits, with one more computation done in passing, if it can be."""
    if name == "cornu_standardized":
        x, (mean, factor, offset) = given[0], map(_array, given[1:])
        if not isinstance(x, _Waiting) or not x.is_affine:
            return None
        moved = -mean if x.bias is None else x.bias - mean
        return x.then(scale=factor if x.scale is None else x.scale * factor, bias=moved * factor + offset)
    if name == "gradient_kept":  # nothing but a word to the gradient, which inference has none of
        return given[0]
    if name not in ("add", "add_any", "max"):
        return None
    for x, other, vector in ((*given, vectors[1]), (*reversed(given), vectors[0])):
        if not isinstance(x, _Waiting):
            continue
        if name == "max" and not x.rectify and _is_zero(other):
            return x.then(rectify=True)
        if name != "max" and x.is_affine and vector is not None:
            return x.then(bias=vector if x.bias is None else x.bias + vector)
        if name != "max" and x.is_affine and getattr(other, "shape", ()) == x.shape:
            shape = output_shape(x.static["window"], x.static["data"], x.static["kernel"])
            target = shape if x.static["result"] == "output" else x.static["data"]
            return x.then(residual=_array(other).reshape(target))
    return None


def _is_zero(value: Any) -> bool:
    return not isinstance(value, (Tracer, _Waiting)) and np.ndim(value) == 0 and not value


def _vector(equation: JaxprEqn, given: Sequence[Any]) -> jax.Array | None:
    """The (channels,) that an equation spreads over all places."""
    if equation.primitive.name != "broadcast_in_dim":
        return None
    aval: Any = equation.outvars[0].aval
    operand, shape = given[0], aval.shape
    last = len(shape) - 1
    spread = getattr(operand, "shape", ())
    if not spread or equation.params["broadcast_dimensions"][-1] != last:
        return None
    return _array(operand).reshape(-1) if operand.size == shape[-1] == spread[-1] else None
