"""Functions and operators in graphs, through configs and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers, ops

X = np.linspace(-1, 1, 24, dtype="float32").reshape(2, 3, 4)
ROW = np.arange(4, dtype="float32")

GRAPHS: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: (2.0 * x + 1 - x / 3) ** 2,
    "reflected": lambda x: (1 - x) * (2 / (x + 3)),
    "comparison": lambda x: ops.where(x > 0, x, -x),
    "constant array": lambda x: x + ROW,
    "constant first": lambda x: ops.add(ROW, x),
    "matmul": lambda x: x @ np.ones((4, 2), "float32"),
    "slices": lambda x: x[:, :2, 0],
    "ellipsis": lambda x: x[..., 1],
    "new axis": lambda x: x[:, None],
    "one place": lambda x: x[:, 1, 2],
    "list of places": lambda x: x[:, [2, 0]],
    "rows": lambda x: x[[1, 0]],
    "config": lambda x: ops.sum(x, axis=1, keepdims=True),
    "several results": lambda x: ops.split(x, 2, axis=-1)[1],
    "list of tensors": lambda x: ops.concatenate([x, x * 2.0], axis=1),
    "einsum": lambda x: ops.einsum("btd,btd->bt", x, x),
    "reshape": lambda x: ops.reshape(x, (-1, 6)),
    "relu": lambda x: ops.relu(x) + layers.Dense(4)(x),
    "negated": lambda x: -abs(x),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_by_way_of_json(name: str) -> None:
    x = keras.Input((3, 4))
    model = keras.Model(x, GRAPHS[name](x))
    again = keras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    assert again.output_shape == model.output_shape
    np.testing.assert_array_equal(again(X), model(X))
