"""Class weights as sample weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.errors import StructureError, explain
from cornu.train.outputs import by_output


def weigh_classes(model: Any, y: Any, sample_weight: Any, class_weight: Any) -> Any:
    """Sample weights that give each row the weight of its class, times those already there.

    Args:
        y: targets: labels (rows,) or (rows, 1), or one-hot rows (rows, classes).
        sample_weight: weights already there, or None.
        class_weight: ``{class: weight}``, or a dict of those by output names.
    """
    if not isinstance(class_weight, dict):
        raise TypeError(
            explain(
                "class_weight",
                "a dict {class: weight}",
                type(class_weight).__name__,
                "Write for example {0: 1.0, 1: 5.0}.",
            )
        )
    if any(isinstance(v, dict) for v in class_weight.values()):
        names = list(model.output_names)
        targets = by_output(y, names, model.output, "y")
        before = by_output(sample_weight, names, model.output, "sample_weight")
        unknown = [k for k in class_weight if k not in names]
        if unknown:
            raise StructureError(
                explain(
                    "class_weight",
                    f"names of outputs ({', '.join(map(repr, names))})",
                    repr(unknown[0]),
                    "Rename the key.",
                )
            )
        return [
            _weigh(t, b, class_weight[n]) if n in class_weight else b
            for n, t, b in zip(names, targets, before, strict=True)
        ]
    if isinstance(y, (dict, list, tuple)):
        raise StructureError(
            explain(
                "class_weight",
                "a dict by output names for several outputs",
                "one for all",
                "Write {'output': {class: weight}, ...}.",
            )
        )
    return _weigh(y, sample_weight, class_weight)


def _weigh(y: Any, before: Any, class_weight: dict[Any, float]) -> np.ndarray:
    labels = np.asarray(y)
    if labels.ndim >= 2 and labels.shape[-1] > 1:
        labels = labels.argmax(-1)
    elif labels.ndim >= 2:
        labels = labels[..., 0]
    keys = {int(k): float(v) for k, v in class_weight.items()}
    whole = np.round(labels).astype(np.int64)
    size = max([*keys, int(whole.max(initial=0)), 0]) + 1
    table = np.ones(size, np.float32)
    for label, weight in keys.items():
        table[label] = weight
    weights = table[whole]
    return weights if before is None else weights * np.asarray(before, np.float32)
