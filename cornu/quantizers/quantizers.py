"""What turns numbers into integers and the scale by which they were multiplied."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import dtypes, registry
from cornu.core.declare import declared, field
from cornu.core.errors import explain


def _axes(axis: Any) -> tuple[int, ...] | None:
    return axis if axis is None else (int(axis),) if isinstance(axis, int) else tuple(int(a) for a in axis)


def abs_max_quantize(
    inputs: Any,
    axis: Any,
    value_range: Any = (-127, 127),
    dtype: str = "int8",
    epsilon: float = 1e-07,
    to_numpy: bool = False,
) -> tuple[Any, Any]:
    """Integers and their scale: ``scale = high / (max |x| + epsilon)``, ``q = clip(round(x * scale), low, high)``.

    Shapes:
        inputs: any, floats. q: the same. scale: 1 on the axes that share it, else as the inputs; their dtype.

    Args:
        axis: axes over which the largest magnitude is taken, and which share a scale.
        value_range: (low, high).
        to_numpy: whether it is computed on the host.

    Example:
        >>> q, scale = abs_max_quantize(np.array([[1.0, -2.0], [0.5, -1.0]], "float32"), axis=-1)
        >>> q.tolist(), scale.tolist()
        ([[64, -127], [63, -127]], [[63.5], [127.0]])

    Source: numbers as ``keras.quantizers.abs_max_quantize``.
    """
    xp: Any = np if to_numpy else jnp
    x = xp.asarray(inputs)
    low, high = value_range
    largest = xp.max(xp.abs(x), axis=_axes(axis), keepdims=True)
    scale = (high / (largest + xp.asarray(epsilon, x.dtype))).astype(x.dtype)
    return xp.clip(xp.round(x * scale), low, high).astype(dtype), scale


class Quantizer(registry.Configured):
    """Base of quantizers: functions ``x -> (integers, scale)``.

    Args:
        output_dtype: of the integers.
    """

    output_dtype = "int8"

    def __init__(self, output_dtype: str = "int8"):
        self.output_dtype = dtypes.standardize_dtype(output_dtype)

    def __call__(self, x: Any, axis: Any = None) -> Any:
        """Integers and their scale."""
        raise NotImplementedError(
            explain(f"Quantizer {type(self).__name__}", "a __call__ method", "none", "Define `def __call__(self, x)`.")
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        raise NotImplementedError(
            explain(f"Quantizer {type(self).__name__}", "a get_config method to be saved", "none", "Define it.")
        )


def _range(value: Any) -> tuple[Any, Any]:
    ends = tuple(value) if isinstance(value, (list, tuple)) else ()
    if len(ends) == 2 and all(type(v) in (int, float) and -(2**31) <= v < 2**31 for v in ends) and ends[0] < ends[1]:
        return ends
    what = "AbsMaxQuantizer's value_range"
    raise ValueError(explain(what, "two numbers of 32 bits, the lower first", repr(value)[:80], "Pass (-127, 127)."))


def _epsilon(value: Any) -> float:
    if isinstance(value, (int, float)) and math.isfinite(value) and value >= 0:
        return float(value)
    raise ValueError(explain("AbsMaxQuantizer's epsilon", "a finite number from 0", repr(value)[:80], "Pass 1e-7."))


def _integer(value: Any) -> str:
    name = dtypes.standardize_dtype(value)
    if "int" not in name:
        raise ValueError(explain("AbsMaxQuantizer's output_dtype", "a dtype of integers", repr(name), "Pass 'int8'."))
    return name


@declared
class AbsMaxQuantizer(Quantizer):
    """Integers that reach from ``low`` to ``high`` where the numbers reach their largest magnitude.

    Args:
        axis: axes that share a scale; said by the caller if None.
        value_range: (low, high).
        epsilon: added to the largest magnitude, so that zeros have a scale.
        output_dtype: of the integers.

    Example:
        >>> q, scale = AbsMaxQuantizer(axis=-1)(np.array([1.0, -2.0], "float32"))
        >>> q.tolist(), scale.tolist()
        ([64, -127], [63.5])

    Source: numbers and config as ``keras.quantizers.AbsMaxQuantizer``.
    """

    axis: Any = field(None, _axes)
    value_range: Any = field((-127, 127), _range)
    epsilon: float = field(1e-07, _epsilon)
    output_dtype: str = field("int8", _integer)

    def __call__(self, x: Any, axis: Any = None, to_numpy: bool = False) -> tuple[Any, Any]:
        """Integers and their scale; ``axis`` counts before the constructor's."""
        over = self.axis if axis is None else axis
        return abs_max_quantize(x, over, self.value_range, self.output_dtype, self.epsilon, to_numpy)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = registry.object_config(self)
        axis = config.pop("axis")
        return config if axis is None else {**config, "axis": axis}
