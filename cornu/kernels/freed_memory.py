"""Memory that one step gives back may wait for the next, where the C library would return it to the system.

A compiled program takes memory for its intermediate values in each call. glibc gives blocks of more than 32 MiB back
at once, and the system clears every page when it is touched again: 147,000 page faults for an epoch of a small
transformer, a tenth of its time. See ``docs/decisions/005-kernels.md``.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from pathlib import Path

from cornu.core.errors import explain

_LOG = logging.getLogger("cornu")
_GIB = 1 << 30
# Numbers of glibc's <malloc.h>.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
# mallopt takes an int.
_LARGEST = 2 * _GIB - 1


def keep_freed_memory(most: int = _GIB) -> bool:
    """Keep up to ``most`` bytes of freed memory in this process for what comes next, in place of the system.

    Training and prediction on the CPU gain where intermediate values take more than 32 MiB a step (measured: 7% for a
    transformer encoder, 10% for a recurrent tagger, nothing for small convolutional models). The price: the process
    looks larger to the system than what it uses, by up to ``most``. It holds for the whole process, for NumPy's arrays
    too, until it ends; all threads share one pool of memory, so call it before anything is computed.

    Args:
        most: bytes, up to 2 GiB.

    Returns:
        Whether the C library takes this; it has to be glibc 2.35 or later, so Linux. Elsewhere nothing changes, and
        a line in the log says so.

    Raises:
        ValueError: ``most`` is out of range.
        RuntimeError: JAX has started to compute, with threads that have pools of their own.

    Example:
        At the top of a script::

            import cornu as keras

            keras.config.keep_freed_memory()

    Source:
        glibc's ``mallopt``. From outside: ``MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=1073741824
        MALLOC_MMAP_THRESHOLD_=1073741824``.
    """
    if isinstance(most, bool) or not isinstance(most, int) or not 0 < most <= _LARGEST:
        raise ValueError(
            explain("keep_freed_memory", f"most between 1 and {_LARGEST} bytes", repr(most), "Give a number of bytes.")
        )
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        _LOG.warning("Freed memory is not kept: the C library has no mallopt. Nothing else changes.")
        return False
    if _threads_of_xla():
        raise RuntimeError(
            explain(
                "keep_freed_memory",
                "to be called before anything is computed",
                "a process in which JAX has started its threads",
                "Call it right after `import cornu`.",
            )
        )
    taken = [mallopt(_MMAP_THRESHOLD, most), mallopt(_TRIM_THRESHOLD, most), mallopt(_ARENA_MAX, 1)]
    if not all(taken):
        _LOG.warning("Freed memory is not kept: glibc before 2.35 does not take %d bytes. Nothing else changes.", most)
    return all(taken)


def _threads_of_xla() -> bool:
    """Whether threads that compute are there; JAX starts them with its backend."""
    return any(name.read_text().startswith("tf_XLA") for name in Path("/proc/self/task").glob("*/comm"))
