"""The compiled library: found, loaded, its functions made known to XLA."""

from __future__ import annotations

import ctypes
import functools
import logging
import os
from pathlib import Path

import jax

_LIBRARY = Path(__file__).parent / "libcornu_kernels.so"
_INSTEAD = "XLA's own are used; convolutions with more than 32 groups are slow then."
_TARGETS = (
    "cornu_attention",
    "cornu_attention_gradient",
    "cornu_convolution_output",
    "cornu_convolution_data",
    "cornu_convolution_kernel",
    "cornu_convolution_packed",
    "cornu_kept",
    "cornu_max_pool_gradient",
    "cornu_packed_weights",
    "cornu_rectified_gradient",
    "cornu_lstm",
    "cornu_lstm_gradient",
    "cornu_gru",
    "cornu_gru_gradient",
)


@functools.cache
def available() -> bool:
    """Whether the native kernels can be called; ``CORNU_NATIVE=0`` says no.

    The first call loads the library, or logs why XLA's own kernels are used.
    """
    log = logging.getLogger("cornu")
    if os.environ.get("CORNU_NATIVE", "1") == "0":
        log.info("Native kernels are turned off (CORNU_NATIVE=0): %s", _INSTEAD)
        return False
    if not _LIBRARY.exists():
        log.info("Native kernels were not built (no C++ compiler at installation): %s", _INSTEAD)
        return False
    try:
        library = ctypes.CDLL(str(_LIBRARY))
        for name in _TARGETS:
            handler = jax.ffi.pycapsule(getattr(library, name))
            jax.ffi.register_ffi_target(name, handler, platform="cpu")
    except (OSError, AttributeError, RuntimeError) as problem:
        log.info("Native kernels cannot be loaded (%s): %s", problem, _INSTEAD)
        return False
    return True


@functools.cache
def vectors() -> tuple[int, int]:
    """Floats of a vector of this machine, and vectors of the widest panel of weights; where kernels are `available`."""
    assert available()
    library = ctypes.CDLL(str(_LIBRARY))
    return int(library.cornu_lanes()), int(library.cornu_widest_panel())
