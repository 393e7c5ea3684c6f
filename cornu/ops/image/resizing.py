"""Images in other sizes: resized, cropped, padded, and cut into patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.core.op import op
from cornu.ops.image.layout import channels_first, check_images, keep_dtype, on_channels_last
from cornu.ops.tensor import Tensor

Sizes = int | Sequence[int]
_METHODS = {
    "bilinear": "linear",
    "nearest": "nearest",
    "bicubic": "cubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}


def _method(interpolation: str) -> str:
    if interpolation not in _METHODS:
        raise ValueError(
            explain("image.resize", f"an interpolation from {', '.join(_METHODS)}", repr(interpolation), "Choose one.")
        )
    return _METHODS[interpolation]


@op(rows=lambda images, *_, **__: len(images.shape) == 4)
def resize(
    images: Tensor,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images in another size, pixel centres at ``(i + 0.5) * old / new - 0.5``.

    Args:
        size: (height, width).
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        antialias: when shrinking, average over all pixels that fall into one.
        crop_to_aspect_ratio: first cut the sides, in the middle, to the proportions of ``size``.
        pad_to_aspect_ratio: first pad them to those with ``fill_value``.

    Example:
        >>> resize([[[0.0], [1.0]]], (1, 4)).ravel().tolist()
        [0.0, 0.25, 0.75, 1.0]
    """
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError(explain("image.resize", "to crop or to pad", "both", "Set one of them."))
    if fill_mode != "constant":
        raise ValueError(explain("image.resize", "fill_mode 'constant'", repr(fill_mode), "Leave it out."))
    method = _method(interpolation)
    height, width = (int(s) for s in size)

    def run(x: jax.Array) -> jax.Array:
        if crop_to_aspect_ratio:
            x = _cropped(x, height, width)
        if pad_to_aspect_ratio:
            x = _padded(x, height, width, fill_value)
        shape = (x.shape[0], height, width, x.shape[3])
        exact = x if method == "nearest" or jnp.issubdtype(x.dtype, jnp.inexact) else x.astype("float32")
        return keep_dtype(jax.image.resize(exact, shape, method, antialias), x)

    return on_channels_last("image.resize", jnp.asarray(images), data_format, run)


def _cropped(x: jax.Array, height: int, width: int) -> jax.Array:
    h, w = x.shape[1:3]
    new_h, new_w = min(h, int(float(w * height) / width)), min(w, int(float(h * width) / height))
    top, left = (h - new_h) // 2, (w - new_w) // 2
    return x[:, top : top + new_h, left : left + new_w]


def _padded(x: jax.Array, height: int, width: int, value: float) -> jax.Array:
    h, w = x.shape[1:3]
    new_h, new_w = max(h, int(float(w * height) / width)), max(w, int(float(h * width) / height))
    # As many pixels on both sides; an odd one that is left over is not added, as in Keras.
    top, left = (new_h - h) // 2, (new_w - w) // 2
    return jnp.pad(x, ((0, 0), (top, top), (left, left), (0, 0)), constant_values=value)


