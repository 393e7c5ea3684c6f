"""Fourier transforms, whole and over windows of time. Complex arrays go as pairs (real, imaginary)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core.allowance import ROUNDS_OF_AN_OPERATION, bounded
from cornu.core.errors import explain
from cornu.core.op import op
from cornu.ops.rules import rows_with_rank
from cornu.ops.special import float_array
from cornu.ops.tensor import Tensor

Complex = tuple[Any, Any]


def _joined(x: Any, what: str) -> jax.Array:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(explain(what, "a pair (real, imaginary)", type(x).__name__, "Pass (x, zeros_like(x))."))
    real, imaginary = (float_array(part) for part in x)
    if real.shape != imaginary.shape:
        raise ValueError(
            explain(what, "parts of equal shape", f"{real.shape} and {imaginary.shape}", "Correct the parts.")
        )
    return jax.lax.complex(real, imaginary)


def _parts(z: jax.Array) -> Complex:
    return jnp.real(z), jnp.imag(z)


def _rows_of_pair(x: Any, *_: Any, **__: Any) -> bool:
    return len(x[0].shape) > 1


@op(rows=_rows_of_pair)
def fft(x: Any) -> Complex:
    """Fourier's transform ``y[k] = sum_n x[n] exp(-2 pi i k n / N)`` along the last axis.

    Shapes:
        x: a pair (real, imaginary) of (..., N) floats; the result is one too.

    Example:
        >>> [part.tolist() for part in fft(([1.0, 1.0], [0.0, 0.0]))]
        [[2.0, 0.0], [0.0, 0.0]]
    """
    return _parts(jnp.fft.fft(_joined(x, "fft")))


@op(rows=lambda x: len(x[0].shape) > 2)
def fft2(x: Any) -> Complex:
    """``fft`` along the last two axes."""
    return _parts(jnp.fft.fft2(_joined(x, "fft2")))


@op(rows=lambda x: len(x[0].shape) > 2)
def ifft2(x: Any) -> Complex:
    """The inverse of ``fft2``."""
    return _parts(jnp.fft.ifft2(_joined(x, "ifft2")))


@op(rows=rows_with_rank(2))
def rfft(x: Tensor, fft_length: int | None = None) -> Complex:
    """The first half of the transform of real numbers along the last axis, which the rest mirrors.

    Shapes:
        x: (..., n), cut or filled with zeros to ``fft_length``.
        result: a pair (real, imaginary) of (..., fft_length // 2 + 1).
    """
    return _parts(jnp.fft.rfft(float_array(x), fft_length))


@op(rows=_rows_of_pair)
def irfft(x: Any, fft_length: int | None = None) -> Tensor:
    """The inverse of ``rfft``: real numbers, ``fft_length`` of them, or ``2 (k - 1)`` from k if None."""
    return jnp.fft.irfft(_joined(x, "irfft"), fft_length)


def _frames(x: jax.Array, size: int, stride: int) -> jax.Array:
    count = max((x.shape[-1] - size) // stride + 1, 0)
    starts = jnp.arange(count) * stride
    return x[..., starts[:, None] + jnp.arange(size)]


@op(rows=rows_with_rank(2))
def extract_sequences(x: Tensor, sequence_length: int, sequence_stride: int) -> Tensor:
    """Pieces of the last axis, ``sequence_stride`` apart; an incomplete last one is left out.

    Shapes:
        x: (..., time).
        result: (..., pieces, sequence_length).

    Example:
        >>> extract_sequences([1, 2, 3, 4, 5], 3, 2).tolist()
        [[1, 2, 3], [3, 4, 5]]
    """
    return _frames(jnp.asarray(x), sequence_length, sequence_stride)


def _window(window: Any, sequence_length: int, fft_length: int, dtype: Any) -> jax.Array:
    """The window's values, periodic, in the middle of ``fft_length`` zeros."""
    if window is None:
        values = jnp.ones(sequence_length, dtype)
    elif isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(
                explain("stft", "window 'hann', 'hamming', None or an array", repr(window), "Pass the values.")
            )
        low = 0.5 if window == "hann" else 0.54
        # In float64: the error would be 1e-6 of the result in float32.
        angle = 2 * np.pi * np.arange(sequence_length) / sequence_length
        values = jnp.asarray(low - (1 - low) * np.cos(angle), dtype)
    else:
        values = jnp.asarray(window, dtype)
        if values.shape != (sequence_length,):
            raise ValueError(
                explain("stft", f"a window of shape ({sequence_length},)", str(values.shape), "Correct its size.")
            )
    before = (fft_length - sequence_length) // 2
    return jnp.pad(values, (before, fft_length - sequence_length - before))


def _check_lengths(sequence_length: int, sequence_stride: int, fft_length: int) -> None:
    if not 0 < sequence_length <= fft_length or sequence_stride < 1:
        raise ValueError(
            explain(
                "stft",
                "0 < sequence_length <= fft_length and a stride from 1",
                f"{sequence_length}, {fft_length} and {sequence_stride}",
                "Correct the sizes.",
            )
        )


@op(rows=rows_with_rank(2))
def stft(
    x: Tensor, sequence_length: int, sequence_stride: int, fft_length: int, window: Any = "hann", center: bool = True
) -> Complex:
    """``rfft`` of windows of time: ``y[m, k] = rfft(w * x[m stride : m stride + fft_length])[k]``.

    Shapes:
        x: (..., time), real.
        result: a pair (real, imaginary) of (..., windows, fft_length // 2 + 1).

    Args:
        sequence_length: of the window, which lies in the middle of ``fft_length``.
        window: "hann", "hamming" (both periodic), None for ones, or (sequence_length,) values.
        center: x is mirrored at both ends, so that window m is centred at ``m * sequence_stride``.
    """
    _check_lengths(sequence_length, sequence_stride, fft_length)
    x = float_array(x)
    if center:
        half = fft_length // 2
        # JAX mirrors the signal as often as it takes.
        bounded(half // max(x.shape[-1] - 1, 1) * ROUNDS_OF_AN_OPERATION, "stft's fft_length")
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
    frames = _frames(x, fft_length, sequence_stride)
    return _parts(jnp.fft.rfft(frames * _window(window, sequence_length, fft_length, x.dtype)))


def _overlap(frames: jax.Array, stride: int) -> jax.Array:
    count, size = frames.shape[-2:]
    place = jnp.arange(count)[:, None] * stride + jnp.arange(size)
    length = (count - 1) * stride + size
    return jnp.zeros((*frames.shape[:-2], length), frames.dtype).at[..., place].add(frames)


@op(rows=_rows_of_pair)
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Tensor:
    """The signal whose ``stft`` is nearest to ``x``: windows added up, divided by the sum of their squares.

    Shapes:
        x: a pair (real, imaginary) of (..., windows, fft_length // 2 + 1).
        result: (..., time), cut or filled with zeros to ``length``.

    Source: Griffin & Lim 1984, eq. 6.
    """
    _check_lengths(sequence_length, sequence_stride, fft_length)
    z = _joined(x, "istft")
    frames = jnp.fft.irfft(z, fft_length)
    weights = _window(window, sequence_length, fft_length, frames.dtype)
    total = _overlap(frames * weights, sequence_stride)
    power = _overlap(jnp.broadcast_to(weights**2, frames.shape[-2:]), sequence_stride)
    result = jnp.where(power > 1e-10, total / jnp.where(power > 1e-10, power, 1), total)
    start = fft_length // 2 if center else 0
    end = start + length if length is not None else result.shape[-1] - start
    missing = max(end - result.shape[-1], 0)
    return jnp.pad(result, [(0, 0)] * (result.ndim - 1) + [(0, missing)])[..., start:end]
