"""Longer spatial axes, values repeated or interpolated, in one to three dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core.declare import declared, field
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.reshaping.moves import Moves
from cornu.layers.spatial import resized, spatial_sizes, with_spatial_sizes

_METHODS = {"bicubic": "cubic"}


class UpSampling(Moves):
    """Base of UpSampling1D, 2D and 3D: ``factors`` by which the spatial axes grow."""

    factors: tuple[int, ...]
    data_format: str
    interpolation: str = "nearest"

    def call(self, inputs: Any) -> Any:
        """The input enlarged."""
        if self.interpolation == "nearest":
            return kernels.upsample_nearest(inputs, self.factors, self.data_format)
        shape = self.compute_output_shape(inputs.shape)
        return _interpolate(inputs, shape, _METHODS.get(self.interpolation, self.interpolation))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with longer spatial axes."""
        sizes = spatial_sizes(input_shape, self.data_format)
        longer = [resized(n, lambda n, f=f: n * f) for n, f in zip(sizes, self.factors, strict=True)]
        return with_spatial_sizes(input_shape, self.data_format, longer)


def _interpolate(x: jax.Array, shape: tuple[int, ...], method: str) -> jax.Array:
    """Images resized with pixel centres at half integers; integers are rounded to the nearest, halves to even."""
    y = jax.image.resize(x, shape, method)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        y = jnp.round(y).astype(x.dtype)
    return y


@declared
class UpSampling1D(UpSampling):
    """Each step ``size`` times: ``y[b, t] = x[b, t // size]``.

    Shapes:
        x: (batch, steps, features).
        y: (batch, steps * size, features).

    Example:
        >>> import numpy as np
        >>> UpSampling1D(2)(np.array([[[1.0], [2.0]]]))[0, :, 0].tolist()
        [1.0, 1.0, 2.0, 2.0]

    Source: numbers and shapes as ``keras.layers.UpSampling1D``.
    """

    size: int = fields.positive("UpSampling1D's size", 2)

    data_format: ClassVar[str] = "channels_last"  # pyright: ignore[reportIncompatibleVariableOverride]  # the only one it has

    def check(self) -> None:
        """Factor and rank."""
        self.factors = (self.size,)
        self.input_spec = InputSpec(ndim=3)


@declared
class UpSampling2D(UpSampling):
    """Images enlarged by whole factors.

    Shapes:
        x: (batch, rows, columns, channels), or (batch, channels, rows, columns) with "channels_first".
        y: as ``x``, with ``size`` times as many rows and columns.

    Args:
        size: an int, or (rows, columns).
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".

    Example:
        >>> import numpy as np
        >>> UpSampling2D((1, 2))(np.array([[[[1.0], [2.0]]]]))[0, 0, :, 0].tolist()
        [1.0, 1.0, 2.0, 2.0]

    Source: numbers and shapes as ``keras.layers.UpSampling2D`` on its JAX engine.
    """

    size: Any = (2, 2)
    data_format: str = fields.data_format()
    interpolation: str = field(
        "nearest",
        fields.choice("UpSampling2D's interpolation", "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"),
    )

    def check(self) -> None:
        """Factors and rank."""
        self.size = self.factors = fields.sizes(self.size, 2, "UpSampling2D's size")
        self.input_spec = InputSpec(ndim=4)


@declared
class UpSampling3D(UpSampling):
    """Volumes enlarged by whole factors, values repeated.

    Shapes:
        x: (batch, depth, rows, columns, channels), or channels at axis 1 with "channels_first".
        y: as ``x``, with ``size`` times as long spatial axes.

    Args:
        size: an int, or one for each axis.

    Example:
        >>> import numpy as np
        >>> UpSampling3D((1, 2, 3))(np.ones((1, 2, 2, 2, 1))).shape
        (1, 2, 4, 6, 1)

    Source: numbers and shapes as ``keras.layers.UpSampling3D``.
    """

    size: Any = (2, 2, 2)
    data_format: str = fields.data_format()

    def check(self) -> None:
        """Factors and rank."""
        self.size = self.factors = fields.sizes(self.size, 3, "UpSampling3D's size")
        self.input_spec = InputSpec(ndim=5)
