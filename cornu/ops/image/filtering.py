"""Images smoothed, their edges, and how alike two are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.ops.image.layout import keep_dtype, on_channels_last
from cornu.ops.tensor import Tensor


def _each_channel(x: jax.Array, kernel: jax.Array, padding: str) -> jax.Array:
    """Each channel of (batch, height, width, channels) convolved by itself with a (height, width) kernel."""
    channels = x.shape[-1]
    return jax.lax.conv_general_dilated(
        x,
        jnp.tile(kernel[:, :, None, None].astype(x.dtype), (1, 1, 1, channels)),
        (1, 1),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=channels,
    )


def _bell(size: int, sigma: Any) -> jax.Array:
    """A Gaussian of ``size`` values that sum to 1."""
    distance = jnp.arange(size) - (size - 1) / 2
    return jax.nn.softmax(-0.5 * jnp.square(distance / sigma))


def smooth(x: jax.Array, kernel_size: Sequence[int], sigma: Sequence[float], padding: str = "SAME") -> jax.Array:
    """(batch, height, width, channels) convolved with a Gaussian, one axis after the other; 0 outside."""
    x = _each_channel(x, _bell(kernel_size[0], sigma[0])[:, None], padding)
    return _each_channel(x, _bell(kernel_size[1], sigma[1])[None, :], padding)


def _rows(images: Tensor, *_: Any, **__: Any) -> bool:
    return len(images.shape) == 4


@op(rows=_rows)
def gaussian_blur(
    images: Tensor,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Tensor:
    """Images convolved with ``exp(-(i / sigma) ** 2 / 2)``, scaled to sum 1; what is outside counts as 0.

    Args:
        kernel_size, sigma: (height, width), in pixels.

    Source: Keras 3.15 on JAX differs: it blurs along the width only, and darkens by the share of the other rows.
    """

    def run(x: jax.Array) -> jax.Array:
        exact = x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype("float32")
        return keep_dtype(smooth(exact, kernel_size, sigma), x)

    return on_channels_last("image.gaussian_blur", jnp.asarray(images), data_format, run)


@op(rows=_rows)
def sobel_edges(images: Tensor, data_format: str | None = None) -> Tensor:
    """Sobel's differences along the height and along the width; what is outside counts as 0.

    Shapes:
        result: the images' with a new last axis: (down, across).
    """
    x = jnp.asarray(images)
    down = jnp.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])
    edges = [
        on_channels_last("image.sobel_edges", x, data_format, lambda v, kernel=kernel: _each_channel(v, kernel, "SAME"))
        for kernel in (down, down.T)
    ]
    return jnp.stack(edges, axis=-1)


@op(rows=_rows)
def ssim(
    image1: Tensor,
    image2: Tensor,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Tensor:
    """The structural similarity of two images: 1 where they are equal (Wang et al. 2004, eq. 13).

    Shapes:
        image1, image2: (batch, height, width, channels), or without the batch axis.
        result: (batch,), or (): the mean over pixels and channels.

    Args:
        max_val: the range of the pixels.
        filter_size, filter_sigma: of the Gaussian window in which means and variances are taken.
    """
    a, b = jnp.asarray(image1), jnp.asarray(image2)
    if a.shape != b.shape:
        raise ShapeError(explain("image.ssim", "images of equal shape", show_shape([a.shape, b.shape]), "Resize one."))
    floats = jnp.promote_types(jnp.promote_types(a.dtype, b.dtype), jnp.float32)
    a, b = a.astype(floats), b.astype(floats)
    size, sigma = (filter_size, filter_size), (filter_sigma, filter_sigma)

    def mean(v: jax.Array) -> jax.Array:
        return on_channels_last("image.ssim", v, data_format, lambda x: smooth(x, size, sigma, "VALID"))

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = mean(a), mean(b)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    covariance = mean(a * b) - mean_a * mean_b
    variances = mean(a * a) - mean_a**2 + mean(b * b) - mean_b**2
    structure = (2 * covariance + c2) / (variances + c2)
    return jnp.mean(luminance * structure, axis=(-3, -2, -1))
