"""Images read at places between the pixels: affine, perspective and elastic maps."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import seeds
from cornu.core.errors import explain
from cornu.core.module import Module
from cornu.core.op import op
from cornu.ops.image.filtering import smooth
from cornu.ops.image.layout import keep_dtype, on_channels_last
from cornu.ops.tensor import Tensor

_ORDERS = {"nearest": 0, "bilinear": 1}


def _mirrored(index: jax.Array, size: int) -> jax.Array:
    last = size - 1
    return jnp.abs((index + last) % (2 * last) - last) if last else jnp.zeros_like(index)


# Which pixel stands for one outside: d c b | a b c d | c b a (mirror), c b a | a b c | c b a (reflect).
_OUTSIDE: dict[str, Callable[[jax.Array, int], jax.Array]] = {
    "constant": lambda index, size: index,
    "nearest": lambda index, size: jnp.clip(index, 0, size - 1),
    "wrap": lambda index, size: index % size,
    "mirror": _mirrored,
    "reflect": lambda index, size: _mirrored(2 * index + 1, 2 * size + 1) // 2,
}


def _neighbours(coordinate: jax.Array, order: int) -> list[tuple[jax.Array, Any]]:
    """The pixels next to a place on one axis, and their weights."""
    if order == 0:
        away = jnp.where(coordinate < 0, -jnp.floor(-coordinate + 0.5), jnp.floor(coordinate + 0.5))
        return [(away.astype("int32"), 1)]
    lower = jnp.floor(coordinate)
    above = coordinate - lower
    return [(lower.astype("int32"), 1 - above), (lower.astype("int32") + 1, above)]


def sample(x: jax.Array, coordinates: list[jax.Array], order: int, fill_mode: str, fill_value: Any) -> jax.Array:
    """An array at places given by one array of coordinates for each axis."""
    if fill_mode not in _OUTSIDE:
        raise ValueError(
            explain("Sampling an image", f"a fill_mode from {', '.join(_OUTSIDE)}", repr(fill_mode), "Choose one.")
        )
    exact = x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype("float32")
    total: Any = 0
    for corner in itertools.product(*(_neighbours(c, order) for c in coordinates)):
        places, weight, inside = [], jnp.ones((), exact.dtype), jnp.ones((), bool)
        for (index, part), size in zip(corner, x.shape, strict=True):
            place = _OUTSIDE[fill_mode](index, size)
            inside = inside & (place >= 0) & (place < size)
            places.append(jnp.clip(place, 0, size - 1))
            weight = weight * part
        value = exact[tuple(places)]
        if fill_mode == "constant":
            value = jnp.where(inside, value, jnp.asarray(fill_value, exact.dtype))
        total = total + weight * value
    return keep_dtype(total.astype(exact.dtype), x)


@op
def map_coordinates(
    inputs: Tensor, coordinates: Tensor, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> Tensor:
    """An array read at any places.

    Shapes:
        coordinates: (axes of the inputs, ...), in pixels.
        result: (...).

    Args:
        order: 0: the nearest pixel; 1: linear between neighbours.
        fill_mode: what is outside: "constant" (``fill_value``), "nearest", "wrap", "mirror" or "reflect".

    Example:
        >>> map_coordinates([0.0, 10.0], [[0.5]], 1).tolist()
        [5.0]
    """
    if order not in (0, 1):
        raise ValueError(explain("image.map_coordinates", "order 0 or 1", repr(order), "Choose one."))
    return sample(jnp.asarray(inputs), list(jnp.asarray(coordinates)), order, fill_mode, fill_value)


def _order(interpolation: str) -> int:
    if interpolation not in _ORDERS:
        raise ValueError(
            explain("Warping an image", "interpolation 'nearest' or 'bilinear'", repr(interpolation), "Choose one.")
        )
    return _ORDERS[interpolation]


def _warp(x: jax.Array, rows: jax.Array, columns: jax.Array, order: int, fill_mode: str, fill_value: Any) -> jax.Array:
    """Images (batch, height, width, channels) at (batch, height, width) rows and columns."""

    def one(plane: jax.Array, r: jax.Array, c: jax.Array) -> jax.Array:
        return sample(plane, [r, c], order, fill_mode, fill_value)

    over_channels = jax.vmap(one, in_axes=(-1, None, None), out_axes=-1)
    return jax.vmap(over_channels)(x, rows, columns)


def _grid(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    rows, columns = jnp.meshgrid(*(jnp.arange(n, dtype="float32") for n in x.shape[1:3]), indexing="ij")
    return rows, columns


def _projected(x: jax.Array, coefficients: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where each pixel comes from: ``((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)``, ``k = c0 x + c1 y + 1``."""
    rows, columns = _grid(x)
    parts = jnp.broadcast_to(coefficients.astype("float32"), (x.shape[0], 8))
    a0, a1, a2, b0, b1, b2, c0, c1 = (parts[:, i, None, None] for i in range(8))
    depth = c0 * columns + c1 * rows + 1
    return (b0 * columns + b1 * rows + b2) / depth, (a0 * columns + a1 * rows + a2) / depth


