"""What a tensor is, and making one of something else."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import dtypes, spec
from cornu.core.errors import explain
from cornu.core.op import op
from cornu.core.spec import KerasTensor
from cornu.core.variable import Variable
from cornu.ops.rules import shape_of
from cornu.ops.tensor import Tensor


def _dense(sparse: bool | None, ragged: bool | None) -> None:
    if sparse or ragged:
        raise ValueError(
            explain("convert_to_tensor", "sparse and ragged unset", "one of them True", "Arrays here are dense.")
        )


def _converted(
    function: Any, x: Tensor, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> KerasTensor:
    _dense(sparse, ragged)
    return KerasTensor(x.shape, dtype or x.dtype)


@op(spec_rule=_converted, rows=True)
def convert_to_tensor(x: Tensor, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Tensor:
    """An array of anything that is one: numbers, nested lists, NumPy arrays, Variables.

    Args:
        dtype: kept if None; Python's floats become the default float, 64-bit types 32-bit ones.

    Example:
        >>> convert_to_tensor([1, 2]).dtype.name, convert_to_tensor(0.5).dtype.name
        ('int32', 'float32')
    """
    _dense(sparse, ragged)
    return jnp.asarray(x, dtype=None if dtype is None else dtypes.backend_dtype(dtype))


def convert_to_numpy(x: Tensor) -> np.ndarray[Any, Any]:
    """The values as a NumPy array."""
    return np.array(x.value if isinstance(x, Variable) else x)


def _cast(function: Any, x: Tensor, dtype: Any) -> KerasTensor:
    return KerasTensor(shape_of(x), dtype)


@op(spec_rule=_cast, rows=True)
def cast(x: Tensor, dtype: Any) -> Tensor:
    """The values in another dtype; floats lose their fraction on the way to ints.

    Example:
        >>> cast([1.7, -1.7], "int32").tolist()
        [1, -1]
    """
    return jnp.asarray(x).astype(dtypes.backend_dtype(dtype))


@op(spec_rule=_cast, rows=True)
def saturate_cast(x: Tensor, dtype: Any) -> Tensor:
    """``cast`` of the values clipped to what the dtype can hold.

    Example:
        >>> saturate_cast([300.0, -5.0], "uint8").tolist()
        [255, 0]
    """
    x, to = jnp.asarray(x), jnp.dtype(dtypes.backend_dtype(dtype))
    if "bool" in (to.name, x.dtype.name):
        return x.astype(to)
    limits = jnp.finfo(to) if jnp.issubdtype(to, jnp.floating) else jnp.iinfo(to)
    own = jnp.finfo(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else jnp.iinfo(x.dtype)
    low, high = float(limits.min), float(limits.max)
    if float(own.min) < low or float(own.max) > high:
        # The bound may not exist in x's dtype (2**31 - 1 in float32): the next one inside does.
        bounds = [np.array(b).astype(x.dtype) for b in (low, high)]
        if float(bounds[1]) > high:
            bounds[1] = np.nextafter(bounds[1], bounds[0])
        x = jnp.clip(x, *bounds)
    return x.astype(to)


def shape(x: Tensor) -> tuple[Any, ...]:
    """Sizes of the axes; None or a name where a symbolic tensor's are unknown.

    Example:
        >>> shape(KerasTensor((None, 3)))
        (None, 3)
    """
    return shape_of(x)


def dtype(x: Tensor) -> str:
    """The name of a tensor's dtype."""
    return dtypes.standardize_dtype(x.dtype) if hasattr(x, "dtype") else spec.spec_of(x).dtype


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is an array of JAX's or a symbolic tensor."""
    return isinstance(x, (jax.Array, KerasTensor))


@op(spec_rule=lambda f, variable: KerasTensor(shape_of(variable), variable.dtype), rows=True)
def stop_gradient(variable: Tensor) -> Tensor:
    """The same values, constant to differentiation.

    Example:
        >>> float(jax.grad(lambda x: x * stop_gradient(x))(3.0))
        3.0
    """
    return jax.lax.stop_gradient(variable)
