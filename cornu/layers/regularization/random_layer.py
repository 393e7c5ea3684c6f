"""The base of layers that disturb their inputs in training."""

from __future__ import annotations

from typing import Any

import jax

from cornu.layers.layer import Layer
from cornu.random import SeedGenerator


class RandomLayer(Layer):
    """Identity at inference; in training ``disturb(inputs, key)``.

    Subclasses declare ``seed``, and say in ``idle`` when there is nothing to draw.
    """

    supports_masking = True
    seed: int | None

    def check(self) -> None:
        """One stream of keys, if any will be drawn."""
        if not self.idle:
            self.seed_generator = SeedGenerator(self.seed)
        self.built = True

    @property
    def idle(self) -> bool:
        """Whether inputs pass unchanged in training too."""
        raise NotImplementedError

    def disturb(self, inputs: Any, key: jax.Array) -> Any:
        """The inputs with noise drawn from a key."""
        raise NotImplementedError

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, disturbed in training."""
        if not training or self.idle:
            return inputs
        return self.disturb(inputs, self.seed_generator.next())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape

    def compute_output_dtype(self, *received: str) -> str:
        """As the input's."""
        return received[0]
