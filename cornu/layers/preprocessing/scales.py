"""Shifts and scales: fixed ones, and those learnt from data."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import config
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.variable import Variable
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.batches_of import batches_of


def _plain(value: Any) -> Any:
    """Numbers as JSON has them."""
    return value if value is None or isinstance(value, (int, float)) else np.asarray(value).tolist()


@declared
class Rescaling(Layer):
    """``y = x * scale + offset``.

    Shapes:
        x: any, any dtype. y: the same, in the policy's compute dtype.

    Args:
        scale, offset: numbers, or lists of one for each channel.

    Example:
        >>> import numpy as np
        >>> Rescaling(1 / 255)(np.array([0, 255], "uint8")).tolist()
        [0.0, 1.0]

    Source: numbers as ``keras.layers.Rescaling``.
    """

    scale: Any = field(serialize=_plain)
    offset: Any = field(0.0, serialize=_plain)

    supports_masking = True

    def check(self) -> None:
        """Integers, 8-bit ones too, become floats before they are scaled."""
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Outputs for inputs."""
        dtype = self.compute_dtype
        scale, offset = jnp.asarray(self.scale, dtype), jnp.asarray(self.offset, dtype)
        return jnp.asarray(inputs, dtype) * scale + offset

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape


def _axes(axis: Any) -> tuple[int, ...]:
    if axis is None:
        return ()
    return tuple(int(a) for a in axis) if isinstance(axis, (list, tuple)) else (int(axis),)


class _Statistics(Layer):
    """Present statistics to look at: the arguments of the same names are kept under other ones."""

    _broadcast: tuple[int, ...]

    @property
    def is_given(self) -> bool:
        """Whether mean and variance came from the constructor."""
        return getattr(self, "_given_mean", None) is not None

    @property
    def mean(self) -> Any:
        """Present mean, in a shape that fits the inputs; None before the layer is built."""
        return self._statistic("mean")

    @property
    def variance(self) -> Any:
        """Present variance, in a shape that fits the inputs; None before the layer is built."""
        return self._statistic("variance")

    def _statistic(self, name: str) -> Any:
        if not self.built:
            return None
        value = getattr(self, f"_given_{name}" if self.is_given else f"adapt_{name}")
        if isinstance(value, Variable):
            value = value.value
        value = jnp.asarray(value, self.compute_dtype)
        return value.reshape(self._broadcast) if value.size > 1 or not self.is_given else value


@declared
class Normalization(_Statistics):
    """``y = (x - mean) / max(sqrt(variance), 1e-7)``, with a mean and variance for each place along some axes.

    ``adapt`` learns them; until then mean is 0 and variance 1. Or they are given.

    Shapes:
        x: any of 1 axis or more. y: the same.

    Args:
        axis: along which there is a mean for each place; None for one mean of all numbers.
        mean, variance: numbers or arrays; both or neither.
        invert: whether the way back is computed, ``x * sqrt(variance) + mean``.

    Example:
        >>> import numpy as np
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
        >>> layer(np.array([[1.0, 30.0]])).tolist()
        [[-1.0, 1.0]]

    Source: numbers and storage as ``keras.layers.Normalization``.
    """

    axis: Any = field(-1, _axes, list)
    mean: Any = field(None, serialize=lambda v: None if v is None else np.asarray(v).tolist(), attribute="_given_mean")
    variance: Any = field(
        None, serialize=lambda v: None if v is None else np.asarray(v).tolist(), attribute="_given_variance"
    )
    invert: bool = False
    _given_mean: Any
    _given_variance: Any

    supports_masking = True

    def check(self) -> None:
        """Mean and variance come together."""
        if (self._given_mean is None) != (self._given_variance is None):
            raise ValueError(
                explain(
                    f"Normalization {self.name!r}",
                    "mean and variance, or neither",
                    f"mean={self._given_mean!r} and variance={self._given_variance!r}",
                    "Give both, or call adapt(data).",
                )
            )

    def build(self, input_shape: Any) -> None:
        """Make mean, variance (sizes of the kept axes) and count, unless they were given."""
        rank = len(input_shape)
        kept = [a % rank for a in self.axis if -rank <= a < rank]
        if len(kept) != len(self.axis) or any(input_shape[a] is None for a in kept):
            raise ShapeError(
                explain(
                    f"Normalization {self.name!r}",
                    f"known sizes on axes {list(self.axis)}",
                    f"shape {show_shape(input_shape)}",
                    "Give them in Input(shape=...), or another axis.",
                )
            )
        self._kept = tuple(sorted(kept))
        self._broadcast = tuple(input_shape[a] if a in kept else 1 for a in range(rank))
        if not self.is_given:
            shape = tuple(input_shape[a] for a in self._kept)
            make = {"shape": shape, "trainable": False, "autocast": False}
            self.adapt_mean = self.add_weight(**make, initializer="zeros", name="mean")
            self.adapt_variance = self.add_weight(**make, initializer="ones", name="variance")
            # Part of files; nothing reads it.
            self.count = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="count")
        self.built = True

    def adapt(self, data: Any) -> None:
        """Learn mean and variance from an array, or from batches.

        Args:
            data: an array, or an iterable of batches (``(x, y)`` batches give their x).
        """
        if self.is_given:
            raise ValueError(
                explain(f"adapt of {self.name!r}", "no mean= and variance=", "both given", "Make it without them.")
            )
        number, mean, square = 0, np.float64(0), np.float64(0)
        for batch in batches_of(data):
            batch = np.asarray(batch, "float64")
            batch = batch[None] if batch.ndim == 0 else batch
            if not self.built:
                self.build(tuple(d if a else None for a, d in enumerate(batch.shape)))
            others = tuple(a for a in range(batch.ndim) if a not in self._kept)
            size = int(np.prod([batch.shape[a] for a in others]))
            total = number + size
            # Of two parts: means by weight, and the distance of the means adds to the variance.
            here, spread = batch.mean(others), batch.var(others)
            far = (here - mean) ** 2 * number * size / total**2
            square = (square * number + spread * size) / total + far
            mean, number = mean + (here - mean) * size / total, total
        self.adapt_mean.assign(np.asarray(mean, self.adapt_mean.dtype))
        self.adapt_variance.assign(np.asarray(square, self.adapt_variance.dtype))

    def call(self, inputs: Any) -> Any:
        """Outputs for inputs."""
        inputs = jnp.asarray(inputs, self.compute_dtype)
        deviation = jnp.maximum(jnp.sqrt(self.variance), config.epsilon())
        return inputs * deviation + self.mean if self.invert else (inputs - self.mean) / deviation

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape
