"""The axes in another order."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.reshaping.moves import Moves


def _dims(value: Any) -> tuple[int, ...]:
    dims = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if not all(map(fields.is_int, dims)) or sorted(dims) != list(range(1, len(dims) + 1)):
        raise ValueError(
            explain(
                "Permute's dims",
                "each axis from 1 on once, in the new order",
                repr(value),
                "The batch axis, 0, stays and is left out: write for example (2, 1).",
            )
        )
    return tuple(d.__index__() for d in dims)


@declared
class Permute(Moves):
    """The axes after the batch axis in another order: ``y[b, i, j] = x[b, j, i]`` for dims (2, 1).

    Shapes:
        x: (batch, ...), with as many further axes as ``dims`` has.
        y: (batch, ...), whose axis i is axis ``dims[i - 1]`` of ``x``.

    Example:
        >>> import numpy as np
        >>> Permute((2, 1))(np.zeros((5, 3, 4))).shape
        (5, 4, 3)

    Source: numbers and shapes as ``keras.layers.Permute``.
    """

    dims: Any = field(converter=_dims)

    def check(self) -> None:
        """The rank follows from ``dims``."""
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The input with its axes in the new order."""
        return jnp.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes in the new order."""
        return (input_shape[0], *(input_shape[d] for d in self.dims))
