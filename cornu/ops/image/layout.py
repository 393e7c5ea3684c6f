"""How images lie in arrays: with or without a batch axis, channels last or first."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from cornu.core import config
from cornu.core.errors import ShapeError, explain, show_shape


def channels_first(data_format: str | None) -> bool:
    """Whether the channels come before the sides; None asks the configuration."""
    chosen = data_format or config.image_data_format()
    if chosen not in ("channels_last", "channels_first"):
        raise ValueError(
            explain("An image function", "data_format 'channels_last' or 'channels_first'", repr(chosen), "Choose one.")
        )
    return chosen == "channels_first"


def check_images(x: jax.Array, what: str) -> None:
    """Refuse what is neither an image (3 axes) nor a batch of images (4 axes)."""
    if x.ndim not in (3, 4):
        raise ShapeError(
            explain(
                what, "images (height, width, channels), with or without a batch axis", show_shape(x.shape), "Reshape."
            )
        )


def on_channels_last(
    what: str, images: jax.Array, data_format: str | None, function: Callable[[jax.Array], jax.Array]
) -> jax.Array:
    """``function`` of images as (batch, height, width, channels); the result lies as the images did."""
    check_images(images, what)
    first = channels_first(data_format)
    x = jnp.moveaxis(images, -3, -1) if first else images
    result = function(x if images.ndim == 4 else x[None])
    result = result if images.ndim == 4 else result[0]
    return jnp.moveaxis(result, -1, -3) if first else result


def keep_dtype(result: jax.Array, like: jax.Array) -> jax.Array:
    """A float result in the dtype of the images; ints are rounded and stay in bounds."""
    if jnp.issubdtype(like.dtype, jnp.integer) and jnp.issubdtype(result.dtype, jnp.inexact):
        limits = jnp.iinfo(like.dtype)
        return jnp.clip(jnp.round(result), limits.min, limits.max).astype(like.dtype)
    return result.astype(like.dtype)
