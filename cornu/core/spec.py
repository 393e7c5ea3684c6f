"""Symbolic tensors, and shapes and dtypes found without running anything.

A dimension is an int, None (unknown), or a string: a named unknown, one size throughout a graph. Functions
are evaluated abstractly by JAX at two sets of probe sizes; what is the same in both is known, what follows
a probe keeps its name, all else is unknown (``docs/decisions/shapes.md``).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import context, dtypes, tree
from cornu.core.errors import ShapeError, explain, plain_notes, show_shape
from cornu.core.names import unique_name

Dimension = int | str | None
SymbolicShape = tuple[Dimension, ...]

# Functions that stand for Python's operators on symbolic tensors; ``cornu.ops`` enters them.
OPERATORS: dict[str, Callable[..., Any]] = {}


class SymbolicError(ValueError):
    """A symbolic tensor was used where only values can be."""


class KerasTensor:
    """A place in a graph: shape and dtype, and which call produced it. It holds no numbers.

    Args:
        shape: sizes of the axes: int, None if unknown, or a name for an unknown.
        dtype: name of the dtype.
        name: how it is called.
    """

    is_symbolic = True

    def __init__(
        self,
        shape: Iterable[Dimension],
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        self._shape = standardize_shape(shape)
        self._dtype = dtypes.backend_dtype(dtype)
        self._sparse = bool(sparse)
        self._ragged = bool(ragged)
        self._name = name
        # The call that produced this tensor and its place among the results; set when the call is recorded.
        self.node: Any = None
        self.index = 0
        self.mask: Any = None

    @property
    def name(self) -> str:
        """The given name, or a generated one."""
        if self._name is None:
            self._name = unique_name("keras_tensor")
        return self._name

    @property
    def shape(self) -> SymbolicShape:
        """Sizes of the axes; None or a name where unknown."""
        return self._shape

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return self._dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._shape)

    @property
    def sparse(self) -> bool:
        """Whether the values are stored sparsely."""
        return self._sparse

    @property
    def ragged(self) -> bool:
        """Whether rows differ in length."""
        return self._ragged

    def reshape(self, newshape: Any) -> KerasTensor:
        """``ops.reshape`` of this tensor."""
        return OPERATORS["reshape"](self, newshape)

    def squeeze(self, axis: Any = None) -> KerasTensor:
        """``ops.squeeze`` of this tensor."""
        return OPERATORS["squeeze"](self, axis)

    @property
    def T(self) -> KerasTensor:
        """``ops.transpose`` of this tensor."""
        return OPERATORS["transpose"](self)

    def astype(self, dtype: Any) -> KerasTensor:
        """``ops.cast`` of this tensor."""
        return OPERATORS["cast"](self, dtype)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={show_shape(self._shape)}, dtype={self._dtype}, name={self.name}>"

    def _no_value(self, use: str, do: str) -> TypeError:
        return TypeError(
            explain(
                use,
                "a value",
                f"the symbolic tensor {self.name!r} of shape {show_shape(self._shape)}, which has none",
                do,
            )
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise self._no_value("NumPy", "Use cornu.ops in its place, or call a model on arrays.")

    @property
    def __jax_array__(self) -> Any:
        # A property, and not a TypeError: JAX meets this message when it asks, and does not replace it by its own.
        raise SymbolicError(
            *self._no_value(
                "A jax.numpy function",
                "Use cornu.ops, or make the function one of the graph's with cornu.ops.op(function)(tensor).",
            ).args
        )

    def __bool__(self) -> bool:
        raise self._no_value(
            "A Python condition", "Use cornu.ops.where or cornu.ops.cond, or put the condition in a layer's call."
        )

    def __int__(self) -> int:
        raise self._no_value("int()", "Use cornu.ops.cast.")

    def __float__(self) -> float:
        raise self._no_value("float()", "Use cornu.ops.cast.")

    def __len__(self) -> int:
        raise self._no_value("len()", "Use tensor.shape[0].")

    def __iter__(self) -> Any:
        raise self._no_value("A Python loop", "Use cornu.ops.unstack, or index with tensor[:, i].")

    def __getitem__(self, key: Any) -> Any:
        return OPERATORS["get_item"](self, key)


def _operator(name: str, function: str, reflected: bool) -> None:
    def apply(self: KerasTensor, other: Any) -> Any:
        return OPERATORS[function](other, self) if reflected else OPERATORS[function](self, other)

    setattr(KerasTensor, f"__{'r' if reflected else ''}{name}__", apply)


_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
for (_name, _function), _reflected in itertools.product(_BINARY.items(), (False, True)):
    _operator(_name, _function, _reflected)
for _name, _function in {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "ne": "not_equal",
}.items():
    _operator(_name, _function, False)


def _unary(name: str, function: str) -> None:
    setattr(KerasTensor, f"__{name}__", lambda self: OPERATORS[function](self))


for _name, _function in {"neg": "negative", "abs": "absolute", "invert": "logical_not"}.items():
    _unary(_name, _function)


def is_symbolic(x: Any) -> bool:
    """Whether ``x`` itself is a symbolic tensor."""
    return isinstance(x, KerasTensor)


def any_symbolic(*structures: Any) -> bool:
    """Whether a symbolic tensor is anywhere in nested lists, tuples and dicts."""
    for x in structures:
        if isinstance(x, KerasTensor):
            return True
        if isinstance(x, (list, tuple)):
            if any_symbolic(*x):
                return True
        elif isinstance(x, dict) and any_symbolic(*x.values()):
            return True
    return False


def standardize_shape(shape: Any) -> SymbolicShape:
    """A shape as a tuple of ints, None and names, or an error that says what is wrong with it."""
    if shape is None or isinstance(shape, (int, str)) or not hasattr(shape, "__iter__"):
        raise TypeError(
            explain("A shape", "a tuple of sizes", repr(shape), "Write for example (32, 32, 3) or (None, 64).")
        )
    return tuple(_dimension(d, shape) for d in shape)


def _dimension(d: Any, shape: Any) -> Dimension:
    if d is None or isinstance(d, str):
        return d or None
    if isinstance(d, bool) or not hasattr(d, "__index__"):
        raise TypeError(
            explain("A size in a shape", "an int, None or a name", f"{d!r} in {shape!r}", "Correct the shape.")
        )
    size = d.__index__()
    if size < 0:
        raise ValueError(
            explain("A size in a shape", "0 or more", f"{size} in {tuple(shape)!r}", "Use None for an unknown size.")
        )
    return size


def is_known(dimension: Any) -> bool:
    """Whether a dimension is a number."""
    return isinstance(dimension, int)


def compatible(a: Dimension, b: Dimension) -> bool:
    """Whether two dimensions can be the same size: unknowns fit anything, a name only itself or an unnamed unknown."""
    return a is None or b is None or a == b


def broadcast_shapes(*shapes: SymbolicShape) -> SymbolicShape:
    """The shape to which all broadcast.

    Example:
        >>> broadcast_shapes((None, "time", 8), (1, 8), (8,))
        (None, 'time', 8)
    """
    rank = max((len(s) for s in shapes), default=0)
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    result: list[Dimension] = []
    for sizes in zip(*padded, strict=True):
        merged: Dimension = 1
        for size in sizes:
            if merged == 1:
                merged = size
            elif size == 1 or size is None or size == merged:
                continue
            elif merged is None:
                merged = size
            else:
                raise ShapeError(
                    explain(
                        "Broadcasting",
                        "equal sizes, or size 1, on each axis counted from the last",
                        f"shapes {' and '.join(show_shape(s) for s in shapes)}: {merged} against {size}",
                        "Reshape one side, or mend the layer that made it.",
                    )
                )
        result.append(merged)
    return tuple(result)


def spec_of(x: Any) -> KerasTensor:
    """Shape and dtype of an array, a Variable or a symbolic tensor, as a symbolic tensor without history."""
    if isinstance(x, KerasTensor):
        return KerasTensor(x.shape, x.dtype)
    if not hasattr(x, "shape"):
        x = jnp.asarray(x)
    return KerasTensor(tuple(x.shape), dtypes.standardize_dtype(x.dtype))


# Probe sizes: primes that nobody chooses for a layer, small enough for a Python loop over an unknown axis.
_UNKNOWN = (211, 223)
_NAMED = (
    (307, 401),
    (311, 409),
    (313, 419),
    (317, 421),
    (331, 431),
    (337, 433),
    (347, 439),
    (349, 443),
    (353, 449),
    (359, 457),
)
PROBES = frozenset((*_UNKNOWN, *itertools.chain(*_NAMED)))


def _probe_sizes(tensors: list[KerasTensor]) -> dict[Dimension, tuple[int, int]]:
    unknown = dict.fromkeys(d for t in tensors for d in t.shape if not is_known(d))
    sizes: dict[Dimension, tuple[int, int]] = {}
    names = [d for d in unknown if d is not None]
    if len(names) > len(_NAMED):
        raise ShapeError(
            explain(
                "One call",
                f"at most {len(_NAMED)} named sizes",
                f"{len(names)}: {', '.join(map(str, names))}",
                "Use None for some.",
            )
        )
    for name, pair in zip(names, _NAMED, strict=False):
        sizes[name] = pair
    if None in unknown:
        sizes[None] = _UNKNOWN
    return sizes


def evaluate(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What ``function(*args, **kwargs)`` would return, as symbolic tensors; nothing is computed.

    Args:
        function: works on arrays.
        args, kwargs: nested; symbolic tensors among them stand for arrays.
    """
    leaves = tree.flatten([list(args), kwargs])
    tensors = [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]
    sizes = _probe_sizes(tensors)

    def run(which: int) -> Any:
        structs = [
            jax.ShapeDtypeStruct(tuple(d if is_known(d) else sizes[d][which] for d in t.shape), jnp.dtype(t.dtype))
            for t in tensors
        ]

        def call(arrays: list[Any]) -> Any:
            supply = iter(arrays)
            filled = [next(supply) if isinstance(leaf, KerasTensor) else leaf for leaf in leaves]
            full_args, full_kwargs = tree.pack([list(args), kwargs], filled)
            return function(*full_args, **full_kwargs)

        with context.scope(abstract=True, losses=[]), plain_notes():
            return jax.eval_shape(call, structs)

    first = run(0)
    second = run(1) if sizes else first
    names = {pair: name for name, pair in sizes.items()}
    first_leaves, structure = jax.tree_util.tree_flatten(first)
    merged = [_merge(a, b, names) for a, b in zip(first_leaves, jax.tree_util.tree_leaves(second), strict=True)]
    return jax.tree_util.tree_unflatten(structure, merged)


def _merge(a: Any, b: Any, names: dict[tuple[int, int], Dimension]) -> KerasTensor:
    shape = tuple(m if m == n else names.get((m, n)) for m, n in zip(a.shape, b.shape, strict=True))
    return KerasTensor(shape, a.dtype)
