"""Bounding how much a layer can stretch its inputs."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from cornu.core.declare import declared
from cornu.core.errors import explain
from cornu.initializers import TruncatedNormal
from cornu.layers import fields
from cornu.layers.core.wrapper import Wrapper


@declared
class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value, in training, before the layer runs.

    With the kernel as a matrix W (its last axis the columns), ``power_iterations`` times
    ``v = unit(u @ W.T)``, ``u = unit(v @ W)``; then ``sigma = v @ W @ u.T`` and the kernel becomes ``W / sigma``.

    Shapes:
        x, y: those of the layer inside.

    Args:
        layer: a layer with a ``kernel``, or with ``embeddings``.
        power_iterations: rounds for each step; the vector u is kept from step to step.

    Example:
        >>> import numpy as np
        >>> from cornu import layers
        >>> SpectralNormalization(layers.Dense(4))(np.ones((2, 3), "float32"), training=True).shape
        (2, 4)

    Source: Miyato et al. 2018, algorithm 1; numbers as ``keras.layers.SpectralNormalization``.
    """

    power_iterations: int = fields.positive("SpectralNormalization's power_iterations", 1)

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside and make vector_u (1, columns)."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        kernel = getattr(self.layer, "embeddings", None) if kernel is None else kernel
        if kernel is None:
            raise ValueError(
                explain(
                    self._who(),
                    "a layer that has a kernel or embeddings",
                    type(self.layer).__name__,
                    "Wrap for example a Dense or Conv2D.",
                )
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            shape=(1, kernel.shape[-1]),
            initializer=TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """What the layer makes of the inputs; in training its kernel is normalised before."""
        if training:
            u, kernel = self.normalized_weights()
            self.vector_u.assign(u)
            self.kernel.assign(kernel)
        return self.layer(inputs)

    def normalized_weights(self) -> tuple[Any, Any]:
        """The new vector u, and the kernel divided by its largest singular value."""
        matrix = self.kernel.value.reshape(-1, self.kernel.shape[-1])
        u = v = self.vector_u.value
        for _ in range(self.power_iterations):
            v = _unit(u @ matrix.T)
            u = _unit(v @ matrix)
        u, v = lax.stop_gradient(u), lax.stop_gradient(v)
        sigma = v @ matrix @ u.T
        return u.reshape(self.vector_u.shape), (matrix / sigma).reshape(self.kernel.shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Of the layer inside."""
        return self.layer.compute_output_shape(input_shape)

    def compute_output_dtype(self, *received: str) -> str:
        """Of the layer inside."""
        return self.layer.compute_output_dtype(*received)


def _unit(x: Any) -> Any:
    """x divided by its length."""
    return x * lax.rsqrt(jnp.maximum(jnp.square(x).sum(), 1e-24))
