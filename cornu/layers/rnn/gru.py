"""The gated recurrent unit."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu import activations
from cornu.core.declare import declared, field
from cornu.kernels import gru
from cornu.layers import fields
from cornu.layers.rnn.cell import Cell
from cornu.layers.rnn.cell_rnn import CellRNN
from cornu.layers.rnn.rnn import has_quick_way


@has_quick_way
@declared
class GRUCell(Cell):
    """One step of the gated recurrent unit.

    With ``xz, xr, xn`` and ``hz, hr, hn`` the three parts of ``x @ kernel + b`` and ``h @ recurrent_kernel + b'``:
    ``z = sigmoid(xz + hz)``, ``r = sigmoid(xr + hr)``, ``n = tanh(xn + r * hn)``, ``y = h' = z * h + (1 - z) * n``.

    Shapes:
        x: (batch, features), any float dtype. States: h, (batch, units). y: (batch, units).

    Args: as of ``GRU``.

    Example:
        >>> import numpy as np
        >>> cell = GRUCell(4)
        >>> y, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
        >>> y.shape, len(states)
        ((2, 4), 1)

    Source: Cho et al. 2014; numbers as ``keras.layers.GRUCell``.
    """

    units: int = fields.positive("GRUCell's units")
    recurrent_activation: Any = fields.activation("sigmoid", after="activation")
    reset_after: bool = field(True, after="recurrent_dropout")

    gates = 3

    @property
    def state_size(self) -> int:
        """Size of h."""
        return self.units

    def build(self, input_shape: Any) -> None:
        """Make kernel (features, 3 * units), recurrent_kernel (units, 3 * units) and bias.

        The bias is (2, 3 * units), for inputs and state, with reset_after; else (3 * units,).
        """
        columns = 3 * self.units
        self.make_weights(input_shape[-1], columns, (2, columns) if self.reset_after else (columns,))

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """One step: y and [h]."""
        h = states[0] if isinstance(states, (list, tuple)) else states
        x = self.project(inputs, training)
        if self.use_bias:
            x = x + (self.bias.value[0] if self.reset_after else self.bias.value)
        xz, xr, xn = jnp.split(x, 3, axis=-1)
        if self.reset_after:
            inner = self.recur(h, training)
            if self.use_bias:
                inner = inner + self.bias.value[1]
            hz, hr, hn = jnp.split(inner, 3, axis=-1)
            z, r = self.recurrent_activation(xz + hz), self.recurrent_activation(xr + hr)
            n = self.activation(xn + r * hn)
        else:
            z, r, n = self._reset_before(h, (xz, xr, xn), training)
        h = z * h + (1 - z) * n
        return h, [h]

    def _reset_before(self, h: Any, x: Any, training: Any) -> Any:
        """Gates and new content, the reset gate applied to the state before its product."""
        masks = self.get_recurrent_dropout_mask(h) if training else None
        kz, kr, kn = jnp.split(self.recurrent_kernel.value, 3, axis=-1)
        dz, dr, dn = masks if masks is not None else (1, 1, 1)
        z = self.recurrent_activation(x[0] + (h * dz) @ kz)
        r = self.recurrent_activation(x[1] + (h * dr) @ kr)
        return z, r, self.activation(x[2] + (r * h * dn) @ kn)

    def sequence(self, inputs: Any, states: list[Any], mask: Any, reverse: bool, training: Any) -> Any:
        """All steps in one kernel, for tanh and sigmoid without dropout of the state."""
        plain = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        if not plain or (training and self.recurrent_dropout):
            return None
        x, kernel = self.dropped(inputs, training), self.kernel.value
        bias = self.bias.value if self.use_bias else None
        y, h = gru(x, states[0], kernel, self.recurrent_kernel.value, bias, mask, reverse, self.reset_after)
        return y, [h]


@declared
class GRU(CellRNN):
    """Gated recurrent unit.

    With ``xz, xr, xn`` and ``hz, hr, hn`` the three parts of ``x @ kernel + b`` and ``h @ recurrent_kernel + b'``:
    ``z = sigmoid(xz + hz)``, ``r = sigmoid(xr + hr)``, ``n = tanh(xn + r * hn)``, ``y = h' = z * h + (1 - z) * n``.

    Shapes:
        x: (batch, time, features), any float dtype, features known.
        mask: (batch, time), bool; where false the state is kept.
        y: (batch, units), or (batch, time, units) with return_sequences, in the policy's compute dtype.

    Args:
        units: size of the state and of the output.
        activation: of the new content.
        recurrent_activation: of the gates.
        use_bias: whether there is a bias.
        dropout: probability with which inputs are dropped, one draw for a whole sequence.
        recurrent_dropout: probability with which states are dropped, one draw for a whole sequence.
        seed: int; the same seed gives the same draws.
        reset_after: whether the reset gate comes after the product with the state; before it, ``n`` has
            ``(r * h) @ recurrent_kernel``.
        use_cudnn: accepted; the quickest way is chosen by platform and shape.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as of ``RNN``.

    Example:
        >>> import numpy as np
        >>> GRU(4)(np.ones((2, 5, 3), "float32")).shape
        (2, 4)

    Source: Cho et al. 2014; numbers as ``keras.layers.GRU``.
    """

    units: int = fields.positive("GRU's units")
    recurrent_activation: Any = fields.activation("sigmoid", after="activation")
    reset_after: bool = True
    use_cudnn: Any = field("auto", config=False)

    cell_class = GRUCell
