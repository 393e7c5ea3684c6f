"""One line per loss: class, arguments, function, and which kind of targets and outputs it takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Case(NamedTuple):
    """A loss class with its arguments, and the kind of data for it."""

    name: str
    kind: str
    kwargs: dict = {}  # noqa: RUF012  # a tuple's default, never changed
    shape: tuple = (4, 3)

    def __str__(self) -> str:
        arguments = "-".join(f"{k}={v}" for k, v in self.kwargs.items())
        return "-".join(filter(None, [self.name, arguments, "x".join(map(str, self.shape))]))


CASES = [
    *(
        Case(name, kind, {}, (4, 5, 3))
        for name, kind in [
            ("MeanSquaredError", "numbers"),
            ("MeanAbsoluteError", "numbers"),
            ("MeanAbsolutePercentageError", "numbers"),
            ("MeanSquaredLogarithmicError", "numbers"),
            ("Huber", "numbers"),
            ("LogCosh", "numbers"),
            ("CosineSimilarity", "numbers"),
            ("BinaryCrossentropy", "yes_no"),
            ("CategoricalCrossentropy", "one_hot"),
            ("SparseCategoricalCrossentropy", "classes"),
            ("KLDivergence", "distributions"),
            ("Poisson", "distributions"),
            ("Hinge", "yes_no"),
            ("SquaredHinge", "signs"),
            ("CategoricalHinge", "one_hot"),
            ("BinaryFocalCrossentropy", "yes_no"),
            ("CategoricalFocalCrossentropy", "one_hot"),
            ("Dice", "yes_no"),
            ("Tversky", "yes_no"),
        ]
    ),
    Case("Huber", "numbers", {"delta": 0.3}),
    Case("CosineSimilarity", "numbers", {"axis": 1}, (4, 5, 3)),
    Case("BinaryCrossentropy", "yes_no", {"label_smoothing": 0.2}),
    Case("BinaryCrossentropy", "yes_no_logits", {"from_logits": True}),
    Case("BinaryCrossentropy", "yes_no", {"axis": 1}, (4, 5, 3)),
    Case("CategoricalCrossentropy", "one_hot", {"label_smoothing": 0.2}),
    Case("CategoricalCrossentropy", "one_hot_logits", {"from_logits": True}),
    Case("CategoricalCrossentropy", "one_hot", {"axis": 1}, (4, 5, 3)),
    Case("SparseCategoricalCrossentropy", "classes_logits", {"from_logits": True}),
    Case("SparseCategoricalCrossentropy", "classes", {"ignore_class": 0}, (4, 5, 3)),
    Case("CategoricalGeneralizedCrossEntropy", "classes"),
    Case("CategoricalGeneralizedCrossEntropy", "classes", {"q": 0.2}),
    Case("BinaryFocalCrossentropy", "yes_no", {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5, "axis": 1}),
    Case("BinaryFocalCrossentropy", "yes_no_logits", {"from_logits": True, "label_smoothing": 0.1}),
    Case("CategoricalFocalCrossentropy", "one_hot", {"alpha": [0.1, 0.5, 1.0], "gamma": 1.5}),
    Case("CategoricalFocalCrossentropy", "one_hot_logits", {"from_logits": True, "label_smoothing": 0.1}),
    Case("Dice", "yes_no", {"axis": (1, 2)}, (4, 5, 3)),
    Case("Dice", "yes_no", {"axis": (0, 1)}, (4, 5, 3)),
    Case("Tversky", "yes_no", {"alpha": 0.3, "beta": 0.7, "axis": -1}),
    Case("Circle", "embeddings", {}, (6, 3)),
    Case("Circle", "embeddings", {"gamma": 2.0, "margin": 0.2, "remove_diagonal": False}, (6, 3)),
    Case("CTC", "sequences", {}, (3, 6, 4)),
]


def data(kind: str, shape: tuple, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Targets and outputs of a kind."""
    rng = np.random.default_rng(seed)
    kind, _, logits = kind.partition("_logits") if kind.endswith("_logits") else (kind, "", None)
    y_pred = rng.uniform(0.05, 0.95, shape).astype("float32")
    if logits is not None:
        y_pred = rng.normal(scale=3, size=shape).astype("float32")
    if kind == "numbers":
        return rng.normal(size=shape).astype("float32"), rng.normal(size=shape).astype("float32")
    if kind == "distributions":
        return rng.uniform(0, 1, shape).astype("float32"), y_pred
    if kind == "embeddings":
        lengths = np.linalg.norm(y_pred - 0.5, axis=-1, keepdims=True)
        return np.array([0, 0, 1, 1, 2, 0][: shape[0]]), 0.9 * (y_pred - 0.5) / lengths
    if kind == "sequences":
        return np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0]]), rng.normal(size=shape).astype("float32")
    if kind == "signs":
        return rng.choice([-1, 1], shape).astype("float32"), y_pred
    if kind == "yes_no":
        return rng.integers(0, 2, shape).astype("float32"), y_pred
    classes = rng.integers(0, shape[-1], shape[:-1])
    if kind == "classes":
        return classes, y_pred
    assert kind == "one_hot", kind
    return np.eye(shape[-1], dtype="float32")[classes], y_pred