def _rows(images: Tensor, *_: Any, **__: Any) -> bool:
    return len(images.shape) == 4


@op(rows=_rows)
def affine_transform(
    images: Tensor,
    transform: Tensor,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """The pixel at (x, y) comes from ``(a0 x + a1 y + a2, b0 x + b1 y + b2)``.

    Shapes:
        transform: (8,), or (batch, 8): a0, a1, a2, b0, b1, b2, and two numbers that are not read.

    Args:
        interpolation: "nearest" or "bilinear".
        fill_mode: what is outside: "constant" (``fill_value``), "nearest", "wrap", "mirror" or "reflect".

    Example:
        >>> affine_transform([[[1.0], [2.0]]], [1, 0, 1, 0, 1, 0, 0, 0]).ravel().tolist()
        [2.0, 0.0]
    """
    flat = jnp.asarray(transform).at[..., 6:].set(0)
    order = _order(interpolation)

    def run(x: jax.Array) -> jax.Array:
        return _warp(x, *_projected(x, flat), order, fill_mode, fill_value)

    return on_channels_last("image.affine_transform", jnp.asarray(images), data_format, run)


@op(rows=_rows)
def perspective_transform(
    images: Tensor,
    start_points: Tensor,
    end_points: Tensor,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images warped so that four points go to four others, straight lines staying straight.

    Shapes:
        start_points, end_points: (4, 2), or (batch, 4, 2): x and y of each.
    """
    starts, ends = (jnp.asarray(p, "float32").reshape(-1, 4, 2) for p in (start_points, end_points))
    coefficients = jax.vmap(_homography)(starts, ends)
    order = _order(interpolation)

    def run(x: jax.Array) -> jax.Array:
        return _warp(x, *_projected(x, coefficients), order, "constant", fill_value)

    return on_channels_last("image.perspective_transform", jnp.asarray(images), data_format, run)


def _homography(starts: jax.Array, ends: jax.Array) -> jax.Array:
    """The eight coefficients that take the end points back to the start points: two equations for each pair."""
    x, y = ends.T
    zero, one = jnp.zeros(4), jnp.ones(4)
    equations = [
        jnp.stack([x, y, one, zero, zero, zero, -x * starts[:, 0], -y * starts[:, 0]], -1),
        jnp.stack([zero, zero, zero, x, y, one, -x * starts[:, 1], -y * starts[:, 1]], -1),
    ]
    return jnp.linalg.solve(jnp.concatenate(equations), jnp.concatenate([starts[:, 0], starts[:, 1]]))


def _key(seed: Any) -> jax.Array:
    if isinstance(seed, Module):  # a SeedGenerator
        return seed.next()  # type: ignore[attr-defined]  # cornu.random is a sibling, not to be imported
    if seed is None:
        seed = seeds.draw_default_seed()
    if isinstance(seed, int):
        return jnp.array([seed % 2**32, 0], "uint32")
    return jnp.asarray(seed, "uint32")


@op
def elastic_transform(
    images: Tensor,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Tensor:
    """Pixels moved by smooth random fields, one for each image.

    Args:
        alpha: how far: the fields are normal noise, smoothed, times alpha.
        sigma: how smooth: standard deviation of the Gaussian, in pixels.

    Source: Simard et al. 2003, section 2; the draws are not those of Keras.
    """
    order = _order(interpolation)

    def run(x: jax.Array) -> jax.Array:
        rows, columns = _grid(x)
        noise = jax.random.normal(_key(seed), (*x.shape[:3], 2))
        size = int(6 * sigma) | 1
        moves = alpha * smooth(noise, (size, size), (sigma, sigma))
        return _warp(x, rows + moves[..., 0], columns + moves[..., 1], order, fill_mode, fill_value)

    return on_channels_last("image.elastic_transform", jnp.asarray(images), data_format, run)
