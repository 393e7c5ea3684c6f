"""New arrays: filled, counted, or like another."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import config, dtypes, spec
from cornu.core.op import op
from cornu.core.spec import KerasTensor, SymbolicShape
from cornu.ops.rules import shape_of, shaped, total, unchanged
from cornu.ops.tensor import Shape, Tensor
from cornu.ops.tensor import array as as_array


def _stored(dtype: Any) -> Any:
    return None if dtype is None else dtypes.backend_dtype(dtype)


def _float(dtype: Any) -> str:
    return dtypes.backend_dtype(dtype or config.floatx())


@op
def array(x: Tensor, dtype: Any = None) -> Tensor:
    """An array of anything that is one, in a dtype; None keeps it."""
    return jnp.array(as_array(x), dtype=_stored(dtype))


@op(spec_rule=shaped(unchanged), rows=True)
def copy(x: Tensor) -> Tensor:
    """The same values in memory of their own."""
    return jnp.copy(as_array(x))


@op
def zeros(shape: Shape, dtype: Any = None) -> Tensor:
    """Zeros; of the default float if dtype is None."""
    return jnp.zeros(shape, dtype=_float(dtype))


@op
def ones(shape: Shape, dtype: Any = None) -> Tensor:
    """Ones; of the default float if dtype is None."""
    return jnp.ones(shape, dtype=_float(dtype))


@op
def empty(shape: Shape, dtype: Any = None) -> Tensor:
    """An array whose values do not matter: zeros, since XLA has no other."""
    return jnp.zeros(shape, dtype=_float(dtype))


@op
def full(shape: Shape, fill_value: Tensor, dtype: Any = None) -> Tensor:
    """One value everywhere; of the default float if dtype is None."""
    return jnp.full(shape, as_array(fill_value), dtype=_float(dtype))


@op(spec_rule=shaped(unchanged), rows=True)
def zeros_like(x: Tensor, dtype: Any = None) -> Tensor:
    """Zeros in x's shape; and in its dtype, if None."""
    return jnp.zeros_like(as_array(x), dtype=_stored(dtype))


@op(spec_rule=shaped(unchanged), rows=True)
def ones_like(x: Tensor, dtype: Any = None) -> Tensor:
    """Ones in x's shape; and in its dtype, if None."""
    return jnp.ones_like(as_array(x), dtype=_stored(dtype))


@op(spec_rule=shaped(unchanged), rows=True)
def empty_like(x: Tensor, dtype: Any = None) -> Tensor:
    """An array in x's shape whose values do not matter: zeros."""
    return jnp.zeros_like(as_array(x), dtype=_stored(dtype))


@op(spec_rule=shaped(unchanged), rows=True)
def full_like(x: Tensor, fill_value: Tensor, dtype: Any = None) -> Tensor:
    """One value in x's shape; and in its dtype, if None."""
    return jnp.full_like(as_array(x), as_array(fill_value), dtype=_stored(dtype))


@op
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """``start, start + step, ...`` below ``stop``. One argument is the stop; the dtype follows the arguments.

    Example:
        >>> arange(1, 7, 2).tolist()
        [1, 3, 5]
    """
    if dtype is None:
        given = [getattr(x, "dtype", type(x)) for x in (start, stop, step) if x is not None]
        dtype = dtypes.result_type("int32", *given)
    return jnp.arange(start, stop, step, dtype=_stored(dtype))


@op
def linspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """``num`` values at equal distances from ``start`` to ``stop``, which is among them with ``endpoint``.

    Args:
        retstep: also return the distance.
        axis: of the result, along which the values lie when start and stop are arrays.

    Example:
        >>> linspace(0.0, 1.0, 3).tolist()
        [0.0, 0.5, 1.0]
    """
    return jnp.linspace(as_array(start), as_array(stop), num, endpoint, retstep, dtype=_stored(dtype), axis=axis)


@op
def logspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """``base ** linspace(start, stop, num)``.

    Example:
        >>> logspace(0, 2, 3).tolist()
        [1.0, 10.0, 100.0]
    """
    return jnp.logspace(as_array(start), as_array(stop), num, endpoint, base, dtype=_stored(dtype), axis=axis)


@op
def geomspace(
    start: Tensor, stop: Tensor, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Tensor:
    """``num`` values from ``start`` to ``stop``, each the same multiple of the one before."""
    return jnp.geomspace(as_array(start), as_array(stop), num, endpoint, dtype=_stored(dtype), axis=axis)


@op
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """An ``N`` by ``M`` matrix with ones on the diagonal ``k`` above the main one; square if M is None."""
    return jnp.eye(N, M, k, dtype=_float(dtype))


@op
def identity(n: int, dtype: Any = None) -> Tensor:
    """The n by n matrix with ones on the diagonal."""
    return jnp.identity(n, dtype=_float(dtype))


@op
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """An ``N`` by ``M`` matrix with ones on and below the diagonal ``k`` above the main one."""
    return jnp.tri(N, M, k, dtype=_float(dtype))


@op
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Vandermonde's matrix: columns ``x ** (N - 1), ..., x, 1``, the other way round with ``increasing``.

    Example:
        >>> vander([1, 2, 3]).tolist()
        [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    return jnp.vander(as_array(x), N, increasing)


def _window(function: Any, x: Any, *parameters: Any) -> Tensor:
    return function(int(x), *parameters).astype(config.floatx())


@op
def bartlett(x: int) -> Tensor:
    """A triangular window of ``x`` values, 0 at both ends."""
    return _window(jnp.bartlett, x)


@op
def blackman(x: int) -> Tensor:
    """Blackman's window ``0.42 - 0.5 cos(2 pi n / (x - 1)) + 0.08 cos(4 pi n / (x - 1))``."""
    return _window(jnp.blackman, x)


@op
def hamming(x: int) -> Tensor:
    """Hamming's window ``0.54 - 0.46 cos(2 pi n / (x - 1))``."""
    return _window(jnp.hamming, x)


@op
def hanning(x: int) -> Tensor:
    """Hann's window ``0.5 - 0.5 cos(2 pi n / (x - 1))``."""
    return _window(jnp.hanning, x)


@op
def kaiser(x: int, beta: float) -> Tensor:
    """Kaiser's window ``i0(beta sqrt(1 - (2 n / (x - 1) - 1) ** 2)) / i0(beta)``."""
    return _window(jnp.kaiser, x, beta)


def ndim(x: Tensor) -> int:
    """How many axes a tensor has."""
    return len(shape_of(x))


def _scalar_size(function: Any, x: Tensor) -> KerasTensor:
    return KerasTensor((), "int32")


@op(spec_rule=_scalar_size)
def size(x: Tensor) -> Any:
    """How many elements a tensor has."""
    return total(shape_of(x))


def _viewed(x: Tensor, dtype: Any = None) -> SymbolicShape:
    shape = shape_of(x)
    if dtype is None or not shape:
        return shape
    last = shape[-1]
    old, new = (np.dtype(_stored(d)).itemsize for d in (spec.spec_of(x).dtype, dtype))
    return (*shape[:-1], int(last) * old // new if spec.is_known(last) else last if old == new else None)  # type: ignore[arg-type]  # a number here


@op(spec_rule=lambda f, x, dtype=None: KerasTensor(_viewed(x, dtype), dtype or spec.spec_of(x).dtype), rows=True)
def view(x: Tensor, dtype: Any = None) -> Tensor:
    """The same bytes read as another dtype; the last axis grows or shrinks with the size of an element.

    Example:
        >>> hex(int(view(np.float32(1.0), "int32")))
        '0x3f800000'
    """
    return jnp.asarray(x).view(_stored(dtype))
