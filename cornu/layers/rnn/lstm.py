"""Long short-term memory."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu import activations
from cornu.core.declare import declared, field
from cornu.kernels import lstm
from cornu.layers import fields
from cornu.layers.rnn.cell import Cell
from cornu.layers.rnn.cell_rnn import CellRNN
from cornu.layers.rnn.rnn import has_quick_way


@has_quick_way
@declared
class LSTMCell(Cell):
    """One step of long short-term memory.

    ``i, f, g, o`` are the four parts of ``x @ kernel + h @ recurrent_kernel + bias``, then
    ``c' = sigmoid(f) * c + sigmoid(i) * tanh(g)``, ``y = h' = sigmoid(o) * tanh(c')``.

    Shapes:
        x: (batch, features), any float dtype. States: h and c, (batch, units) each. y: (batch, units).

    Args: as of ``LSTM``.

    Example:
        >>> import numpy as np
        >>> cell = LSTMCell(4)
        >>> y, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
        >>> y.shape, len(states)
        ((2, 4), 2)

    Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; numbers as ``keras.layers.LSTMCell``.
    """

    units: int = fields.positive("LSTMCell's units")
    recurrent_activation: Any = fields.activation("sigmoid", after="activation")
    unit_forget_bias: bool = field(True, after="bias_initializer")

    gates = 4

    @property
    def state_size(self) -> list[int]:
        """Sizes of h and c."""
        return [self.units, self.units]

    def build(self, input_shape: Any) -> None:
        """Make kernel (features, 4 * units), recurrent_kernel (units, 4 * units) and bias (4 * units,)."""
        self.make_weights(input_shape[-1], 4 * self.units, (4 * self.units,))

    def first_bias(self) -> Any:
        """With unit_forget_bias, ones for the forget gate, so that the state is kept at first."""
        if not self.unit_forget_bias:
            return self.bias_initializer

        def initial(shape: Any, dtype: Any = None) -> Any:
            drawn = jnp.asarray(self.bias_initializer(shape, dtype=dtype))
            return drawn.at[self.units : 2 * self.units].set(1)

        return initial

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """One step: y and [h, c]."""
        h, c = states
        z = self.project(inputs, training) + self.recur(h, training)
        if self.use_bias:
            z = z + self.bias.value
        i, f, g, o = jnp.split(z, 4, axis=-1)
        gate = self.recurrent_activation
        c = gate(f) * c + gate(i) * self.activation(g)
        h = gate(o) * self.activation(c)
        return h, [h, c]

    def sequence(self, inputs: Any, states: list[Any], mask: Any, reverse: bool, training: Any) -> Any:
        """All steps in one kernel, for tanh and sigmoid without dropout of the state."""
        plain = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        if not plain or (training and self.recurrent_dropout):
            return None
        x, kernel = self.dropped(inputs, training), self.kernel.value
        bias = self.bias.value if self.use_bias else None
        y, h, c = lstm(x, states[0], states[1], kernel, self.recurrent_kernel.value, bias, mask, reverse)
        return y, [h, c]


@declared
class LSTM(CellRNN):
    """Long short-term memory.

    ``i, f, g, o`` are the four parts of ``x @ kernel + h @ recurrent_kernel + bias``, then
    ``c' = sigmoid(f) * c + sigmoid(i) * tanh(g)``, ``y = h' = sigmoid(o) * tanh(c')``.

    Shapes:
        x: (batch, time, features), any float dtype, features known.
        mask: (batch, time), bool; where false the state is kept.
        y: (batch, units), or (batch, time, units) with return_sequences, in the policy's compute dtype.

    Args:
        units: size of the state and of the output.
        activation: of the new content and of the output.
        recurrent_activation: of the gates.
        use_bias: whether there is a bias.
        unit_forget_bias: whether the forget gate's bias begins at 1.
        dropout: probability with which inputs are dropped, one draw for a whole sequence.
        recurrent_dropout: probability with which states are dropped, one draw for a whole sequence.
        seed: int; the same seed gives the same draws.
        use_cudnn: accepted; the quickest way is chosen by platform and shape.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as of ``RNN``.

    Example:
        >>> import numpy as np
        >>> LSTM(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)

    Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; numbers as ``keras.layers.LSTM``.
    """

    units: int = fields.positive("LSTM's units")
    recurrent_activation: Any = fields.activation("sigmoid", after="activation")
    unit_forget_bias: bool = field(True, after="bias_initializer")
    use_cudnn: Any = field("auto", config=False)

    cell_class = LSTMCell
