"""Layers made of one other layer."""

from __future__ import annotations

from typing import Any

from cornu.core.declare import declared
from cornu.layers import fields
from cornu.layers.layer import Layer


@declared
class Wrapper(Layer):
    """Base of layers that hold one other layer, ``layer``, and build it.

    Args:
        layer: the layer inside.

    Example:
        >>> import numpy as np
        >>> from cornu import layers
        >>> class Twice(Wrapper):
        ...     def call(self, x):
        ...         return self.layer(self.layer(x))
        >>> Twice(layers.Dense(3))(np.ones((2, 3), "float32")).shape
        (2, 3)

    Source: as ``keras.layers.Wrapper``.
    """

    layer: Any = fields.layer("A wrapper's layer")

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build_from_config({"input_shape": input_shape})
        self.built = True