@op
def scale_and_translate(
    images: Tensor,
    output_shape: Sequence[int],
    scale: Tensor,
    translation: Tensor,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Tensor:
    """``y[i]`` is ``x`` at ``(i - translation) / scale`` on each of some axes, pixel centres at ``i + 0.5``.

    Args:
        output_shape: of the whole result.
        scale, translation: one number for each axis of ``spatial_dims``.
        method: "linear", "bilinear", "cubic", "bicubic", "lanczos3" or "lanczos5".
        antialias: when shrinking, average over all pixels that fall into one.
    """
    x = jnp.asarray(images)
    exact = x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype("float32")
    return keep_dtype(
        jax.image.scale_and_translate(
            exact,
            tuple(output_shape),
            tuple(spatial_dims),
            jnp.asarray(scale),
            jnp.asarray(translation),
            method=_METHODS.get(method, method),
            antialias=antialias,
        ),
        x,
    )


def _two_of(what: str, names: tuple[str, str, str], values: tuple[int | None, int | None, int | None]) -> None:
    if sum(v is not None for v in values) != 2:
        raise ValueError(
            explain(what, f"exactly two of {', '.join(names)}", f"{values}", "Leave one of them out, or give one more.")
        )


@op(rows=lambda images, *_, **__: len(images.shape) == 4)
def crop_images(
    images: Tensor,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images without some rows and columns.

    Args:
        top_cropping, bottom_cropping, target_height: two of these; rows cut off, rows that stay.
        left_cropping, right_cropping, target_width: two of these.

    Example:
        >>> crop_images(jnp.ones((4, 4, 1)), 1, 1, target_height=2, target_width=3).shape
        (2, 3, 1)
    """
    vertical = (top_cropping, bottom_cropping, target_height)
    horizontal = (left_cropping, right_cropping, target_width)
    _two_of("image.crop_images", ("top_cropping", "bottom_cropping", "target_height"), vertical)
    _two_of("image.crop_images", ("left_cropping", "right_cropping", "target_width"), horizontal)

    def run(x: jax.Array) -> jax.Array:
        (top, bottom), (left, right) = (
            _crop_bounds(size, *cuts) for size, cuts in zip(x.shape[1:3], (vertical, horizontal), strict=True)
        )
        return x[:, top:bottom, left:right]

    return on_channels_last("image.crop_images", jnp.asarray(images), data_format, run)


def _crop_bounds(size: int, before: int | None, after: int | None, target: int | None) -> tuple[int, int]:
    if before is None:
        start = size - (after or 0) - (target or 0)
        end = size - (after or 0)
    else:
        start = before
        end = size - after if after is not None else before + (target or 0)
    if not 0 <= start < end <= size:
        raise ValueError(
            explain("image.crop_images", f"a part of {size} pixels", f"{start} to {end}", "Crop fewer of them.")
        )
    return start, end


@op(rows=lambda images, *_, **__: len(images.shape) == 4)
def pad_images(
    images: Tensor,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images with rows and columns of zeros around them.

    Args:
        top_padding, bottom_padding, target_height: two of these; rows put on, rows there are then.
        left_padding, right_padding, target_width: two of these.
    """
    vertical = (top_padding, bottom_padding, target_height)
    horizontal = (left_padding, right_padding, target_width)
    _two_of("image.pad_images", ("top_padding", "bottom_padding", "target_height"), vertical)
    _two_of("image.pad_images", ("left_padding", "right_padding", "target_width"), horizontal)

    def run(x: jax.Array) -> jax.Array:
        pairs = [_pad_pair(size, *pads) for size, pads in zip(x.shape[1:3], (vertical, horizontal), strict=True)]
        return jnp.pad(x, ((0, 0), *pairs, (0, 0)))

    return on_channels_last("image.pad_images", jnp.asarray(images), data_format, run)


def _pad_pair(size: int, before: int | None, after: int | None, target: int | None) -> tuple[int, int]:
    if before is None:
        before = (target or 0) - size - (after or 0)
    if after is None:
        after = (target or 0) - size - before
    if before < 0 or after < 0:
        raise ValueError(
            explain("image.pad_images", f"at least {size} pixels", f"padding {before} and {after}", "Use crop_images.")
        )
    return before, after


def _patches(
    x: jax.Array, size: tuple[int, ...], strides: Any, dilation: Sizes, padding: str, first: bool
) -> jax.Array:
    rank = len(size)
    steps = size if strides is None else _per_axis(strides, rank)
    order = tuple(range(rank + 2)) if first else (0, rank + 1, *range(1, rank + 1))
    planes = jnp.transpose(x, order)
    found = jax.lax.conv_general_dilated_patches(
        planes, size, steps, padding.upper(), rhs_dilation=_per_axis(dilation, rank)
    )  # (batch, channels * taps, *positions), channels slowest
    apart = jnp.reshape(found, (found.shape[0], planes.shape[1], -1, *found.shape[2:]))
    if first:
        return jnp.reshape(jnp.swapaxes(apart, 1, 2), found.shape)
    taps_first = jnp.transpose(apart, (0, *range(3, rank + 3), 2, 1))
    return jnp.reshape(taps_first, (*taps_first.shape[: rank + 1], -1))


def _per_axis(value: Sizes, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


@op(rows=lambda images, size, *_, **__: len(images.shape) == 2 + (2 if isinstance(size, int) else len(size)))
def extract_patches(
    images: Tensor,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The pixels under a sliding window, as the channels of one pixel.

    Shapes:
        images: (batch, height, width, channels), or without the batch axis.
        result: (batch, rows, columns, window * channels), channels fastest.

    Args:
        size: of the window; three sizes are for volumes, as in ``extract_patches_3d``.
        strides: ``size`` if None.

    Example:
        >>> extract_patches(jnp.arange(4.0).reshape(1, 2, 2, 1), 2).ravel().tolist()
        [0.0, 1.0, 2.0, 3.0]
    """
    window = _per_axis(size, 2)
    x = jnp.asarray(images)
    if len(window) == 2:
        check_images(x, "image.extract_patches")
    batched = x.ndim == len(window) + 2
    result = _patches(x if batched else x[None], window, strides, dilation_rate, padding, channels_first(data_format))
    return result if batched else result[0]


@op(rows=lambda volumes, *_, **__: len(volumes.shape) == 5)
def extract_patches_3d(
    volumes: Tensor,
    size: Sizes,
    strides: Sizes | None = None,
    dilation_rate: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """``extract_patches`` of volumes (batch, depth, height, width, channels), or without the batch axis."""
    return extract_patches(volumes, _per_axis(size, 3), strides, dilation_rate, padding, data_format)
