"""Attention of several heads: the part that MultiHeadAttention and GroupQueryAttention share."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.kernels.attention import attention, scores, weigh
from cornu.layers.activations.softmax import Softmax
from cornu.layers.core.einsum_dense import EinsumDense
from cornu.layers.layer import Layer
from cornu.layers.regularization.dropout import Dropout

# Weights of the projections take these of the layer's fields.
_PER_WEIGHT = ("initializer", "regularizer", "constraint")


class HeadedAttention(Layer):
    """What both layers declare besides their numbers of heads, and how they weigh values by scores.

    Shapes inside: q (batch, T, heads, size), k and v (batch, S, fewer heads, size); scores (batch, heads, T, S).
    """

    supports_masking = True
    dropout: float
    use_bias: bool
    use_gate: bool
    sliding_window: int | None
    flash_attention: bool | None
    seed: int | None
    _softmax: Any
    _dropout_layer: Any

    def check_options(self) -> None:
        """Refuse a window of less than one place."""
        window = self.sliding_window
        if window is not None and (not isinstance(window, int) or isinstance(window, bool) or window < 1):
            raise ValueError(
                explain(
                    f"{type(self).__name__}'s sliding_window",
                    "None or an int of 1 or more",
                    repr(window),
                    "It is how far, plus one, a place looks to either side.",
                )
            )

    def projection(self, equation: str, output_shape: Any, bias_axes: str, name: str) -> EinsumDense:
        """A projection with the layer's initializers, penalties and constraints."""
        arguments = {
            f"{weight}_{kind}": getattr(self, f"{weight}_{kind}")
            for weight in ("kernel", "bias")
            for kind in _PER_WEIGHT
        }
        layer = EinsumDense(
            equation,
            output_shape=output_shape,
            bias_axes=bias_axes if self.use_bias else None,
            name=name,
            dtype=self.dtype_policy,
            **arguments,
        )
        # The mask of what it maps is heeded where scores are made.
        layer.supports_masking = True
        return layer

    def make_weighing(self) -> None:
        """Make the layers between scores and weights."""
        self._softmax = Softmax(dtype=self.dtype_policy, name="softmax")
        self._dropout_layer = Dropout(self.dropout, seed=self.seed, dtype=self.dtype_policy, name="dropout")

    def attend(
        self, q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array | None, training: Any, want_scores: bool
    ) -> tuple[jax.Array, jax.Array | None]:
        """Values weighed by how queries and keys match, and the weights before dropout if wanted."""
        if self.flash_attention and not want_scores and not (training and self.dropout):
            return _flash(q, k, v, mask), None
        q = q * jnp.asarray(q.shape[-1] ** -0.5, q.dtype)
        if not want_scores and not (training and self.dropout):
            return attention(q, k, v, mask), None
        weights = self._softmax(scores(q, k), mask=mask)
        y = weigh(self._dropout_layer(weights, training=training), v)
        return y, weights if want_scores else None

    def allowed(
        self, lengths: tuple[int, int], value_mask: Any, key_mask: Any, attention_mask: Any, use_causal_mask: bool
    ) -> jax.Array | None:
        """Which query may look at which place, (batch or 1, T, S) bool, or None for all."""
        masks = [jnp.asarray(m, bool)[:, None, :] for m in (value_mask, key_mask) if m is not None]
        distance = jnp.arange(lengths[0])[:, None] - jnp.arange(lengths[1])[None, :]
        if use_causal_mask:
            masks.append((distance >= 0)[None])
        if self.sliding_window is not None:
            masks.append((jnp.abs(distance) < self.sliding_window)[None])
        if attention_mask is not None:
            masks.append(jnp.asarray(attention_mask, bool))
        if not masks:
            return None
        whole = masks[0]
        for mask in masks[1:]:
            whole = whole & mask
        return whole

    def check_shapes(self, query_shape: Any, value_shape: Any, key_shape: Any, rank: int | None = None) -> None:
        """Queries, keys and values fit each other."""
        problem = None
        if rank is not None and len(query_shape) != rank:
            problem = f"inputs of {rank} axes, (batch, time, features)"
        elif len(query_shape) < 3 or len(value_shape) != len(query_shape):
            problem = "query and value of the same number of axes, 3 or more"
        elif key_shape is not None and len(key_shape) != len(value_shape):
            problem = "key and value of the same number of axes"
        elif key_shape is not None and _differ(key_shape[:-1], value_shape[:-1]):
            problem = "key and value of equal sizes but for the last axis"
        elif _differ(query_shape[:1], value_shape[:1]):
            problem = "query and value of the same batch size"
        elif any(not isinstance(shape[-1], int) for shape in (query_shape, value_shape, key_shape or value_shape)):
            problem = "known sizes on the last axes"
        if problem is not None:
            key = "" if key_shape is None else f", key {show_shape(key_shape)}"
            raise ShapeError(
                explain(
                    self._who(),
                    problem,
                    f"query {show_shape(query_shape)}, value {show_shape(value_shape)}{key}",
                    "Correct the inputs.",
                )
            )


def _differ(a: Any, b: Any) -> bool:
    return any(isinstance(x, int) and isinstance(y, int) and x != y for x, y in zip(a, b, strict=True))


def _flash(q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array | None) -> jax.Array:
    """Fused attention, which never holds all scores: cuDNN's, on GPUs, in 16-bit floats."""
    if jax.default_backend() != "gpu" or q.dtype not in (jnp.float16, jnp.bfloat16):
        raise ValueError(
            explain(
                "flash_attention=True",
                "a GPU and a 16-bit policy such as mixed_bfloat16",
                f"{q.dtype} on {jax.default_backend()}",
                "Leave it None.",
            )
        )
    return jax.nn.dot_product_attention(q, k, v, mask=mask, implementation="cudnn")
