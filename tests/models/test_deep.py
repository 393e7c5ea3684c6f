"""A thousand layers: nothing recurses, nothing is quadratic."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

import cornu as keras
from cornu import layers

DEPTH = 1000


@contextmanager
def under(seconds: float) -> Generator[None, None, None]:
    """Processor time of this process: other work on the machine does not count."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


@pytest.fixture(scope="module")
def chain() -> keras.Model:
    layers.Dense(2)(keras.Input((2,)))  # compile the initializer
    with under(3.0):
        x = y = keras.Input((2,))
        for _ in range(DEPTH):
            y = layers.Dense(2)(y)
        return keras.Model(x, y)


def test_config(chain: keras.Model) -> None:
    with under(3.0):
        config = chain.get_config()
    config["layers"].reverse()  # worst order: each call waits for the next in the list
    with under(4.0):
        again = keras.Model.from_config(config)
    assert len(again.layers) == DEPTH + 1


def test_files(chain: keras.Model, tmp_path: Path) -> None:
    with under(10.0):
        chain.save(tmp_path / "m.keras")
        again = keras.models.load_model(tmp_path / "m.keras")
    assert len(again.weights) == 2 * DEPTH


def test_clone_and_summary(chain: keras.Model) -> None:
    with under(5.0):
        keras.models.clone_model(chain)
    with under(3.0):
        chain.summary(print_fn=lambda text: None)


def test_many_branches() -> None:
    with under(3.0):
        x = keras.Input((2,))
        model = keras.Model(x, [layers.Dense(1)(x) for _ in range(DEPTH)])
        keras.Model.from_config(model.get_config())
