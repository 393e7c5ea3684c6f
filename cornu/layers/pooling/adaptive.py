"""Maximum and mean over as many windows as asked for, in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

from cornu import kernels
from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.layers.spatial import spatial_sizes, with_spatial_sizes


@declared
class AdaptivePooling(Layer):
    """Base of all layers that pool to a given size."""

    rank: ClassVar[int]

    output_size: Any
    data_format: str = fields.data_format()

    def check(self) -> None:
        """One size for each spatial axis."""
        self.output_size = fields.sizes(self.output_size, self.rank, f"{type(self).__name__}'s output_size")
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, *output_size, channels), or channels first."""
        if 0 in spatial_sizes(input_shape, self.data_format):
            raise ShapeError(
                explain(
                    self._who(),
                    "spatial axes that are not empty",
                    f"an input of shape {show_shape(input_shape)}",
                    "Check the layers before.",
                )
            )
        return with_spatial_sizes(input_shape, self.data_format, self.output_size)


@declared
class AdaptiveAveragePooling(AdaptivePooling):
    """Base of AdaptiveAveragePooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The mean of each window."""
        x = inputs.astype(self.compute_dtype) if inputs.dtype.kind in "biu" else inputs
        return kernels.adaptive_average_pool(x, self.output_size, self.data_format)


@declared
class AdaptiveMaxPooling(AdaptivePooling):
    """Base of AdaptiveMaxPooling1D, 2D and 3D."""

    def call(self, inputs: Any) -> Any:
        """The largest value of each window."""
        return kernels.adaptive_max_pool(inputs, self.output_size, self.data_format)

    def compute_output_dtype(self, *received: str) -> str:
        """The input's."""
        return received[0]


@declared
class AdaptiveAveragePooling1D(AdaptiveAveragePooling):
    """Mean of each of ``output_size`` windows that cover the steps.

    Output i of m is the mean of the steps from ``floor(i * n / m)`` to ``ceil((i + 1) * n / m)`` of n.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first".
        y: (batch, output_size, channels), laid out as ``x``.

    Example:
        >>> import numpy as np
        >>> AdaptiveAveragePooling1D(2)(np.array([[[1.0], [2.0], [6.0]]]))[0, :, 0].tolist()
        [1.5, 4.0]

    Source: numbers and shapes as ``keras.layers.AdaptiveAveragePooling1D``, but where rounding leads its windows
    beyond the data (7 steps into 7: NaN there).
    """

    rank: ClassVar[int] = 1


@declared
class AdaptiveAveragePooling2D(AdaptiveAveragePooling):
    """Mean of each of ``output_size`` windows that cover an image; which, says ``AdaptiveAveragePooling1D``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: (batch, *output_size, channels), laid out as ``x``.

    Args:
        output_size: an int, or (rows, columns).

    Example:
        >>> import numpy as np
        >>> AdaptiveAveragePooling2D((2, 3))(np.ones((2, 7, 8, 3), "float32")).shape
        (2, 2, 3, 3)

    Source: numbers and shapes as ``keras.layers.AdaptiveAveragePooling2D``.
    """

    rank: ClassVar[int] = 2


@declared
class AdaptiveAveragePooling3D(AdaptiveAveragePooling):
    """Mean of each of ``output_size`` windows that cover a volume; which, says ``AdaptiveAveragePooling1D``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: (batch, *output_size, channels), laid out as ``x``.

    Args:
        output_size: an int, or one for each axis.

    Example:
        >>> import numpy as np
        >>> AdaptiveAveragePooling3D(2)(np.ones((2, 3, 4, 5, 1), "float32")).shape
        (2, 2, 2, 2, 1)

    Source: numbers and shapes as ``keras.layers.AdaptiveAveragePooling3D``.
    """

    rank: ClassVar[int] = 3


@declared
class AdaptiveMaxPooling1D(AdaptiveMaxPooling):
    """Largest value of each of ``output_size`` windows that cover the steps.

    Output i of m is the largest of the steps from ``floor(i * n / m)`` to ``ceil((i + 1) * n / m)`` of n.

    Shapes:
        x: (batch, steps, channels), or (batch, channels, steps) with "channels_first".
        y: (batch, output_size, channels), laid out as ``x``, in its dtype.

    Example:
        >>> import numpy as np
        >>> AdaptiveMaxPooling1D(2)(np.array([[[1.0], [2.0], [6.0]]]))[0, :, 0].tolist()
        [2.0, 6.0]

    Source: numbers and shapes as ``keras.layers.AdaptiveMaxPooling1D``, but where rounding leads its windows
    beyond the data (7 steps into 7: NaN there).
    """

    rank: ClassVar[int] = 1


@declared
class AdaptiveMaxPooling2D(AdaptiveMaxPooling):
    """Largest value of each of ``output_size`` windows that cover an image; which, says ``AdaptiveMaxPooling1D``.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: (batch, *output_size, channels), laid out as ``x``, in its dtype.

    Args:
        output_size: an int, or (rows, columns).

    Example:
        >>> import numpy as np
        >>> AdaptiveMaxPooling2D((2, 3))(np.ones((2, 7, 8, 3), "float32")).shape
        (2, 2, 3, 3)

    Source: numbers and shapes as ``keras.layers.AdaptiveMaxPooling2D``.
    """

    rank: ClassVar[int] = 2


@declared
class AdaptiveMaxPooling3D(AdaptiveMaxPooling):
    """Largest value of each of ``output_size`` windows that cover a volume; which, says ``AdaptiveMaxPooling1D``.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: (batch, *output_size, channels), laid out as ``x``, in its dtype.

    Args:
        output_size: an int, or one for each axis.

    Example:
        >>> import numpy as np
        >>> AdaptiveMaxPooling3D(2)(np.ones((2, 3, 4, 5, 1), "float32")).shape
        (2, 2, 2, 2, 1)

    Source: numbers and shapes as ``keras.layers.AdaptiveMaxPooling3D``.
    """

    rank: ClassVar[int] = 3
