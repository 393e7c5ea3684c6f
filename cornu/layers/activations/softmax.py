"""Scores to shares of one."""

from __future__ import annotations

from typing import Any

from cornu.core.declare import declared, field
from cornu.kernels.attention import masked_softmax
from cornu.layers.layer import Layer


@declared
class Softmax(Layer):
    """Scores to shares of one: ``y = exp(x) / sum(exp(x))``.

    Shapes:
        x: any shape, any float dtype. y: as x.
        mask: broadcast to x, bool; masked places get 0 and do not count.

    Args:
        axis: the axis or axes over which shares add up to 1.

    Example:
        >>> import numpy as np
        >>> Softmax()(np.zeros((1, 4), "float32")).tolist()
        [[0.25, 0.25, 0.25, 0.25]]

    Source: numbers as ``keras.layers.Softmax``.
    """

    axis: Any = field(-1, lambda a: a if isinstance(a, int) else tuple(a))

    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Shares for scores."""
        return masked_softmax(inputs, mask, self.axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape
