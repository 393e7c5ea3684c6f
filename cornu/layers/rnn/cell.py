"""What the library's cells share: their place in a loop, and masks of dropout that last for a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from cornu import random
from cornu.core import spec
from cornu.core.declare import declared
from cornu.layers import fields
from cornu.layers.layer import Layer
from cornu.random import SeedGenerator

# (all outputs, last states)
Sequence = tuple[jax.Array, list[jax.Array]]


@declared
class CellArguments(Layer):
    """The arguments that all cells of the library have, and the layers over them."""

    units: int = fields.positive("A cell's units")
    activation: Any = fields.activation("tanh")
    use_bias: bool = True
    kernel_initializer: Any = fields.initializer()
    recurrent_initializer: Any = fields.initializer("orthogonal")
    bias_initializer: Any = fields.initializer("zeros")
    kernel_regularizer: Any = fields.regularizer()
    recurrent_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    kernel_constraint: Any = fields.constraint()
    recurrent_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None


@declared
class Cell(CellArguments):
    """One step of a recurrence: ``output, new_states = cell(inputs, states)``.

    Subclasses say in ``gates`` into how many parts the kernel is cut: each part has its own dropout mask, as in Keras.
    """

    gates = 1
    if TYPE_CHECKING:
        state_size: Any
        kernel: Any
        recurrent_kernel: Any
        bias: Any
    _dropout_mask: Any = None
    _recurrent_dropout_mask: Any = None

    def check(self) -> None:
        """One stream of keys, if any will be drawn; probabilities are cut to [0, 1]."""
        self.dropout = min(1.0, max(0.0, self.dropout))
        self.recurrent_dropout = min(1.0, max(0.0, self.recurrent_dropout))
        if self.dropout or self.recurrent_dropout:
            self.seed_generator = SeedGenerator(self.seed)

    @property
    def output_size(self) -> Any:
        """Size of the output's last axis."""
        return self.units

    def make_weights(self, features: Any, columns: int, bias_shape: Any) -> None:
        """Make kernel, recurrent_kernel and bias from what the class declares about them."""
        for name, rows, kind in (("kernel", features, "kernel"), ("recurrent_kernel", self.units, "recurrent")):
            weight = self.add_weight(
                shape=(rows, columns),
                initializer=getattr(self, f"{kind}_initializer"),
                regularizer=getattr(self, f"{kind}_regularizer"),
                constraint=getattr(self, f"{kind}_constraint"),
                name=name,
            )
            setattr(self, name, weight)
        if self.use_bias:
            self.bias = self.add_weight(
                shape=bias_shape,
                initializer=self.first_bias(),
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.built = True

    def first_bias(self) -> Any:
        """How the bias gets its first value."""
        return self.bias_initializer

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros, one array for each state."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [jnp.zeros((batch_size, size), self.compute_dtype) for size in sizes]

    # Dropout. A mask is drawn when it is first asked for, and kept until reset_dropout_mask().

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Factors for the inputs of all steps of a sequence: an array, or one for each gate; None without dropout."""
        if self.dropout and self._dropout_mask is None:
            self._dropout_mask = self._draw(step_input, self.dropout)
        return self._dropout_mask

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """Factors for the state at all steps of a sequence: an array, or one for each gate; None without dropout."""
        if self.recurrent_dropout and self._recurrent_dropout_mask is None:
            self._recurrent_dropout_mask = self._draw(step_input, self.recurrent_dropout)
        return self._recurrent_dropout_mask

    def reset_dropout_mask(self) -> None:
        """Draw anew next time."""
        self._dropout_mask = None

    def reset_recurrent_dropout_mask(self) -> None:
        """Draw anew next time."""
        self._recurrent_dropout_mask = None

    def reset_masks(self) -> None:
        """Draw both anew next time."""
        self.reset_dropout_mask()
        self.reset_recurrent_dropout_mask()

    @property
    def has_masks(self) -> bool:
        """Whether masks were drawn for a sequence."""
        return self._dropout_mask is not None or self._recurrent_dropout_mask is not None

    def _draw(self, like: jax.Array, rate: float) -> Any:
        ones = jnp.ones_like(like)
        # With dropout of states each gate draws for itself, and without it one draw serves all: as Keras does.
        count = self.gates if self.recurrent_dropout else 1
        masks = [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(count)]
        return masks if count > 1 else masks[0]

    # Products with dropout.

    def project(self, inputs: Any, training: Any) -> Any:
        """``inputs @ kernel``, with the inputs dropped for each gate in training."""
        masks = self.get_dropout_mask(inputs) if training else None
        return gated_product(inputs, self.kernel.value, masks, self.gates)

    def recur(self, h: Any, training: Any) -> Any:
        """``h @ recurrent_kernel``, with the state dropped for each gate in training."""
        masks = self.get_recurrent_dropout_mask(h) if training else None
        return gated_product(h, self.recurrent_kernel.value, masks, self.gates)

    def sequence(self, inputs: Any, states: list[Any], mask: Any, reverse: bool, training: Any) -> Sequence | None:
        """All outputs, in the order of the inputs, and the last states, if there is a quick way; else None.

        Shapes:
            inputs: (batch, time, features). mask: (batch, time) bool, or None.
        """
        return None

    def dropped(self, inputs: Any, training: Any) -> Any:
        """The inputs of all steps, dropped in training where one draw serves all gates."""
        mask = self.get_dropout_mask(inputs[:, 0]) if training else None
        return inputs if mask is None else inputs * mask[:, None]


def gated_product(x: jax.Array, kernel: jax.Array, masks: Any, gates: int) -> jax.Array:
    """``x @ kernel``, x multiplied by a mask of its own for each of the kernel's parts."""
    if masks is None:
        return x @ kernel
    if not isinstance(masks, list):
        return (x * masks) @ kernel
    parts = jnp.split(kernel, gates, axis=-1)
    return jnp.concatenate([(x * m) @ part for m, part in zip(masks, parts, strict=True)], axis=-1)


def build_cell(cell: Any, shape: Any, first_states: Any) -> None:
    """Make the weights of a cell, the library's or a user's, for a step's inputs.

    Args:
        shape: of the inputs, (batch, ...).
        first_states: function of the batch size.
    """
    if not isinstance(cell, Layer) or cell.built:
        return
    if type(cell).build is not Layer.build:
        cell.build_from_config({"input_shape": shape})
        return
    # Its weights are in layers that are built when called: let an abstract call reach them.
    spec.evaluate(lambda x: cell(x, first_states(x.shape[0])), spec.KerasTensor(shape, cell.compute_dtype))
