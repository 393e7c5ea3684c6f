"""Maximum and mean over all of the spatial axes, in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.layers.spatial import spatial_axes, with_spatial_sizes


@declared
class GlobalPooling(Layer):
    """Base of all layers that pool over whole spatial axes."""

    rank: ClassVar[int]

    data_format: str = fields.data_format()
    keepdims: bool = False

    def check(self) -> None:
        """The rank of the inputs."""
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that are pooled."""
        return tuple(spatial_axes(self.rank, self.data_format))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, channels), or the input's shape with spatial axes of size 1."""
        return with_spatial_sizes(input_shape, self.data_format, (1,) * self.rank if self.keepdims else ())


@declared
class GlobalMaxPooling(GlobalPooling):
    """Base of GlobalMaxPooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The largest value of each channel."""
        return jnp.max(inputs, axis=self.axes, keepdims=self.keepdims)

    def compute_output_dtype(self, *received: str) -> str:
        """The input's."""
        return received[0]


@declared
class GlobalAveragePooling(GlobalPooling):
    """Base of GlobalAveragePooling1D, 2D and 3D."""

    def mean(self, inputs: Any) -> Any:
        """The mean of each channel."""
        return jnp.mean(inputs, axis=self.axes, keepdims=self.keepdims, dtype=self._mean_dtype(inputs))

    def _mean_dtype(self, inputs: Any) -> Any:
        return self.compute_dtype if inputs.dtype.kind in "biu" else inputs.dtype


@declared
class GlobalMaxPooling1D(GlobalMaxPooling):
    """Largest value of each channel over time: ``y[b, c] = max_t x[b, t, c]``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first"; at least one step.
        y: (batch, channels), in the dtype of ``x``; with keepdims the steps stay, as 1.

    Example:
        >>> import numpy as np
        >>> GlobalMaxPooling1D()(np.array([[[1.0, 5.0], [3.0, 2.0]]])).tolist()
        [[3.0, 5.0]]

    Source: numbers and shapes as ``keras.layers.GlobalMaxPooling1D``; masks are not heeded there either.
    """

    rank: ClassVar[int] = 1


@declared
class GlobalMaxPooling2D(GlobalMaxPooling):
    """Largest value of each channel of an image: ``y[b, c] = max_p x[b, p, c]``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: (batch, channels), in the dtype of ``x``; with keepdims rows and columns stay, as 1.

    Example:
        >>> import numpy as np
        >>> GlobalMaxPooling2D()(np.ones((2, 4, 5, 3), "float32")).shape
        (2, 3)

    Source: numbers and shapes as ``keras.layers.GlobalMaxPooling2D``.
    """

    rank: ClassVar[int] = 2


@declared
class GlobalMaxPooling3D(GlobalMaxPooling):
    """Largest value of each channel of a volume: ``y[b, c] = max_p x[b, p, c]``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: (batch, channels), in the dtype of ``x``; with keepdims the spatial axes stay, as 1.

    Example:
        >>> import numpy as np
        >>> GlobalMaxPooling3D(keepdims=True)(np.ones((2, 4, 5, 6, 3), "float32")).shape
        (2, 1, 1, 1, 3)

    Source: numbers and shapes as ``keras.layers.GlobalMaxPooling3D``.
    """

    rank: ClassVar[int] = 3


@declared
class GlobalAveragePooling1D(GlobalAveragePooling):
    """Mean of each channel over the steps that count: ``y[b, c] = sum_t m[b, t] x[b, t, c] / sum_t m[b, t]``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first".
        m: (batch, steps) bool, the mask; all steps count without one.
        y: (batch, channels), in the policy's compute dtype; with keepdims the steps stay, as 1.

    Example:
        >>> import numpy as np
        >>> x = np.array([[[1.0], [2.0], [9.0]]])
        >>> GlobalAveragePooling1D()(x, mask=np.array([[True, True, False]])).tolist()
        [[1.5]]

    Source: numbers and shapes as ``keras.layers.GlobalAveragePooling1D``, but for rows of which no step counts: 0
    here, NaN there; and values of steps that do not count have no effect here, be they NaN.
    """

    rank: ClassVar[int] = 1
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The mean of each channel over the steps that count."""
        if mask is None:
            return self.mean(inputs)
        (steps,) = self.axes
        counts = jnp.expand_dims(mask.astype("bool"), 3 - steps)
        total = jnp.sum(
            jnp.where(counts, inputs, 0), axis=steps, keepdims=self.keepdims, dtype=self._mean_dtype(inputs)
        )
        # Counted in float32: bfloat16 has no whole numbers beyond 256.
        number = jnp.sum(counts, axis=steps, keepdims=self.keepdims, dtype="float32")
        return (total / jnp.maximum(number, 1)).astype(total.dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """None: there are no steps any more."""


@declared
class GlobalAveragePooling2D(GlobalAveragePooling):
    """Mean of each channel of an image: ``y[b, c] = mean_p x[b, p, c]``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: (batch, channels), in the policy's compute dtype; with keepdims rows and columns stay, as 1.

    Example:
        >>> import numpy as np
        >>> GlobalAveragePooling2D()(np.ones((2, 4, 5, 3), "float32")).shape
        (2, 3)

    Source: numbers and shapes as ``keras.layers.GlobalAveragePooling2D``.
    """

    rank: ClassVar[int] = 2

    def call(self, inputs: Any) -> Any:
        """The mean of each channel."""
        return self.mean(inputs)


@declared
class GlobalAveragePooling3D(GlobalAveragePooling):
    """Mean of each channel of a volume: ``y[b, c] = mean_p x[b, p, c]``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: (batch, channels), in the policy's compute dtype; with keepdims the spatial axes stay, as 1.

    Example:
        >>> import numpy as np
        >>> GlobalAveragePooling3D()(np.ones((2, 4, 5, 6, 3), "float32")).shape
        (2, 3)

    Source: numbers and shapes as ``keras.layers.GlobalAveragePooling3D``.
    """

    rank: ClassVar[int] = 3

    def call(self, inputs: Any) -> Any:
        """The mean of each channel."""
        return self.mean(inputs)


# Other names of the same classes.
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
