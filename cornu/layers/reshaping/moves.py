"""What layers have in common that move values and change none."""

from __future__ import annotations

from cornu.layers.layer import Layer


class Moves(Layer):
    """Base: the output has the dtype of the input, integers too."""

    def compute_output_dtype(self, *received: str) -> str:
        """The input's."""
        return received[0]
