"""Random data for each family: ``DATA[family](rng, rows, **sizes)`` gives lists of inputs and of targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.suite.workloads import Workload

Arrays = list[np.ndarray]
Random = np.random.Generator


def _classes(rng: Random, count: int, *shape: int) -> np.ndarray:
    return rng.integers(count, size=shape).astype(np.int32)


def mlp(rng: Random, rows: int) -> tuple[Arrays, Arrays]:
    return [rng.random((rows, 784), dtype=np.float32)], [_classes(rng, 10, rows)]


def autoencoder(rng: Random, rows: int) -> tuple[Arrays, Arrays]:
    x = rng.random((rows, 28, 28, 1), dtype=np.float32)
    return [x], [x]


def toy_resnet(rng: Random, rows: int, side: int) -> tuple[Arrays, Arrays]:
    x = rng.random((rows, side, side, 3), dtype=np.float32)
    return [x], [np.eye(10, dtype=np.float32)[_classes(rng, 10, rows)]]


def tickets(rng: Random, rows: int, vocabulary: int, title: int, body: int) -> tuple[Arrays, Arrays]:
    """Word indices as floats, as the guide feeds them."""
    x = [_classes(rng, count, rows, width) for count, width in ((vocabulary, title), (vocabulary, body), (2, 12))]
    return [a.astype(np.float32) for a in x], [
        rng.random((rows, 1), dtype=np.float32),
        _classes(rng, 2, rows, 4).astype(np.float32),
    ]


def encoder(rng: Random, rows: int, tokens: int, vocabulary: int, classes: int, **_: Any) -> tuple[Arrays, Arrays]:
    return [_classes(rng, vocabulary, rows, tokens)], [_classes(rng, classes, rows)]


def language(rng: Random, rows: int, tokens: int, vocabulary: int, **_: Any) -> tuple[Arrays, Arrays]:
    """Each token's target is the next one."""
    text = _classes(rng, vocabulary, rows, tokens + 1)
    return [text[:, :-1]], [text[:, 1:]]


def resnet50(rng: Random, rows: int, side: int, classes: int, **_: Any) -> tuple[Arrays, Arrays]:
    return [rng.random((rows, side, side, 3), dtype=np.float32)], [_classes(rng, classes, rows)]


def wide(rng: Random, rows: int, vocabulary: int, ids: int, **_: Any) -> tuple[Arrays, Arrays]:
    """Ids by Zipf's law: few are frequent, most are rare."""
    x = np.minimum(rng.zipf(1.2, size=(rows, ids)), vocabulary) - 1
    return [x.astype(np.int32)], [_classes(rng, 2, rows, 1).astype(np.float32)]


def tagger(rng: Random, rows: int, vocabulary: int, tokens: int, tags: int, **_: Any) -> tuple[Arrays, Arrays]:
    """Sequences of a quarter to the whole length, zeros after their end."""
    x = 1 + _classes(rng, vocabulary - 1, rows, tokens)
    lengths = rng.integers(tokens // 4, tokens + 1, size=(rows, 1))
    return [np.where(np.arange(tokens) < lengths, x, 0).astype(np.int32)], [_classes(rng, tags, rows, tokens)]


DATA: dict[str, Callable[..., tuple[Arrays, Arrays]]] = {
    "mlp": mlp,
    "autoencoder": autoencoder,
    "toy_resnet": toy_resnet,
    "tickets": tickets,
    "encoder": encoder,
    "decoder": language,
    "language": language,
    "resnet50": resnet50,
    "wide": wide,
    "tagger": tagger,
}


def make(work: Workload, rows: int | None = None) -> tuple[Arrays, Arrays]:
    """The same data for every contender."""
    return DATA[work.family](np.random.default_rng(0), rows or work.rows, **work.sizes)
