"""The same values in other shapes: Reshape and Flatten."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import Dimension, SymbolicShape, is_known
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.reshaping.moves import Moves


def _target(value: Any) -> tuple[int | None, ...]:
    sizes = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if not all(size is None or (fields.is_int(size) and size >= -1) for size in sizes) or sizes.count(-1) > 1:
        raise ValueError(
            explain(
                "Reshape's target_shape",
                "sizes of 0 or more, of which one may be -1 (what is left)",
                repr(value),
                "Leave out the batch axis: write for example (-1, 8).",
            )
        )
    return tuple(size if size is None else size.__index__() for size in sizes)


@declared
class Reshape(Moves):
    """The values of each row in row-major order, in another shape.

    Shapes:
        x: (batch, ...).
        y: (batch, *target_shape), with as many values in a row as ``x``.

    Args:
        target_shape: sizes without the batch axis. One may be -1 or None: what is left. Where there are several,
            each None is the size that the input has on the same axis.

    Example:
        >>> import numpy as np
        >>> Reshape((-1, 2))(np.arange(6).reshape(1, 6)).tolist()
        [[[0, 1], [2, 3], [4, 5]]]

    Source: numbers and shapes as ``keras.layers.Reshape``, which cannot run with several None.
    """

    target_shape: Any = field(converter=_target)

    def call(self, inputs: Any) -> Any:
        """The same values in the target shape."""
        return jnp.reshape(inputs, self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, *target_shape)."""
        rest = tuple(input_shape[1:])
        target: list[Any] = list(self.target_shape)
        if sum(size in (-1, None) for size in target) > 1:
            target = [rest[i] if size is None and i < len(rest) else size for i, size in enumerate(target)]
        free = [i for i, size in enumerate(target) if size in (-1, None)]
        if len(free) > 1:
            return (input_shape[0], *(None if size == -1 else size for size in target))
        if free:
            target[free[0]] = self._left_over(rest, [s for i, s in enumerate(target) if i != free[0]])
        elif all(map(is_known, rest)) and all(map(is_known, target)) and math.prod(rest) != math.prod(target):
            raise self._misfit(rest, f"{math.prod(target)} values")
        return (input_shape[0], *target)

    def _left_over(self, rest: SymbolicShape, others: list[Dimension]) -> Dimension:
        """The size that the others leave, if it can be known."""
        unknown = [d for d in rest if not is_known(d)]
        for d in [d for d in others if not is_known(d) and d is not None]:
            if d not in unknown:
                return None
            unknown.remove(d)
        have = math.prod(d for d in rest if isinstance(d, int))
        wanted = math.prod(d for d in others if isinstance(d, int))
        if unknown or None in others:
            return unknown[0] if len(unknown) == 1 and have == wanted and None not in others else None
        if wanted == 0:
            return 0
        if have % wanted:
            raise self._misfit(rest, f"a multiple of {wanted} values")
        return have // wanted

    def _misfit(self, rest: SymbolicShape, needs: str) -> ShapeError:
        return ShapeError(
            explain(
                self._who(),
                f"{needs} in a row for target_shape {show_shape(self.target_shape)}",
                f"{math.prod(d for d in rest if isinstance(d, int))} values in rows of shape {show_shape(rest)}",
                "Correct target_shape, which leaves out the batch axis, or use -1 for one size.",
            )
        )


@declared
class Flatten(Moves):
    """The values of each row, one after the other.

    Shapes:
        x: (batch, ...).
        y: (batch, product of the other sizes); (batch, 1) for an input of one axis.

    Args:
        data_format: with "channels_first", values are read as if the channels (axis 1) came last.

    Example:
        >>> import numpy as np
        >>> Flatten()(np.zeros((2, 3, 4))).shape
        (2, 12)

    Source: numbers and shapes as ``keras.layers.Flatten``.
    """

    data_format: str = fields.data_format()

    def check(self) -> None:
        """There must be a batch axis."""
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """The values of each row, one after the other."""
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = jnp.moveaxis(inputs, 1, -1)
        return jnp.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, product of the other sizes)."""
        rest = input_shape[1:]
        known = math.prod(d for d in rest if is_known(d))
        unknown = [d for d in rest if not is_known(d)]
        if unknown and known != 0:
            return (input_shape[0], unknown[0] if len(unknown) == 1 and known == 1 else None)
        return (input_shape[0], known)
