"""Maximum and mean over sliding windows, in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

from cornu import kernels
from cornu.core.declare import declared, field
from cornu.layers import fields
from cornu.layers.sliding import SlidingWindow
from cornu.layers.spatial import with_spatial_sizes


@declared
class Pooling(SlidingWindow):
    """Base of all layers that pool over sliding windows."""

    pool_size: Any
    strides: Any = None
    padding: Any = "valid"
    data_format: str = fields.data_format()
    name: Any = field(None, base=True)

    def check(self) -> None:
        """One size for each spatial axis; windows side by side if no strides are given."""
        self.pool_size = self._sizes("pool_size")
        if self.strides is None:
            self.strides = self.pool_size
        super().check()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with shorter spatial axes."""
        positions = self._positions(input_shape, self.pool_size, (1,) * self.rank)
        return with_spatial_sizes(input_shape, self.data_format, positions)


@declared
class MaxPooling(Pooling):
    """Base of MaxPooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The largest value of each window."""
        self.compute_output_shape(inputs.shape)  # says which size is too small
        return kernels.max_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def compute_output_dtype(self, *received: str) -> str:
        """The input's."""
        return received[0]


@declared
class AveragePooling(Pooling):
    """Base of AveragePooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The mean of each window."""
        self.compute_output_shape(inputs.shape)  # says which size is too small
        x = inputs.astype(self.compute_dtype) if inputs.dtype.kind in "biu" else inputs
        return kernels.average_pool(x, self.pool_size, self.strides, self.padding, self.data_format)


@declared
class MaxPooling1D(MaxPooling):
    """Largest value of each window of steps: ``y[b, p, c] = max_t x[b, p * strides + t, c]``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first".
        y: (batch, positions, channels), laid out as ``x``, in its dtype.

    Args:
        pool_size: length of the window.
        strides: step between windows; ``pool_size`` if None.
        padding: "valid" (windows inside only) or "same" (``ceil(steps / strides)`` outputs; padding never wins).

    Example:
        >>> import numpy as np
        >>> MaxPooling1D(2)(np.array([[[1.0], [3.0], [2.0], [0.0]]]))[0, :, 0].tolist()
        [3.0, 2.0]

    Source: numbers and shapes as ``keras.layers.MaxPooling1D``.
    """

    rank: ClassVar[int] = 1
    pool_size: Any = 2


@declared
class MaxPooling2D(MaxPooling):
    """Largest value of each window of an image: ``y[b, p, c] = max_t x[b, p * strides + t, c]``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: (batch, rows, columns, channels), laid out as ``x``, in its dtype.

    Args:
        pool_size: size of the window: an int or one for each axis.
        strides: step between windows; ``pool_size`` if None.
        padding: "valid" (windows inside only) or "same" (``ceil(size / strides)`` outputs; padding never wins).

    Example:
        >>> import numpy as np
        >>> MaxPooling2D()(np.ones((2, 8, 8, 3), "float32")).shape
        (2, 4, 4, 3)

    Source: numbers and shapes as ``keras.layers.MaxPooling2D``.
    """

    rank: ClassVar[int] = 2
    pool_size: Any = (2, 2)


@declared
class MaxPooling3D(MaxPooling):
    """Largest value of each window of a volume: ``y[b, p, c] = max_t x[b, p * strides + t, c]``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: (batch, depth, rows, columns, channels), laid out as ``x``, in its dtype.

    Args:
        pool_size: size of the window: an int or one for each axis.
        strides: step between windows; ``pool_size`` if None.
        padding: "valid" (windows inside only) or "same" (``ceil(size / strides)`` outputs; padding never wins).

    Example:
        >>> import numpy as np
        >>> MaxPooling3D((1, 2, 2))(np.ones((2, 4, 8, 8, 3), "float32")).shape
        (2, 4, 4, 4, 3)

    Source: numbers and shapes as ``keras.layers.MaxPooling3D``.
    """

    rank: ClassVar[int] = 3
    pool_size: Any = (2, 2, 2)


@declared
class AveragePooling1D(AveragePooling):
    """Mean of each window of steps: ``y[b, p, c] = mean_t x[b, p * strides + t, c]``.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first".
        y: (batch, positions, channels), laid out as ``x``, in the policy's compute dtype.

    Args:
        pool_size: length of the window.
        strides: step between windows; ``pool_size`` if None.
        padding: "valid" (windows inside only) or "same" (``ceil(steps / strides)`` outputs; padding not counted).

    Example:
        >>> import numpy as np
        >>> AveragePooling1D(2)(np.array([[[1.0], [3.0], [2.0], [0.0]]]))[0, :, 0].tolist()
        [2.0, 1.0]

    Source: numbers and shapes as ``keras.layers.AveragePooling1D``.
    """

    rank: ClassVar[int] = 1


@declared
class AveragePooling2D(AveragePooling):
    """Mean of each window of an image: ``y[b, p, c] = mean_t x[b, p * strides + t, c]``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: (batch, rows, columns, channels), laid out as ``x``, in the policy's compute dtype.

    Args:
        pool_size: size of the window: an int or one for each axis.
        strides: step between windows; ``pool_size`` if None.
        padding: "valid" (windows inside only) or "same" (``ceil(size / strides)`` outputs; padding not counted).

    Example:
        >>> import numpy as np
        >>> AveragePooling2D(2, padding="same")(np.ones((2, 7, 8, 3), "float32")).shape
        (2, 4, 4, 3)

    Source: numbers and shapes as ``keras.layers.AveragePooling2D``.
    """

    rank: ClassVar[int] = 2


@declared
class AveragePooling3D(AveragePooling):
    """Mean of each window of a volume: ``y[b, p, c] = mean_t x[b, p * strides + t, c]``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: (batch, depth, rows, columns, channels), laid out as ``x``, in the policy's compute dtype.

    Args:
        pool_size: size of the window: an int or one for each axis.
        strides: step between windows; ``pool_size`` if None.
        padding: "valid" (windows inside only) or "same" (``ceil(size / strides)`` outputs; padding not counted).

    Example:
        >>> import numpy as np
        >>> AveragePooling3D(2)(np.ones((2, 4, 8, 8, 3), "float32")).shape
        (2, 2, 4, 4, 3)

    Source: numbers and shapes as ``keras.layers.AveragePooling3D``.
    """

    rank: ClassVar[int] = 3


# Other names of the same classes.
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
