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
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.core import Tracer
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var, jaxpr_as_fun

from cornu.kernels import table
from cornu.kernels.compiler import Traced
from cornu.kernels.finish import convolve_and_follow
from cornu.kernels.packing import Packing, convolve_packed, pack, packing_of
from cornu.kernels.window import Pairs, Window, output_shape

_CONVOLUTIONS = frozenset({"convolution", "cornu_convolution_finished", "conv_general_dilated"})
# They leave the numbers of an array and their order alone.
SAME_NUMBERS = frozenset({"reshape", "squeeze"})


def fold(step: Traced, weights: int = 0) -> Traced:
    """A traced function, with what follows its convolutions done in passing.

    Numbers differ in rounding: ``x * factor + (offset - mean * factor)`` stands for ``(x - mean) * factor + offset``.
    The result may be traced again and has derivatives, at the old cost.

    Args:
        weights: so many of the arrays that it takes come first and are a model's; where one of them is the kernel of a
            convolution it is packed apart from that.

    Example:
        >>> from cornu.kernels.compiler import traced
        >>> fold(traced(lambda x: {"y": 2 * x}, 1.0)).run(3.0)
        {'y': Array(6., dtype=float32, weak_type=True)}
    """

    if not _holds_convolution(step.jaxpr.jaxpr):
        return step

    def folded(*leaves: Any) -> list[Any]:
        given = [_Weight(leaf) for leaf in leaves[:weights]]
        return list(map(_array, _run(step.jaxpr, [*given, *leaves[weights:]])))

    def run(*arguments: Any) -> Any:
        leaves = jaxpr_as_fun(jaxpr)(*jax.tree_util.tree_leaves(arguments))
        return jax.tree_util.tree_unflatten(step.outputs, leaves)

    avals = (jax.ShapeDtypeStruct(a.shape, a.dtype, weak_type=a.weak_type) for a in step.jaxpr.in_avals)
    jaxpr = jax.make_jaxpr(folded)(*avals)
    return dataclasses.replace(step, run=run, jaxpr=jaxpr)


@dataclasses.dataclass(frozen=True)
class _Weight:
    """The numbers of an array of the model's, in their order."""

    array: Any


@dataclasses.dataclass(frozen=True)
class _Padded:
    """An array with zeros around its spatial axes: a convolution reads it without them.

    Attributes:
        plain: the array with them.
        inner: the array without them.
        pairs: how many there are before and after each spatial axis.
    """

    plain: Callable[[], jax.Array]
    inner: jax.Array
    pairs: Pairs


