"""Several cells as one."""

from __future__ import annotations

import functools
from typing import Any

import jax.numpy as jnp

from cornu.core import registry
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.layers.layer import Layer
from cornu.layers.rnn.cell import build_cell
from cornu.layers.signature import call_signature


def _cells(value: Any) -> list[Any]:
    cells = [registry.deserialize(c) if isinstance(c, dict) else c for c in value]
    for cell in cells:
        if not callable(cell) or getattr(cell, "state_size", None) is None:
            raise ValueError(
                explain(
                    "StackedRNNCells' cells",
                    "layers whose call takes (inputs, states) and that have state_size",
                    repr(cell)[:80],
                    "Set self.state_size in its __init__.",
                )
            )
    return cells


def _as_list(states: Any) -> list[Any]:
    return list(states) if isinstance(states, (list, tuple)) else [states]


@declared
class StackedRNNCells(Layer):
    """Several cells as one: the output of each is the input of the next.

    Shapes:
        x: (batch, features). states: a list for each cell. y: (batch, units of the last cell).

    Args:
        cells: the cells, first to last.

    Example:
        >>> import numpy as np
        >>> from cornu import layers
        >>> cell = StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(4)])
        >>> layers.RNN(cell)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)

    Source: as ``keras.layers.StackedRNNCells``.
    """

    cells: list[Any] = field(converter=_cells)

    @property
    def state_size(self) -> list[Any]:
        """Sizes of the states, for each cell."""
        return [c.state_size for c in self.cells]

    @property
    def output_size(self) -> Any:
        """Size of the last cell's output."""
        last = self.cells[-1]
        size = last.state_size
        return getattr(last, "output_size", size[0] if isinstance(size, (list, tuple)) else size)

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros, for each cell."""
        return [self._first_states(cell, batch_size) for cell in self.cells]

    def _first_states(self, cell: Any, batch_size: Any) -> list[Any]:
        if hasattr(cell, "get_initial_state"):
            return _as_list(cell.get_initial_state(batch_size=batch_size))
        return [jnp.zeros((batch_size, size), self.compute_dtype) for size in _as_list(cell.state_size)]

    def build(self, input_shape: Any) -> None:
        """Build each cell for the output of the one before."""
        shape = input_shape
        for cell in self.cells:
            build_cell(cell, shape, functools.partial(self._first_states, cell))
            size = _as_list(cell.state_size)[0]
            shape = (input_shape[0], getattr(cell, "output_size", size))
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = False, **kwargs: Any) -> Any:
        """The last cell's output, and the new states of all."""
        new_states = []
        for cell, old in zip(self.cells, states, strict=True):
            extra = {"training": training} if call_signature(type(cell)).takes("training") else {}
            inputs, new = cell(inputs, old, **extra)
            new_states.append(_as_list(new))
        return inputs, new_states

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Of one step."""
        return (input_shape[0], self.output_size)
