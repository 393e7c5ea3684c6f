"""A vector repeated along a new time axis."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.reshaping.moves import Moves


@declared
class RepeatVector(Moves):
    """Each row ``n`` times: ``y[b, t] = x[b]``.

    Shapes:
        x: (batch, features).
        y: (batch, n, features).

    Example:
        >>> import numpy as np
        >>> RepeatVector(2)(np.array([[1.0, 2.0]])).tolist()
        [[[1.0, 2.0], [1.0, 2.0]]]

    Source: numbers and shapes as ``keras.layers.RepeatVector``.
    """

    n: int = fields.positive("RepeatVector's n")

    def check(self) -> None:
        """Rows are vectors."""
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """Each row ``n`` times."""
        return jnp.broadcast_to(inputs[:, None], self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, n, features)."""
        return (input_shape[0], self.n, input_shape[1])
