"""Normalisation of each channel over the batch."""

from __future__ import annotations

import math
import operator
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu import kernels
from cornu.core import context
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer


def _axis(value: Any) -> int:
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, (list, tuple)) or not fields.is_int(value):
        raise TypeError(
            explain("BatchNormalization's axis", "an int", repr(value), "Name the channel axis, mostly -1.")
        )
    return operator.index(value)


@declared
class BatchNormalization(Layer):
    """Brings each channel to mean 0 and variance 1: ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta``.

    In training mean and variance are the batch's, over all axes but ``axis``, and the moving ones follow:
    ``moving = momentum * moving + (1 - momentum) * batch``. At inference, and when ``trainable`` is False,
    the moving ones are used. Masked time steps do not count, nor do padded rows.

    Shapes:
        x: (batch, ...), any float dtype, the channel axis known. y: as x, in the policy's compute dtype.
        mask: x's first axes, mostly (batch, time), bool.

    Args:
        axis: the channel axis.
        momentum: how slowly the moving statistics follow.
        epsilon: added to variances.
        center: whether there is a beta. scale: whether there is a gamma.
        renorm: in training, correct towards slowly moving statistics (Ioffe 2017).
        renorm_clipping: bounds of that correction, ``{"rmax": r, "rmin": r, "dmax": d}``.
        renorm_momentum: how slowly those statistics follow.
        synchronized: accepted; a batch that is spread over devices always counts as one.

    Example:
        >>> import numpy as np
        >>> layer = BatchNormalization(epsilon=0.0)
        >>> layer(np.array([[1.0], [3.0]], "float32"), training=True).tolist()
        [[-1.0], [1.0]]

    Source: Ioffe and Szegedy 2015; numbers as ``keras.layers.BatchNormalization``.
    """

    axis: int = field(-1, _axis)
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = fields.initializer("zeros")
    gamma_initializer: Any = fields.initializer("ones")
    moving_mean_initializer: Any = fields.initializer("zeros")
    moving_variance_initializer: Any = fields.initializer("ones")
    beta_regularizer: Any = fields.regularizer()
    gamma_regularizer: Any = fields.regularizer()
    beta_constraint: Any = fields.constraint()
    gamma_constraint: Any = fields.constraint()
    renorm: bool = False
    renorm_clipping: dict[str, float] | None = None
    renorm_momentum: float = 0.99
    synchronized: bool = False

    supports_masking = True
    # Padded rows are left out of the statistics, see _counts.
    couples_rows = False

    def check(self) -> None:
        """Without bounds given there are none."""
        unknown = set(self.renorm_clipping or {}) - {"rmax", "rmin", "dmax"}
        if unknown:
            raise ValueError(
                explain(
                    "BatchNormalization's renorm_clipping",
                    "keys among 'rmax', 'rmin', 'dmax'",
                    ", ".join(map(repr, sorted(unknown))),
                    "Remove or rename them.",
                )
            )
        if self.renorm and self.renorm_clipping is None:
            self.renorm_clipping = {}

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta, moving_mean and moving_variance, (channels,) each; with renorm also its statistics."""
        if not -len(input_shape) <= self.axis < len(input_shape) or self.axis % len(input_shape) == 0:
            raise ShapeError(
                explain(
                    self._who(),
                    f"an input with an axis {self.axis} that is not the batch's",
                    f"shape {show_shape(input_shape)}",
                    "Correct axis, or the input.",
                )
            )
        shape = (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                # Statistics and what scales them keep the variable dtype: the arithmetic is in float32.
                autocast=False,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
                name="beta",
            )
        self.moving_mean = self._statistic(shape, self.moving_mean_initializer, "moving_mean")
        self.moving_variance = self._statistic(shape, self.moving_variance_initializer, "moving_variance")
        if self.renorm:
            self.moving_stddev = self._statistic(shape, _square_root_of(self.moving_variance), "moving_stddev")
            self.renorm_mean = self._statistic(shape, "zeros", "renorm_mean")
            self.renorm_stddev = self._statistic(shape, _square_root_of(self.moving_variance), "renorm_stddev")
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})
        self.built = True

    def _statistic(self, shape: Any, initializer: Any, name: str) -> Any:
        return self.add_weight(shape=shape, initializer=initializer, trainable=False, autocast=False, name=name)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Normalised inputs; in training the moving statistics advance."""
        dtype = inputs.dtype
        x = inputs.astype(jnp.promote_types(dtype, jnp.float32))
        channel = self.axis % x.ndim
        shape = tuple(size if a == channel else 1 for a, size in enumerate(x.shape))
        if training and self.trainable:
            mean, variance = _moments(x, channel, _counts(x, mask))
            mean, factor = self._advance(mean, variance)
        else:
            mean = self.moving_mean.value
            factor = lax.rsqrt(self.moving_variance.value + self.epsilon)
        if self.scale:
            factor = factor * self.gamma.value
        if channel == x.ndim - 1 and not (training and self.trainable):
            offset = self.beta.value if self.center else jnp.zeros_like(mean)
            return kernels.standardize(x, mean, factor, offset).astype(dtype)
        y = (x - mean.reshape(shape)) * factor.reshape(shape)
        if self.center:
            y = y + self.beta.value.reshape(shape)
        return y.astype(dtype)

    def _advance(self, mean: jax.Array, variance: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Let the moving statistics follow; returns what to subtract and what to multiply with."""
        deviation = jnp.sqrt(variance + self.epsilon) if self.renorm else None
        _follow(self.moving_mean, mean, self.momentum)
        if deviation is None:
            _follow(self.moving_variance, variance, self.momentum)
            return mean, lax.rsqrt(variance + self.epsilon)
        # y = (x - mean) / deviation * r + d, with r and d constants for the gradient (Ioffe 2017, algorithm 1).
        bounds = {"rmin": 0.0, "rmax": math.inf, "dmax": math.inf, **(self.renorm_clipping or {})}
        slow_mean, slow_deviation = self.renorm_mean.value, self.renorm_stddev.value
        r = jnp.clip(lax.stop_gradient(deviation / slow_deviation), bounds["rmin"], bounds["rmax"])
        d = lax.stop_gradient((mean - slow_mean) / slow_deviation)
        d = jnp.clip(d, -bounds["dmax"], bounds["dmax"])
        _follow(self.moving_stddev, deviation, self.momentum)
        self.moving_variance.assign(jnp.square(self.moving_stddev.value) - self.epsilon)
        _follow(self.renorm_mean, mean, self.renorm_momentum)
        _follow(self.renorm_stddev, deviation, self.renorm_momentum)
        factor = r / deviation
        return mean - d / factor, factor

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape


def _follow(statistic: Any, value: jax.Array, momentum: float) -> None:
    statistic.assign(statistic.value * momentum + lax.stop_gradient(value) * (1.0 - momentum))


def _square_root_of(variance: Any) -> Any:
    return lambda shape, dtype=None: jnp.sqrt(variance.value).astype(dtype)


def _counts(x: jax.Array, mask: Any) -> jax.Array | None:
    """How much each place counts, 0 or 1, with size 1 on axes along which it is the same; None if all count."""
    rows = context.current().rows
    counts = None
    if mask is not None:
        counts = jnp.asarray(mask, x.dtype)
        counts = counts.reshape(counts.shape + (1,) * (x.ndim - counts.ndim))
    if rows is not None:
        real = rows.astype(x.dtype).reshape(rows.shape + (1,) * (x.ndim - 1))
        counts = real if counts is None else counts * real
    return counts


def _moments(x: jax.Array, channel: int, counts: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """Mean and variance of each channel, over the places that count."""
    axes = tuple(a for a in range(x.ndim) if a != channel)
    if counts is None:
        mean = x.mean(axes, keepdims=True)
        return mean.reshape(-1), jnp.square(x - mean).mean(axes)
    # What does not count may be anything, NaN included.
    x = jnp.where(counts > 0, x, jnp.zeros((), x.dtype))
    total = counts.sum(axes, keepdims=True) * math.prod(x.shape[a] for a in axes if counts.shape[a] == 1)
    total = jnp.maximum(total, 1e-7)
    mean = (x * counts).sum(axes, keepdims=True) / total
    variance = (jnp.square(x - mean) * counts).sum(axes, keepdims=True) / total
    return mean.reshape(-1), variance.reshape(-1)
