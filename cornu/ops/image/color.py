"""Colours: grey, and hue, saturation and value."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from cornu.core.errors import ShapeError, explain
from cornu.core.op import op
from cornu.ops.image.layout import channels_first, check_images
from cornu.ops.tensor import Tensor


def _planes(images: Tensor, data_format: str | None, what: str) -> tuple[jax.Array, int]:
    x = jnp.asarray(images)
    check_images(x, what)
    axis = -3 if channels_first(data_format) else -1
    if x.shape[axis] != 3:
        raise ShapeError(explain(what, "3 channels", str(x.shape[axis]), "Check data_format."))
    return x, axis


def _floats(images: Tensor, data_format: str | None, what: str) -> tuple[jax.Array, int]:
    x, axis = _planes(images, data_format, what)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(explain(what, "floats from 0 to 1", str(x.dtype), "Divide by 255 first."))
    return x, axis


@op(rows=True)
def rgb_to_grayscale(images: Tensor, data_format: str | None = None) -> Tensor:
    """``0.2989 r + 0.587 g + 0.114 b``, one channel (ITU-R BT.601).

    Example:
        >>> rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).shape
        (1, 1, 1)
    """
    x, axis = _planes(images, data_format, "image.rgb_to_grayscale")
    weights = jnp.array([0.2989, 0.587, 0.114], jnp.promote_types(x.dtype, jnp.float16))
    exact = jnp.moveaxis(x, axis, -1).astype(jnp.promote_types(x.dtype, jnp.float32))
    grey = jnp.tensordot(exact, weights.astype(exact.dtype), axes=1)
    return jnp.expand_dims(grey, axis).astype(x.dtype)


@op(rows=True)
def rgb_to_hsv(images: Tensor, data_format: str | None = None) -> Tensor:
    """Red, green and blue as hue, saturation and value; all from 0 to 1.

    Source: Smith 1978: value ``v = max``, saturation ``(max - min) / max``, hue the angle in sixths of a turn.

    Example:
        >>> rgb_to_hsv([[[0.0, 0.0, 1.0]]]).ravel().tolist()
        [0.6667, 1.0, 1.0]
    """
    x, axis = _floats(images, data_format, "image.rgb_to_hsv")
    r, g, b = jnp.moveaxis(x, axis, 0)
    value = jnp.max(x, axis)
    span = value - jnp.min(x, axis)
    safe = jnp.where(span > 0, span, 1)
    sixths = jnp.where(r == value, (g - b) / safe % 6, jnp.where(g == value, (b - r) / safe + 2, (r - g) / safe + 4))
    hue = jnp.where(span > 0, sixths / 6, 0)
    saturation = jnp.where(value > 0, span / jnp.where(value > 0, value, 1), 0)
    return jnp.stack([hue, saturation, value], axis).astype(x.dtype)


@op(rows=True)
def hsv_to_rgb(images: Tensor, data_format: str | None = None) -> Tensor:
    """Hue, saturation and value as red, green and blue: the inverse of ``rgb_to_hsv``."""
    x, axis = _floats(images, data_format, "image.hsv_to_rgb")
    hue, saturation, value = jnp.moveaxis(x, axis, 0)

    def channel(offset: float) -> jax.Array:
        # How far the hue is from where this channel is full, in sixths of a turn.
        sixth = (hue * 6 + offset) % 6
        return value - value * saturation * jnp.clip(jnp.minimum(sixth, 4 - sixth), 0, 1)

    return jnp.stack([channel(5), channel(3), channel(1)], axis).astype(x.dtype)
