"""The loop over time, for any cell."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu.core import context, registry, spec, tree
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.module import Module
from cornu.core.pure import holding, raw_values
from cornu.core.variable import Variable
from cornu.layers.input_spec import InputSpec
from cornu.layers.layer import Layer
from cornu.layers.rnn.cell import Cell, build_cell
from cornu.layers.rnn.stacked_rnn_cells import StackedRNNCells
from cornu.layers.signature import call_signature


def _cell(value: Any) -> Any:
    value = registry.deserialize(value) if isinstance(value, dict) else value
    if isinstance(value, (list, tuple)):
        value = StackedRNNCells(list(value))
    if not callable(value) or getattr(value, "state_size", None) is None:
        raise ValueError(
            explain(
                "RNN's cell",
                "a layer whose call takes (inputs, states) and that has state_size, an int or a list of them",
                repr(value)[:80],
                "Set self.state_size in its __init__.",
            )
        )
    return value


class KeptStates(Module):
    """The states of a stateful recurrence from call to call: variables, but not weights."""

    holds_weights = False

    def __init__(self, values: Any):
        super().__init__(name="states")
        self.structure = tree.map_structure(lambda _: None, values)
        self.slots = [Variable(v, trainable=False, name="state") for v in tree.flatten(values)]

    def read(self) -> Any:
        """The states, nested as the cell has them."""
        return tree.pack(self.structure, [v.value for v in self.slots])

    def write(self, values: Any) -> None:
        """Keep other states."""
        for slot, value in zip(self.slots, tree.flatten(values), strict=True):
            slot.assign(value)


@declared
class RNN(Layer):
    """Goes through time with a cell: ``output_t, states_t = cell(x_t, states_(t-1))``.

    Shapes:
        x: (batch, time, ...), any float dtype.
        initial_state: an array (batch, size) for each of the cell's states; zeros if None.
        mask: (batch, time), bool; where false the states are kept, and the output is that of before.
        y: (batch, ...), the last output; (batch, time, ...) with return_sequences. With return_state a list of
            y and the last states.

    Args:
        cell: a layer with ``call(inputs, states) -> (output, new_states)`` and ``state_size``, an int or a list;
            or a list of cells, stacked.
        return_sequences: whether all outputs are returned.
        return_state: whether the last states are returned as well.
        go_backwards: whether time is gone through from its end; outputs come in that order.
        stateful: whether the last states are the next call's first; the batch size must then be known.
        unroll: whether the loop is written out: larger programs, for short sequences.
        zero_output_for_mask: whether outputs are 0 where the mask is false.

    Example:
        >>> import numpy as np
        >>> from cornu import layers
        >>> RNN(layers.GRUCell(4), return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)

    Source: numbers as ``keras.layers.RNN``.
    """

    cell: Any = field(converter=_cell)
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    supports_masking = True
    _kept: KeptStates | None = None

    def check(self) -> None:
        """A sequence has at least three axes."""
        self.input_spec = InputSpec(min_ndim=3)

    # Files name shapes by the arguments of this method, so they are Keras's.
    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Build the cell for one step of the sequences."""
        step_shape = (sequences_shape[0], *sequences_shape[2:])
        build_cell(self.cell, step_shape, self.get_initial_state)
        if self.stateful:
            if sequences_shape[0] is None:
                raise ShapeError(
                    explain(
                        f"{self._who()} with stateful=True",
                        "a known batch size",
                        f"shape {show_shape(sequences_shape)}",
                        "Give it in Input(batch_shape=...).",
                    )
                )
            self._kept = KeptStates(self.get_initial_state(sequences_shape[0]))
        self.built = True

    def get_initial_state(self, batch_size: Any) -> Any:
        """Zeros, nested as the cell has its states."""
        if hasattr(self.cell, "get_initial_state"):
            states = self.cell.get_initial_state(batch_size=batch_size)
        else:
            sizes = self.cell.state_size
            states = [
                jnp.zeros((batch_size, *((size,) if isinstance(size, int) else size)), self.compute_dtype)
                for size in ([sizes] if isinstance(sizes, int) else sizes)
            ]
        return list(states) if isinstance(states, (list, tuple)) else [states]

    @property
    def states(self) -> Any:
        """The kept states of a stateful layer, as variables; None otherwise."""
        return None if self._kept is None else tree.pack(self._kept.structure, self._kept.slots)

    def reset_state(self) -> None:
        """Make the kept states zeros."""
        if self._kept is not None:
            self._kept.write(tree.map_structure(lambda s: jnp.zeros(s.shape, s.dtype), self._kept.read()))

    def reset_states(self) -> None:
        """Older name of ``reset_state``."""
        self.reset_state()

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False) -> Any:
        """Outputs, and states if asked for."""
        states = self._first_states(sequences, initial_state)
        mask = self._steps_that_count(sequences, mask)
        outputs, states = self.inner_loop(sequences, states, mask, training)
        if self.zero_output_for_mask and mask is not None:
            outputs = jnp.where(mask.reshape(mask.shape + (1,) * (outputs.ndim - 2)), outputs, 0)
        if self._kept is not None:
            context.refuse_padded_rows()
            self._kept.write(states)
        if self.go_backwards:
            outputs = jnp.flip(outputs, 1)
        y = outputs if self.return_sequences else outputs[:, 0 if outputs.shape[1] == 0 else -1]
        return [y, *states] if self.return_state else y

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: Any = False) -> Any:
        """All outputs, in the order of the sequences, and the last states; by the cell's quick way if it has one."""
        cell = self.cell
        try:
            if training:
                _draw_masks(cell, sequences[:, 0], initial_state)
            if not self.unroll and type(cell).call in _LIBRARY_STEPS:
                result = cell.sequence(sequences, initial_state, mask, self.go_backwards, training)
                if result is not None:
                    return result
            return self._scan(sequences, initial_state, mask, training)
        finally:
            # What was drawn for this sequence must not outlive it: it may be a tracer.
            for inner in _library_cells(cell):
                inner.reset_masks()

    def _scan(self, sequences: Any, states: Any, mask: Any, training: Any) -> Any:
        """The loop step by step. Variables that the cell writes to travel with the states."""
        cell: Any = self.cell
        inside = _written_by(cell)
        extra = {"training": training} if _takes_training(cell) else {}
        dtypes = [s.dtype for s in tree.flatten(states)]
        # Library cells inside of a user's cell draw at each step, from keys that travel along.
        drawing = [c for c in _library_cells(cell) if not c.has_masks]

        def step(carry: Any, at: Any) -> Any:
            old, values = carry
            x, counts = at
            losses: list[Any] = []
            with holding(inside, values), context.scope(losses=losses):
                output, new = cell(x, old, **extra)
                new = tree.pack(old, [s.astype(d) for s, d in zip(_leaves(new), dtypes, strict=True)])
                if counts is not None:
                    output = _where(counts, output, _stand_in(old, output))
                    new = tree.map_structure(lambda a, b: _where(counts, a, b), new, old)
                values = raw_values(inside)
            for inner in drawing:
                inner.reset_masks()
            return (new, values), (output, tuple(losses))

        steps = (jnp.swapaxes(sequences, 0, 1), None if mask is None else mask.T)
        carry, (outputs, losses) = lax.scan(
            step, (states, raw_values(inside)), steps, reverse=self.go_backwards, unroll=self.unroll or 1
        )
        for variable, value in zip(inside, carry[1], strict=True):
            variable.assign(value)
        for loss in losses:
            self.add_loss(loss.sum())
        return jnp.swapaxes(outputs, 0, 1), carry[0]

    def _first_states(self, sequences: Any, initial_state: Any) -> Any:
        if initial_state is not None:
            given = list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state]
            expected = spec.tree.flatten(self.cell.state_size)
            if len(tree.flatten(given)) != len([s for s in expected if s is not None]) and not _has_shapes(self.cell):
                raise ShapeError(
                    explain(
                        f"initial_state of {self._who()}",
                        f"{len(expected)} arrays, one for each state of the cell",
                        len(tree.flatten(given)),
                        "Pass a list of them.",
                    )
                )
            return tree.map_structure(lambda s: jnp.asarray(s, self.compute_dtype), given)
        return self.get_initial_state(sequences.shape[0]) if self._kept is None else self._kept.read()

    def _steps_that_count(self, sequences: Any, mask: Any) -> Any:
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        if mask is None:
            return None
        if tuple(mask.shape) != tuple(sequences.shape[:2]):
            raise ShapeError(
                explain(
                    f"mask of {self._who()}",
                    f"shape {show_shape(sequences.shape[:2])}, (batch, time)",
                    show_shape(tuple(mask.shape)),
                    "Correct the mask.",
                )
            )
        return jnp.asarray(mask, bool)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the sequences for all outputs; none for a last output and for states."""
        mask = tree.flatten(previous_mask)[0]
        output_mask = mask if self.return_sequences else None
        if not self.return_state:
            return output_mask
        return [output_mask, *tree.map_structure(lambda _: None, self._states_structure())]

    def _states_structure(self) -> Any:
        sizes = self.cell.state_size
        return list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """By hand for the library's cells, by abstract evaluation for others."""
        if _is_plain(self.cell):
            return super().compute_output_spec(*args, **kwargs)
        return spec.evaluate(lambda *a, **k: self._call_on_arrays(a, k, top=False), *args, **kwargs)

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """(batch, units) or (batch, time, units); with return_state a list of it and the shapes of the states."""
        if not _is_plain(self.cell):
            return Layer.compute_output_shape(self, sequences_shape)
        batch, length = sequences_shape[:2]
        units = (self.cell.output_size,)
        y = (batch, length, *units) if self.return_sequences else (batch, *units)
        if not self.return_state:
            return y
        return [y, *tree.map_structure(lambda size: (batch, size), self._states_structure())]


