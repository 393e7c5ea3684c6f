"""Setting random values to zero."""

from __future__ import annotations

from typing import Any

import jax

from cornu import random
from cornu.core import config
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.regularization.random_layer import RandomLayer


def noise_shape_of(noise_shape: Any, shape: tuple[int, ...], who: str) -> tuple[int, ...]:
    """Shape of the draw: ``noise_shape`` with the input's sizes where it has None."""
    if noise_shape is None:
        return shape
    if len(noise_shape) != len(shape) or any(
        n is not None and n not in (1, s) for n, s in zip(noise_shape, shape, strict=True)
    ):
        raise ShapeError(
            explain(
                f"noise_shape of {who}",
                f"1, None or the input's size on each of the axes of {show_shape(shape)}",
                show_shape(tuple(noise_shape)),
                "Write 1 where all values share one draw.",
            )
        )
    return tuple(s if n is None else n for n, s in zip(noise_shape, shape, strict=True))


@declared
class Dropout(RandomLayer):
    """In training each value is set to 0 with probability ``rate``, and the others divided by ``1 - rate``.

    Shapes:
        x: any shape, any float dtype. y: as x.

    Args:
        rate: probability of 0, from 0 to 1.
        noise_shape: shape of the draw; 1 where all values along an axis share one, None for the input's size.
        seed: int; the same seed gives the same draws.

    Example:
        >>> import numpy as np
        >>> sorted(set(Dropout(0.5, seed=1)(np.ones(20, "float32"), training=True).tolist()))
        [0.0, 2.0]

    Source: Srivastava et al. 2014; the draws are those of ``keras.layers.Dropout`` on JAX for the same seed.
    """

    rate: float = fields.rate("Dropout's rate")
    noise_shape: Any = field(None, lambda shape: None if shape is None else tuple(shape))
    seed: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is ever dropped."""
        return self.rate == 0

    def disturb(self, inputs: Any, key: jax.Array) -> Any:
        """The inputs with values dropped."""
        return random.dropout(inputs, self.rate, self._draw_shape(inputs.shape), key)

    def _draw_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return noise_shape_of(self.noise_shape, shape, self._who())


class _SpatialDropout(Dropout):
    """Dropout of whole channels."""

    _rank: int

    def __init__(self, rate: float, seed: Any = None, name: Any = None, dtype: Any = None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = "channels_last"
        self.input_spec = InputSpec(ndim=self._rank)

    def _draw_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """One draw for each row and channel."""
        ones = (1,) * (len(shape) - 2)
        if self.data_format == "channels_first":
            return (*shape[:2], *ones)
        return (shape[0], *ones, shape[-1])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        data_format = {} if self._rank == 3 else {"data_format": self.data_format}
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype_policy.name,
            **data_format,
        }


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of sequences: each (row, channel) is kept or dropped at all times.

    Shapes:
        x: (batch, time, channels), any float dtype. y: as x.

    Example:
        >>> import numpy as np
        >>> y = SpatialDropout1D(0.5, seed=1)(np.ones((1, 4, 8), "float32"), training=True)
        >>> bool((y == y[:, :1]).all())
        True

    Source: Tompson et al. 2015; draws as ``keras.layers.SpatialDropout1D``.
    """

    _rank = 3


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images: each (row, channel) is kept or dropped everywhere.

    Shapes:
        x: (batch, height, width, channels), or channels after the batch axis; any float dtype. y: as x.

    Source: Tompson et al. 2015; draws as ``keras.layers.SpatialDropout2D``.
    """

    _rank = 4

    def __init__(self, rate: float, data_format: Any = None, seed: Any = None, name: Any = None, dtype: Any = None):
        super().__init__(rate, seed, name, dtype)
        self.data_format = config.standardize_data_format(data_format)


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of volumes: each (row, channel) is kept or dropped everywhere.

    Shapes:
        x: (batch, depth, height, width, channels), or channels after the batch axis; any float dtype. y: as x.

    Source: Tompson et al. 2015; draws as ``keras.layers.SpatialDropout3D``.
    """

    _rank = 5

    def __init__(self, rate: float, data_format: Any = None, seed: Any = None, name: Any = None, dtype: Any = None):
        super().__init__(rate, seed, name, dtype)
        self.data_format = config.standardize_data_format(data_format)
