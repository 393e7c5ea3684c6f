"""A named slot that holds one array."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from cornu.core import context, dtypes
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.names import unique_name

Array = jax.Array
Shape = tuple[int, ...]


class Variable:
    """A named slot that holds one array: a weight, a statistic, an optimizer slot, a metric's sum.

    Outside of compiled code ``value`` is a concrete array; inside ``pure`` it is whatever stands for it there.

    Args:
        initializer: an array, or a function ``(shape, dtype) -> array``, which then needs ``shape``.
        shape: sizes; all known.
        dtype: name of the stored dtype; the default float if None (the array's own if an array is given).
        trainable: whether gradients are taken with respect to it.
        autocast: whether a layer that computes in another float dtype reads it in that dtype.
        name: how it is called in its layer.

    Example:
        >>> v = Variable(np.zeros(2, "float32"), name="count")
        >>> v.assign_add([1.0, 2.0]).tolist()
        [1.0, 2.0]
        >>> (v * 2).tolist()
        [2.0, 4.0]
    """

    __array_priority__ = 100.0

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        layout: Any = None,
        **kwargs: Any,
    ):
        if kwargs:
            raise TypeError(explain("Variable", "only its own arguments", ", ".join(kwargs), "Remove the others."))
        self.name = name or unique_name("variable")
        if "/" in self.name:
            raise ValueError(explain("Variable's name", "no '/'", repr(self.name), "Use '_' instead."))
        prefix = context.call_path()
        self._path = f"{prefix}/{self.name}" if prefix else self.name
        self.trainable = bool(trainable)
        # Made as trainable: keeps its place in files though it is frozen later (file format, section 4).
        self.learned = self.trainable
        self.autocast = bool(autocast)
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.regularizer: Any = None
        self.constraint: Any = None
        self.overwrite_with_gradient = False
        # Layers read rows of it through core.lookup: training may then leave the other rows alone.
        self.looked_up = False
        self.layout = layout
        self._value: Any = self._first_value(initializer, shape, dtype)
        self._dtype: str = np.dtype(self._value.dtype).name
        self._shape: Shape = tuple(self._value.shape)

    def _first_value(self, initializer: Any, shape: Any, dtype: Any) -> Array:
        allowance = context.current().allowance
        if allowance is None or shape is None or not callable(initializer) or isinstance(initializer, Variable):
            return _initial_value(initializer, shape, dtype, self._path)
        sizes, stored = _known_sizes(shape, self._path), dtypes.backend_dtype(dtype)
        allowance.take(sizes, stored, self._path)
        if not allowance.defer:
            return _initial_value(initializer, sizes, dtype, self._path)
        with jax.ensure_compile_time_eval():
            placeholder: Array = allowance.placeholder(sizes, stored)
        allowance.wait(self, placeholder, lambda: _initial_value(initializer, sizes, dtype, self._path))
        return placeholder

    # What it is.

    @property
    def value(self) -> Array:
        """The array, in the dtype that the layer in progress computes in."""
        cast = context.current().autocast
        if cast is not None and self.autocast and cast != self._dtype and dtypes.is_float(self._dtype):
            return self._value.astype(cast)
        return self._value

    @property
    def shape(self) -> Shape:
        """Sizes of its axes."""
        return self._shape

    @property
    def dtype(self) -> str:
        """Name of its dtype as read: the one that the layer in progress computes in, if that casts."""
        cast = context.current().autocast
        if cast is not None and self.autocast and dtypes.is_float(self._dtype):
            return cast
        return self._dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self._shape))

    @property
    def path(self) -> str:
        """Layer names and the variable's own, joined by '/'."""
        return self._path

    @path.setter
    def path(self, path: str) -> None:
        self._path = path

    def numpy(self) -> np.ndarray[Any, Any]:
        """A copy of the value as a NumPy array."""
        return np.array(self._value)

    # A value that is worked out when somebody looks.

    def promise(self, pay: Callable[[], Any]) -> None:
        """Let go of the value: whoever reads it first gets, and leaves here, what ``pay()`` returns.

        A value that is put here meanwhile takes its place.

        Example:
            >>> v = Variable(0.0, name="v")
            >>> v.promise(lambda: jnp.ones(()))
            >>> float(v), v.promised
            (1.0, None)
        """
        self.__dict__["_pay"] = pay
        self.__dict__.pop("_value", None)

    @property
    def promised(self) -> Callable[[], Any] | None:
        """What the value will be worked out by; None if it is there."""
        return None if "_value" in self.__dict__ else self.__dict__["_pay"]

    def unpromise(self) -> None:
        """Forget the last promise, and what that holds on to; the value is there."""
        self.__dict__.pop("_pay", None)

    # How it changes.

    def fitted(self, value: Any) -> Array:
        """What ``assign`` would put here: the value on the device, in the stored dtype, if its shape fits."""
        new = to_device(_unwrap(value), self._dtype, traced=isinstance(self._value, Tracer))
        if tuple(new.shape) != self._shape:
            raise ShapeError(
                explain(
                    f"Variable {self._path!r}",
                    f"a value of shape {show_shape(self._shape)}",
                    show_shape(tuple(new.shape)),
                    "Reshape the value, or make a new variable.",
                )
            )
        return new

    def assign(self, value: Any) -> Array:
        """Replace the value; shape must fit and dtype is kept. Returns the new value."""
        new = self.fitted(value)
        if not context.current().abstract:
            self._value = new
        return new

    def assign_add(self, value: Any) -> Array:
        """Add to the value in place."""
        return self.assign(self._value + jnp.asarray(_unwrap(value), dtype=self._dtype))

    def assign_sub(self, value: Any) -> Array:
        """Subtract from the value in place."""
        return self.assign(self._value - jnp.asarray(_unwrap(value), dtype=self._dtype))

    # How it behaves as an array.

    def __jax_array__(self) -> Array:
        return self.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self.value, dtype=dtype)

    def __getitem__(self, index: Any) -> Array:
        return self.value[_unwrap(index)]

    def __len__(self) -> int:
        return self._shape[0]

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __neg__(self) -> Array:
        return -self.value

    def __pos__(self) -> Array:
        return self.value

    def __abs__(self) -> Array:
        return abs(self.value)

    def __invert__(self) -> Array:
        return ~self.value

    def __round__(self, ndigits: int | None = None) -> Array:
        return jnp.round(self.value, ndigits or 0)

    def __eq__(self, other: object) -> Any:
        return self.value == _unwrap(other)

    def __ne__(self, other: object) -> Any:
        return self.value != _unwrap(other)

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> Any:
        # astype, reshape, sum, T, at, ...: a variable can do what its array can. A promised value has no attribute
        # yet, so that values which are there cost nothing more to read.
        if name == "_value" and "_pay" in self.__dict__:
            with jax.ensure_compile_time_eval():
                self._value = self.__dict__["_pay"]()
            return self._value
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)

    def __getstate__(self) -> dict[str, Any]:
        self._value  # a promise cannot be copied  # noqa: B018
        return {name: value for name, value in self.__dict__.items() if name != "_pay"}

    def __repr__(self) -> str:
        return (
            f"<Variable path={self._path}, shape={show_shape(self._shape)}, dtype={self._dtype}, value={self._value}>"
        )


