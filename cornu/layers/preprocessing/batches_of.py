"""What ``adapt`` takes: one array, or batches one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


def batches_of(data: Any, steps: int | None = None) -> Iterator[Any]:
    """The batches of some data; an array is one batch.

    Args:
        data: an array, a list of values, or an iterable of batches or of ``(x, y)`` batches.
        steps: how many batches at most.

    Example:
        >>> [batch.shape for batch in batches_of(iter([np.ones((2, 3)), np.ones((1, 3))]))]
        [(2, 3), (1, 3)]
    """
    if hasattr(data, "shape") or isinstance(data, (list, tuple, str, int, float)) or not isinstance(data, Iterable):
        yield _array(data)
        return
    for step, batch in enumerate(data):
        if steps is not None and step >= steps:
            return
        yield _array(batch[0] if isinstance(batch, tuple) else batch)


def _array(batch: Any) -> Any:
    # Tensors of TensorFlow and PyTorch know how to become arrays.
    return batch.numpy() if hasattr(batch, "numpy") and not isinstance(batch, np.ndarray) else np.asarray(batch)