@dataclasses.dataclass(frozen=True)
class _Waiting:
    """A linear map that is not computed yet: ``max(map * scale + bias + residual, 0)``.

    Attributes:
        plain: computes it as it stood in the program.
        where: the named scope of that place.
        shape: of the result there; ``static`` tells the one that the kernel makes.
        packing: how its weights are kept, where they are.
        by_xla: whether nothing is gained natively by the map alone.
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
    packing: Packing | None = None
    by_xla: bool = False

    @property
    def is_affine(self) -> bool:
        return self.residual is None and not self.rectify

    def then(self, **changes: Any) -> _Waiting:
        return dataclasses.replace(self, followed=True, **changes)

    def compute(self) -> jax.Array:
        if not self.followed and (self.by_xla or self.packing is None):
            return self.plain()
        end = (self.scale, self.bias, self.residual, self.rectify)
        with jax.named_scope(self.where):
            if self.packing is None:
                return convolve_and_follow(*self.operands, *end, **self.static).reshape(self.shape)
            packed = pack(self.operands[1], self.packing)
            window = self.static["window"]
            return convolve_packed(self.operands[0], packed, *end, window=window, packing=self.packing).reshape(
                self.shape
            )


def _array(value: Any) -> Any:
    if isinstance(value, _Weight):
        return value.array
    if isinstance(value, _Padded):
        return value.plain()
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
            values[variable] = value if uses[variable] == 1 or isinstance(value, _Weight) else _array(value)

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
    if name == "broadcast_in_dim" and isinstance(equation.invars[0], Literal) and not equation.params["shape"]:
        aval: Any = equation.outvars[0].aval
        return [np.asarray(given[0], aval.dtype)]  # a number, which stays known
    if name == "pad":
        padded = _padded(equation, given)
        if padded is not None:
            return [padded]
    if name in SAME_NUMBERS and isinstance(given[0], _Weight):
        return list(map(_Weight, _as_written(equation, [given[0].array])))
    given = [v if isinstance(v, (_Weight, _Padded)) else _array(v) for v in given]
    begun = _begin(equation, given)
    return [begun] if begun is not None else _as_written(equation, list(map(_array, given)))


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


def _padded(equation: JaxprEqn, given: Sequence[Any]) -> _Padded | None:
    """Zeros around spatial axes, wherever channels are last."""
    first, *axes, last = equation.params["padding_config"]
    pairs = tuple((low, high) for low, high, _ in axes)
    plain = first == last == (0, 0, 0) and all(min(axis) >= 0 and not axis[2] for axis in axes)
    if not plain or not axes or not _is_zero(given[1]):
        return None
    inner = _array(given[0])
    return _Padded(lambda: _as_written(equation, [inner, given[1]])[0], inner, pairs)


def _begin(equation: JaxprEqn, given: Sequence[Any]) -> _Waiting | None:
    """An equation that may wait for what follows it; of what it is given, nothing waits."""
    # Equations that are known here have one result, an array.
    aval: Any = equation.outvars[0].aval if equation.outvars else None
    name, where = equation.primitive.name, str(equation.source_info.name_stack)

    def waiting(x: jax.Array, kernel: jax.Array, static: dict[str, Any], **more: Any) -> _Waiting:
        packing = None
        if isinstance(given[1], _Weight) and static["result"] == "output":
            packing = packing_of(static["window"], static["data"], static["kernel"])
        plain = lambda: _as_written(equation, list(map(_array, given)))[0]  # noqa: E731
        followed = isinstance(given[0], _Padded)  # it does something in passing already
        return _Waiting(plain, where, aval.shape, (x, kernel), static, packing=packing, followed=followed, **more)

    if name in ("convolution", "cornu_convolution_finished") and equation.params["result"] != "kernel":
        x, static = _unpadded(given[0], dict(equation.params))
        if name == "convolution":
            return waiting(x, _array(given[1]), static)
        rectify = static.pop("rectify")
        return waiting(x, _array(given[1]), static, bias=_array(given[2]), rectify=rectify)
    if _is_pointwise(equation):
        x, kernel = map(_array, given)
        points = x.reshape(1, -1, x.shape[-1])
        static = {"result": "output", "window": Window((1,), ((0, 0),), (1,)), "data": points.shape}
        static["kernel"] = (1, *kernel.shape)
        return waiting(points, kernel.reshape(static["kernel"]), static, by_xla=True)
    if name == "conv_general_dilated" and isinstance(given[1], _Weight):
        window, kernel = _window_of(equation), _array(given[1])
        if window is not None:
            x = _array(given[0])
            static = {"result": "output", "window": window, "data": x.shape, "kernel": kernel.shape}
            begun = waiting(x, kernel, static)
            return begun if begun.packing is not None and begun.packing.frequencies else None
    return None


def _unpadded(x: Any, static: dict[str, Any]) -> tuple[jax.Array, dict[str, Any]]:
    """Data of a convolution without the zeros around them, which its window has then."""
    if not isinstance(x, _Padded) or static["result"] != "output":
        return _array(x), static
    window = static["window"]
    pairs = zip(window.padding, x.pairs, strict=True)
    padding = tuple((low + before, high + after) for (low, high), (before, after) in pairs)
    return x.inner, {**static, "window": dataclasses.replace(window, padding=padding), "data": x.inner.shape}


def _window_of(equation: JaxprEqn) -> Window | None:
    """The window of a convolution that XLA was to compute because packing its weights costs too much in each call."""
    told = equation.params
    rank = len(told["window_strides"])
    aval: Any = equation.invars[0].aval
    axes = tuple(range(1, rank + 1))
    layout = ((0, rank + 1, *axes), (rank + 1, rank, *range(rank)), (0, rank + 1, *axes))
    usual = told["dimension_numbers"] == layout and told["batch_group_count"] == 1 and max(told["lhs_dilation"]) == 1
    if not usual or table.pointwise_method(aval.dtype) != "native":
        return None
    strides, padding, dilation = (tuple(told[key]) for key in ("window_strides", "padding", "rhs_dilation"))
    return Window(strides, padding, dilation, told["feature_group_count"])


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
    operand, shape = given[0].array if isinstance(given[0], _Weight) else given[0], aval.shape
    last = len(shape) - 1
    spread = getattr(operand, "shape", ())
    if not spread or equation.params["broadcast_dimensions"][-1] != last:
        return None
    return _array(operand).reshape(-1) if math.prod(spread) == shape[-1] == spread[-1] else None
