"""Noticing steps whose loss or gradients are not finite, without waiting for any step."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

# Verdicts that may wait unread; beyond, the oldest is waited for, so that few batches of a stream are kept.
_WAITING = 4
# Gives the batch of a step, and the numbers of its rows in the data, None if they have none.
Batch = Callable[[int], tuple[Any, np.ndarray | None]]


class NonFiniteWarning(RuntimeWarning):
    """A training step's loss or gradients are not finite."""


def is_finite(loss: Any, gradients: Sequence[Any]) -> Any:
    """Whether a step is worth taking; a bool scalar, found from the loss and a slice of each gradient.

    Of a gradient the first entry along all axes but the last is looked at: where the gradient with respect to a
    layer's outputs is not finite, neither is any row of its kernel's gradient, and a bias's is looked at whole. So
    this costs nothing that could be measured (docs/decisions/007). It misses a row of an Embedding; the loss is not
    finite then when that row is next used.
    """
    finite = jnp.isfinite(loss).all()
    for leaf in jax.tree_util.tree_leaves(list(gradients)):
        if jnp.issubdtype(leaf.dtype, jnp.floating) and leaf.size:
            finite &= jnp.isfinite(leaf[(0,) * (leaf.ndim - 1)] if leaf.ndim else leaf).all()
    return finite


class Watch:
    """The verdicts of dispatched steps, read as they come in.

    Attributes:
        found: number and batch of the first step that was not finite.
        report: what was said of it.
    """

    def __init__(self) -> None:
        self.found: tuple[int, Batch] | None = None
        self.report: str | None = None
        self._waiting: deque[tuple[int, Any, Batch]] = deque()

    def add(self, first: int, verdict: Any, batch: Batch) -> None:
        """A call was dispatched.

        Args:
            first: number of a streamed step; 0 where verdicts are numbers of steps.
            verdict: int32 scalar, on its way: number of the first step that was not finite, -1 if there is none.
            batch: of these steps.
        """
        if self.found is not None:
            return
        self._waiting.append((first, verdict, batch))
        while self._waiting and (len(self._waiting) > _WAITING or self._waiting[0][1].is_ready()):
            self._read()

    def settle(self) -> None:
        """Wait for all verdicts."""
        while self._waiting:
            self._read()

    def _read(self) -> None:
        first, verdict, batch = self._waiting.popleft()
        number = int(verdict)
        if number >= 0:
            self.found = first + number, batch
            self._waiting.clear()

    def say(self, report: str) -> None:
        """Tell of it, once."""
        self.report = report
        warnings.warn(report, NonFiniteWarning, stacklevel=2)
