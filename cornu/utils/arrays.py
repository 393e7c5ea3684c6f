"""Small functions on label and sample arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.errors import explain


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """One-hot rows of class numbers.

    Shapes:
        x: (...), whole numbers; a last axis of size 1 is dropped.
        result: (..., classes), the default float.

    Example:
        >>> to_categorical([0, 2], 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x, dtype=np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    classes = int(labels.max(initial=-1)) + 1 if num_classes is None else num_classes
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            explain(
                "to_categorical",
                f"class numbers from 0 to {classes - 1}",
                f"{labels.min()} to {labels.max()}",
                "Renumber the classes, or pass num_classes.",
            )
        )
    return np.eye(classes, dtype=np.float32)[labels]


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """Vectors along an axis divided by their norm; zero vectors stay.

    Example:
        >>> normalize([[3.0, 4.0]]).tolist()
        [[0.6, 0.8]]
    """
    array = np.atleast_1d(np.asarray(x))
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    return array / np.expand_dims(norm, axis)
