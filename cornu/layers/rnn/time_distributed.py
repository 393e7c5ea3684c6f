"""One layer for every time step by itself."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import context, spec, tree
from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.core.wrapper import Wrapper
from cornu.layers.signature import call_signature, shapes_of


@declared
class TimeDistributed(Wrapper):
    """The same layer for every time step by itself: ``y[:, t] = layer(x[:, t])``, all steps at once.

    Shapes:
        x: (batch, time, ...). y: (batch, time, ...) with the layer's output sizes.
        mask: (batch, time, ...); one with more than two axes is passed on to a layer that takes masks.

    Args:
        layer: the layer for a step.

    Example:
        >>> import numpy as np
        >>> from cornu import layers
        >>> TimeDistributed(layers.Dense(4))(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)

    Source: numbers as ``keras.layers.TimeDistributed``; batch statistics inside are over all steps at once.
    """

    layer: Any = fields.layer("TimeDistributed's layer")

    supports_masking = True

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for one step."""
        if not isinstance(input_shape, tuple) or len(input_shape) < 3:
            raise ShapeError(
                explain(
                    self._who(),
                    "an input of at least 3 axes, (batch, time, ...)",
                    f"shape {show_shape(input_shape)}",
                    "Add an axis, or use the layer without TimeDistributed.",
                )
            )
        if not self.layer.built:
            # Rows and times become one axis, whose size is that of no batch.
            self.layer.build_from_config({"input_shape": (None, *input_shape[2:])})
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The layer's outputs for all steps."""
        batch, length = inputs.shape[:2]
        takes = call_signature(type(self.layer)).takes
        extra: dict[str, Any] = {}
        if training is not None and takes("training"):
            extra["training"] = training
        if mask is not None and mask.ndim > 2 and takes("mask"):
            extra["mask"] = mask.reshape(-1, *mask.shape[2:])
        rows = context.current().rows
        with context.scope(rows=None if rows is None else jnp.repeat(rows, length)):
            outputs = self.layer(inputs.reshape(-1, *inputs.shape[2:]), **extra)
        return tree.map_structure(lambda y: y.reshape(batch, length, *y.shape[1:]), outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, time, ...) with the layer's output sizes."""
        if len(input_shape) < 3:
            self.build(tuple(input_shape))
        tensor = spec.KerasTensor((None, *input_shape[2:]), self.compute_dtype)
        inner = shapes_of(self.layer.compute_output_spec(tensor))
        return _with_time(inner, tuple(input_shape[:2]))

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """As the layer's outputs, with a time axis."""
        inner = self.layer.compute_output_spec(spec.KerasTensor((None, *inputs.shape[2:]), inputs.dtype))
        return tree.map_structure(lambda t: spec.KerasTensor((*inputs.shape[:2], *t.shape[1:]), t.dtype), inner)


def _with_time(shape: Any, start: tuple[Any, ...]) -> Any:
    if isinstance(shape, tuple) and (not shape or not isinstance(shape[0], tuple)):
        return (*start, *shape[1:])
    return [_with_time(s, start) for s in shape]