# Steps whose quick way computes the same; the library's cells enter theirs.
_LIBRARY_STEPS: set[Any] = set()


def has_quick_way(cell: Any) -> Any:
    """Decorator of cells: their ``sequence`` computes what their ``call`` does, step by step."""
    _LIBRARY_STEPS.add(cell.call)
    return cell


def _written_by(cell: Any) -> list[Variable]:
    """Variables that a step may write to."""
    return [v for v in cell.variables if not v.trainable] if isinstance(cell, Module) else []


def _library_cells(cell: Any) -> list[Cell]:
    return [m for m in cell.modules() if isinstance(m, Cell)] if isinstance(cell, Module) else []


def _draw_masks(cell: Any, step: jax.Array, states: Any) -> None:
    """Draw the masks of dropout for a sequence, cell by cell, before the loop."""
    if isinstance(cell, Cell):
        cell.get_dropout_mask(step)
        cell.get_recurrent_dropout_mask(states[0])
    elif isinstance(cell, StackedRNNCells):
        for inner, old in zip(cell.cells, states, strict=True):
            _draw_masks(inner, step, old)
            step = jnp.zeros((step.shape[0], inner.output_size), step.dtype) if isinstance(inner, Cell) else old[0]


def _is_plain(cell: Any) -> bool:
    """Whether sizes of states and outputs are what the cell says."""
    cells = cell.cells if isinstance(cell, StackedRNNCells) else [cell]
    return all(isinstance(c, Cell) and registry.is_published(type(c)) for c in cells)


def _has_shapes(cell: Any) -> bool:
    return any(not isinstance(s, int) for s in tree.flatten(cell.state_size)) or not isinstance(cell, Layer)


def _takes_training(cell: Any) -> bool:
    signature = call_signature(type(cell)) if isinstance(cell, Layer) else None
    return signature is not None and (signature.takes("training") or signature.takes_any)


def _leaves(states: Any) -> list[Any]:
    return tree.flatten(states if isinstance(states, (list, tuple)) else [states])


def _where(counts: jax.Array, new: jax.Array, old: jax.Array) -> jax.Array:
    return jnp.where(counts.reshape(counts.shape + (1,) * (new.ndim - 1)), new, old)


def _stand_in(states: Any, output: jax.Array) -> jax.Array:
    """The output of a masked step: the state that the outer world sees, the first of the last cell."""
    last = states[-1] if isinstance(states[-1], (list, tuple)) else states
    if last[0].shape == output.shape:
        return last[0].astype(output.dtype)
    return jnp.zeros_like(output)
