"""The simple recurrence."""

from __future__ import annotations

from typing import Any

from cornu import activations
from cornu.core.declare import declared, field
from cornu.kernels import simple_rnn
from cornu.layers import fields
from cornu.layers.rnn.cell import Cell
from cornu.layers.rnn.cell_rnn import CellRNN
from cornu.layers.rnn.rnn import has_quick_way


@has_quick_way
@declared
class SimpleRNNCell(Cell):
    """One step of the simple recurrence.

    ``y = h' = tanh(x @ kernel + h @ recurrent_kernel + bias)``.

    Shapes:
        x: (batch, features), any float dtype. States: h, (batch, units). y: (batch, units).

    Args: as of ``SimpleRNN``.

    Example:
        >>> import numpy as np
        >>> cell = SimpleRNNCell(4)
        >>> y, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
        >>> y.shape, len(states)
        ((2, 4), 1)

    Source: Elman 1990; numbers as ``keras.layers.SimpleRNNCell``.
    """

    units: int = fields.positive("SimpleRNNCell's units")

    gates = 1

    @property
    def state_size(self) -> int:
        """Size of h."""
        return self.units

    def build(self, input_shape: Any) -> None:
        """Make kernel (features, units), recurrent_kernel (units, units) and bias (units,)."""
        self.make_weights(input_shape[-1], self.units, (self.units,))

    def call(self, sequence: Any, states: Any, training: Any = False) -> Any:
        """One step: y and [h]."""
        h = states[0] if isinstance(states, (list, tuple)) else states
        z = self.project(sequence, training) + self.recur(h, training)
        if self.use_bias:
            z = z + self.bias.value
        h = self.activation(z)
        return h, [h]

    def sequence(self, inputs: Any, states: list[Any], mask: Any, reverse: bool, training: Any) -> Any:
        """All steps in one kernel, for tanh without dropout of the state."""
        if self.activation is not activations.tanh or (training and self.recurrent_dropout):
            return None
        x, kernel = self.dropped(inputs, training), self.kernel.value
        bias = self.bias.value if self.use_bias else None
        y, h = simple_rnn(x, states[0], kernel, self.recurrent_kernel.value, bias, mask, reverse)
        return y, [h]


@declared
class SimpleRNN(CellRNN):
    """Simple recurrence.

    ``y = h' = tanh(x @ kernel + h @ recurrent_kernel + bias)``.

    Shapes:
        x: (batch, time, features), any float dtype, features known.
        mask: (batch, time), bool; where false the state is kept.
        y: (batch, units), or (batch, time, units) with return_sequences, in the policy's compute dtype.

    Args:
        units: size of the state and of the output.
        activation: of the step.
        use_bias: whether there is a bias.
        dropout: probability with which inputs are dropped, one draw for a whole sequence.
        recurrent_dropout: probability with which states are dropped, one draw for a whole sequence.
        seed: int; the same seed gives the same draws.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as of ``RNN``.

    Example:
        >>> import numpy as np
        >>> SimpleRNN(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)

    Source: Elman 1990; numbers as ``keras.layers.SimpleRNN``.
    """

    units: int = fields.positive("SimpleRNN's units")
    seed: int | None = field(None, config="changed", after="unroll")

    cell_class = SimpleRNNCell
