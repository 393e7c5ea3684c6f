"""Zeros put around the spatial axes, or their borders cut off, in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import lax

from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import is_known
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.reshaping.moves import Moves
from cornu.layers.spatial import resized, spatial_axes, spatial_sizes, with_spatial_sizes

Pairs = tuple[tuple[int, int], ...]


def _resize(x: jax.Array, pairs: Pairs, data_format: str) -> jax.Array:
    """Zeros before and after each spatial axis; negative numbers cut off."""
    config = [(0, 0, 0)] * x.ndim
    for axis, (before, after) in zip(spatial_axes(len(pairs), data_format), pairs, strict=True):
        config[axis] = (before, after, 0)
    return lax.pad(x, jnp.zeros((), x.dtype), config)


def _one_pair(value: Any, what: str) -> tuple[int, int]:
    """(before, after) of a single axis, for which Keras writes a flat pair."""
    return fields.margins(value if fields.is_int(value) else (value,), 1, what)[0]


class Padding(Moves):
    """Base of ZeroPadding1D, 2D and 3D: ``pairs`` zeros around the spatial axes."""

    pairs: Pairs
    data_format: str

    def call(self, inputs: Any) -> Any:
        """The input with zeros around it."""
        return _resize(inputs, self.pairs, self.data_format)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with longer spatial axes."""
        sizes = spatial_sizes(input_shape, self.data_format)
        longer = [resized(n, lambda n, p=p: n + sum(p)) for n, p in zip(sizes, self.pairs, strict=True)]
        return with_spatial_sizes(input_shape, self.data_format, longer)


@declared
class ZeroPadding1D(Padding):
    """Zeros before and after the time axis.

    Shapes:
        x: (batch, steps, features), or (batch, features, steps) with "channels_first".
        y: as ``x``, with ``before + after`` more steps.

    Args:
        padding: an int for both ends, or (before, after).

    Example:
        >>> import numpy as np
        >>> ZeroPadding1D((1, 2))(np.ones((1, 2, 1)))[0, :, 0].tolist()
        [0.0, 1.0, 1.0, 0.0, 0.0]

    Source: numbers and shapes as ``keras.layers.ZeroPadding1D``.
    """

    padding: Any = 1
    data_format: str = fields.data_format()

    def check(self) -> None:
        """Read the padding."""
        self.padding = _one_pair(self.padding, "ZeroPadding1D's padding")
        self.pairs = (self.padding,)
        self.input_spec = InputSpec(ndim=3)


@declared
class ZeroPadding2D(Padding):
    """Zeros around rows and columns.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: as ``x``, with more rows and columns.

    Args:
        padding: an int for all sides, (rows, columns), or ((top, bottom), (left, right)).

    Example:
        >>> import numpy as np
        >>> ZeroPadding2D(((1, 0), (2, 2)))(np.ones((1, 3, 3, 1))).shape
        (1, 4, 7, 1)

    Source: numbers and shapes as ``keras.layers.ZeroPadding2D``.
    """

    padding: Any = (1, 1)
    data_format: str = fields.data_format()

    def check(self) -> None:
        """Read the padding."""
        self.padding = self.pairs = fields.margins(self.padding, 2, "ZeroPadding2D's padding")
        self.input_spec = InputSpec(ndim=4)


@declared
class ZeroPadding3D(Padding):
    """Zeros around three spatial axes.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: as ``x``, with longer spatial axes.

    Args:
        padding: an int for all sides, one for each axis, or a pair (before, after) for each axis.

    Example:
        >>> import numpy as np
        >>> ZeroPadding3D((0, 1, 2))(np.ones((1, 2, 2, 2, 1))).shape
        (1, 2, 4, 6, 1)

    Source: numbers and shapes as ``keras.layers.ZeroPadding3D``.
    """

    padding: Any = ((1, 1), (1, 1), (1, 1))
    data_format: str = fields.data_format()

    def check(self) -> None:
        """Read the padding."""
        self.padding = self.pairs = fields.margins(self.padding, 3, "ZeroPadding3D's padding")
        self.input_spec = InputSpec(ndim=5)


class Cropping(Moves):
    """Base of Cropping1D, 2D and 3D: ``pairs`` values cut off at the ends of the spatial axes."""

    pairs: Pairs
    data_format: str

    def call(self, inputs: Any) -> Any:
        """The middle of the input."""
        self.compute_output_shape(inputs.shape)  # says which size is too small
        return _resize(inputs, tuple((-before, -after) for before, after in self.pairs), self.data_format)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with shorter spatial axes."""
        sizes = spatial_sizes(input_shape, self.data_format)
        shorter = [resized(n, lambda n, p=p: n - sum(p)) for n, p in zip(sizes, self.pairs, strict=True)]
        if any(is_known(n) and n <= 0 for n in shorter):  # type: ignore[operator]  # a number where known
            raise ShapeError(
                explain(
                    self._who(),
                    "something to be left on each axis",
                    f"cropping {self.pairs} over sizes {show_shape(sizes)} of an input of shape {show_shape(input_shape)}",
                    "Crop less, or use a larger input.",
                )
            )
        return with_spatial_sizes(input_shape, self.data_format, shorter)


@declared
class Cropping1D(Cropping):
    """The time axis without its first and last steps.

    Shapes:
        x: (batch, steps, features).
        y: (batch, steps - before - after, features).

    Args:
        cropping: an int for both ends, or (before, after).

    Example:
        >>> import numpy as np
        >>> Cropping1D((1, 0))(np.array([[[1.0], [2.0], [3.0]]])).tolist()
        [[[2.0], [3.0]]]

    Source: numbers and shapes as ``keras.layers.Cropping1D``.
    """

    cropping: Any = (1, 1)

    data_format: ClassVar[str] = "channels_last"  # pyright: ignore[reportIncompatibleVariableOverride]  # the only one it has

    def check(self) -> None:
        """Read the cropping."""
        self.cropping = _one_pair(self.cropping, "Cropping1D's cropping")
        self.pairs = (self.cropping,)
        self.input_spec = InputSpec(ndim=3)


@declared
class Cropping2D(Cropping):
    """Images without their borders.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: as ``x``, with fewer rows and columns.

    Args:
        cropping: an int for all sides, (rows, columns), or ((top, bottom), (left, right)).

    Example:
        >>> import numpy as np
        >>> Cropping2D(((1, 0), (2, 2)))(np.ones((1, 5, 5, 1))).shape
        (1, 4, 1, 1)

    Source: numbers and shapes as ``keras.layers.Cropping2D``.
    """

    cropping: Any = ((0, 0), (0, 0))
    data_format: str = fields.data_format()

    def check(self) -> None:
        """Read the cropping."""
        self.cropping = self.pairs = fields.margins(self.cropping, 2, "Cropping2D's cropping")
        self.input_spec = InputSpec(ndim=4)


@declared
class Cropping3D(Cropping):
    """Volumes without their borders.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: as ``x``, with shorter spatial axes.

    Args:
        cropping: an int for all sides, one for each axis, or a pair (before, after) for each axis.

    Example:
        >>> import numpy as np
        >>> Cropping3D(1)(np.ones((1, 3, 4, 5, 1))).shape
        (1, 1, 2, 3, 1)

    Source: numbers and shapes as ``keras.layers.Cropping3D``.
    """

    cropping: Any = ((1, 1), (1, 1), (1, 1))
    data_format: str = fields.data_format()

    def check(self) -> None:
        """Read the cropping."""
        self.cropping = self.pairs = fields.margins(self.cropping, 3, "Cropping3D's cropping")
        self.input_spec = InputSpec(ndim=5)
