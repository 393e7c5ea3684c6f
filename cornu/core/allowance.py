"""How many bytes of variables a config may ask for, and which of them wait for values from a file."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context
from cornu.core.errors import UnsafeFileError, explain

# Rounds of loops in Python that a config may cause, 0.1 to 1 us each.
_ROUNDS = 250_000
# A round that records an operation of JAX costs as much as so many that only count.
ROUNDS_OF_AN_OPERATION = 200
_ALIGNMENT = 64  # JAX takes NumPy memory over without a copy only if it is aligned so


class Allowance:
    """Bytes for variables that a config makes. A size in a config is a number; nobody has to own that much memory.

    Args:
        most: bytes in all.
        source: where the number comes from; for errors.
        defer: whether variables wait for stored values; ``complete`` then draws first values for the rest.
    """

    def __init__(self, most: int, source: str, defer: bool = False):
        self.most, self.source, self.defer = most, source, defer
        self._taken = self._rounds = 0
        self._waiting: list[tuple[Any, Any, Callable[[], Any]]] = []

    def take(self, shape: tuple[int, ...], dtype: str, path: str) -> None:
        """Ask for memory before it is allocated."""
        self._taken += math.prod(shape) * jnp.dtype(dtype).itemsize
        if self._taken > self.most:
            raise UnsafeFileError(
                explain(
                    "A config's weights",
                    f"to fit into {self.most:,} bytes ({self.source})",
                    f"{self._taken:,} with {path!r} of shape {shape}",
                    "The config is damaged or hostile.",
                )
            )

    def work(self, rounds: int, what: str) -> None:
        """Ask for a loop before it runs."""
        self._rounds += rounds
        if self._rounds > _ROUNDS:
            raise UnsafeFileError(
                explain(
                    "A config",
                    f"loops of {_ROUNDS:,} rounds at most",
                    f"{self._rounds:,} with {what}",
                    "The config is damaged or hostile.",
                )
            )

    def placeholder(self, shape: tuple[int, ...], dtype: str) -> jax.Array:
        """Zeros that take no memory until they are looked at (calloc), and no compilation for their shape."""
        size = math.prod(shape) * jnp.dtype(dtype).itemsize
        memory = np.zeros(size + _ALIGNMENT, np.uint8)
        at = -memory.ctypes.data % _ALIGNMENT
        return jax.device_put(memory[at : at + size].view(jnp.dtype(dtype)).reshape(shape), may_alias=True)

    def wait(self, variable: Any, placeholder: Any, initialize: Callable[[], Any]) -> None:
        """Remember a variable that holds a placeholder."""
        self._waiting.append((variable, placeholder, initialize))

    def complete(self) -> None:
        """First values for the variables that nothing was stored for."""
        waiting, self._waiting = self._waiting, []
        for variable, placeholder, initialize in waiting:
            if variable._value is placeholder:
                variable._value = initialize()


def bounded(rounds: int, what: str) -> None:
    """To be called before a loop in Python whose length is an argument; it refuses long ones while a config is read.

    In code an author may ask for any.
    """
    allowance = context.current().allowance
    if allowance is not None:
        allowance.work(rounds, what)


# Where Linux says how much memory the processes of a container may take.
_GROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@functools.cache
def _memory() -> int:
    """Bytes that this machine, or this container, has."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _GROUPS:
        with suppress(OSError, ValueError):
            sizes.append(int(Path(path).read_text()))
    return min(sizes)


@contextmanager
def limited(allowance: Allowance | None = None) -> Generator[None, None, None]:
    """Variables made in a ``with`` block count against an allowance; this machine's memory if nobody gave one."""
    if allowance is None and context.current().allowance is not None:
        yield
        return
    with context.scope(allowance=allowance or Allowance(_memory(), "this machine's memory")):
        yield