def _binary(name: str) -> tuple[Callable[..., Array], Callable[..., Array]]:
    function: Callable[[Any, Any], Any] = getattr(operator, name)

    def forward(self: Variable, other: Any) -> Any:
        if _is_symbolic(other):
            return NotImplemented
        return function(self.value, _unwrap(other))

    def reflected(self: Variable, other: Any) -> Any:
        return function(_unwrap(other), self.value)

    return forward, reflected


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor"):
    _forward, _reflected = _binary(_name)
    _stem = _name.rstrip("_")
    setattr(Variable, f"__{_stem}__", _forward)
    setattr(Variable, f"__r{_stem}__", _reflected)
for _name in ("lt", "le", "gt", "ge"):
    setattr(Variable, f"__{_name}__", _binary(_name)[0])


def _is_symbolic(x: Any) -> bool:
    return getattr(type(x), "is_symbolic", False)


def _unwrap(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else x


def to_device(x: Any, dtype: str | None = None, *, traced: bool = False) -> Array:
    """An array on the device; one of NumPy's or a number is copied there without a compilation.

    ``jnp.asarray`` compiles a program for each new shape: 12 ms, where this takes 0.03.

    Args:
        dtype: its own, in 32 bits, if None.
        traced: the value goes into a computation that is being traced.
    """
    if traced or not isinstance(x, (np.ndarray, np.generic, bool, int, float)):
        return jnp.asarray(x, dtype=dtype)
    array = np.asarray(x)
    stored = jnp.dtype(dtype) if dtype is not None else jax.dtypes.canonicalize_dtype(array.dtype)
    # A copy: the memory may be given to a compiled step, and the caller may change the array.
    return jax.device_put(array.astype(stored), may_alias=False)


def _initial_value(initializer: Any, shape: Any, dtype: Any, path: str) -> Array:
    """The first value, concrete even where a function is being traced."""
    with jax.ensure_compile_time_eval():
        if not callable(initializer) or isinstance(initializer, Variable):
            given = _unwrap(initializer)
            if dtype is None and not hasattr(given, "dtype"):
                dtype = dtypes.standardize_dtype(None) if not _is_integral(given) else None
            # A copy: the variable's buffer may be donated, the caller's array must stay.
            stored = None if dtype is None else dtypes.backend_dtype(dtype)
            return jnp.array(given, dtype=stored) if isinstance(given, jax.Array) else to_device(given, stored)
        if shape is None:
            raise ValueError(
                explain(f"Variable {path!r}", "a shape with an initializer function", "none", "Pass shape=.")
            )
        sizes = _known_sizes(shape, path)
        stored = dtypes.backend_dtype(dtype)
        value = to_device(_unwrap(initializer(sizes, dtype=stored)), stored)
    if tuple(value.shape) != sizes:
        raise ShapeError(
            explain(
                f"Initializer of {path!r}",
                f"to return shape {show_shape(sizes)}",
                show_shape(tuple(value.shape)),
                "Correct the initializer.",
            )
        )
    return value


def _known_sizes(shape: Any, path: str) -> Shape:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(isinstance(s, (int, np.integer)) and s >= 0 for s in sizes):
        raise ShapeError(
            explain(
                f"Variable {path!r}",
                "known sizes",
                f"shape {show_shape(sizes)}",
                "Give the sizes that are unknown.",
            )
        )
    return tuple(int(s) for s in sizes)


def _is_integral(x: Any) -> bool:
    return np.asarray(x).dtype.kind in "iub"
