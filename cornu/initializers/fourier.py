"""Kernels that make a convolution a short-time Fourier transform."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.initializers.initializer import Initializer, as_dtype

# a_k of the window sum_k (-1)^k a_k cos(2 pi k n / N).
_WINDOWS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
}


@declared
class STFT(Initializer):
    """Kernel of a 1-D convolution that computes one side of a short-time Fourier transform.

    ``kernel[n, 0, k] = scale * window[n] * cos(2 pi n k / length)`` for the real side, ``-sin`` for the imaginary,
    with ``length = 2 * (bins - 1)``.

    Shapes:
        kernel: (frame length, 1, bins).

    Args:
        side: "real" or "imag".
        window: name of a window, an array of the frame's length, or None.
        scaling: "density" divides by the root of the window's energy, "spectrum" by its sum, None by nothing; without
            a window nothing is scaled.
        periodic: whether a named window is one period, rather than symmetric.

    Example:
        >>> STFT("real", window=None, scaling=None)((4, 1, 3))[:, 0, 1].round(6).tolist()
        [1.0, 0.0, -1.0, -0.0]

    Source: numbers as ``keras.initializers.STFT``.
    """

    side: str = "real"
    window: Any = "hann"
    scaling: str | None = "density"
    periodic: bool = False

    def check(self) -> None:
        """Refuse words that are not known."""
        accepted = {"side": ("real", "imag"), "scaling": ("density", "spectrum", None)}
        if isinstance(self.window, str):
            accepted["window"] = tuple(_WINDOWS)
        for name, words in accepted.items():
            if getattr(self, name) not in words:
                needs = f"one of {', '.join(map(repr, words))}"
                raise ValueError(explain(f"STFT's {name}", needs, repr(getattr(self, name)), "Correct the argument."))

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        """The kernel of a shape."""
        if len(shape) != 3:
            needs = "a shape of 3 axes, (frame length, 1, bins)"
            raise ShapeError(explain("STFT", needs, show_shape(tuple(shape)), "Use it for the kernel of a Conv1D."))
        length, inputs, bins = shape
        window = self._window(length)
        angle = 2 * np.pi / (2 * max(bins - 1, 1)) * np.outer(np.arange(length), np.arange(bins))
        wave = np.cos(angle) if self.side == "real" else -np.sin(angle)
        return as_dtype(np.broadcast_to((window[:, None] * wave)[:, None, :], (length, inputs, bins)), dtype)

    def _window(self, length: int) -> np.ndarray:
        if self.window is None:
            return np.ones(length)
        window = _named(self.window, length, self.periodic) if isinstance(self.window, str) else np.asarray(self.window)
        if window.shape != (length,):
            raise ShapeError(
                explain("STFT", f"a window of shape ({length},)", show_shape(window.shape), "Pass one value a sample.")
            )
        divisor = {"density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(window), None: 1.0}
        return window / divisor[self.scaling]


def _named(name: str, length: int, periodic: bool) -> np.ndarray:
    angle = 2 * np.pi * np.arange(length) / (length if periodic else max(length - 1, 1))
    return np.sum([(-1) ** k * a * np.cos(k * angle) for k, a in enumerate(_WINDOWS[name])], axis=0)
