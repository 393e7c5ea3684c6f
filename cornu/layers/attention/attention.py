"""Attention without projections."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import random
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import KerasTensor
from cornu.layers import fields
from cornu.layers.layer import Layer
from cornu.random import SeedGenerator


@declared
class Attention(Layer):
    """Each place of the query takes a weighed mean of the values: ``y = softmax(score(q, k)) v``.

    With score_mode "dot" the score is ``scale * q . k``; with "concat" it is
    ``weight * sum(tanh(scale * (q + k)))``.

    Shapes:
        inputs: a list of query (batch, T, size), value (batch, S, any), and key (batch, S, size), which is value
            if left out.
        mask: a list of the masks (batch, T) and (batch, S) of query and value, bool or None.
        y: (batch, T, value's size). Scores: (batch, T, S).

    Args:
        use_scale: whether there is a learnt scale; 1 otherwise.
        score_mode: "dot" or "concat".
        dropout: probability with which a weight becomes 0 in training.
        seed: int, for dropout.

    Example:
        >>> import numpy as np
        >>> Attention()([np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")]).shape
        (2, 3, 4)

    Source: Luong et al. 2015; numbers as ``keras.layers.Attention``.
    """

    use_scale: bool = False
    score_mode: str = field("dot", fields.choice("Attention's score_mode", "dot", "concat"))
    dropout: float = field(0.0, lambda v: fields.probability(v, "Attention's dropout"))
    seed: int | None = None

    supports_masking = True

    def check(self) -> None:
        """One stream of keys, if any will be drawn."""
        if self.dropout:
            self.seed_generator = SeedGenerator(self.seed)

    def build(self, input_shape: Any) -> None:
        """Make scale and concat_score_weight, scalars."""
        self._check_shapes(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(shape=(), initializer="ones", name="concat_score_weight")
        self.built = True

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Outputs, and scores if asked for."""
        self._check_shapes([x.shape for x in inputs] if isinstance(inputs, (list, tuple)) else inputs.shape)
        query, value, key = _with_key(inputs)
        query_mask, value_mask = self._masks(mask)
        scores = self.score(query, key)
        allowed = None if value_mask is None else jnp.asarray(value_mask, bool)[:, None, :]
        if use_causal_mask:
            causal = jnp.tril(jnp.ones(scores.shape[1:], bool))[None]
            allowed = causal if allowed is None else allowed & causal
        if allowed is not None:
            # Keras subtracts a large number, so that a query with nothing to look at takes the plain mean.
            scores = scores - jnp.where(allowed, 0, 65504.0 if scores.dtype == jnp.float16 else 1e9).astype(
                scores.dtype
            )
        weights = jax.nn.softmax(scores, axis=-1)
        if training and self.dropout:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        y = weights @ value
        if query_mask is not None:
            y = y * jnp.asarray(query_mask, y.dtype)[..., None]
        return (y, weights) if return_attention_scores else y

    def score(self, query: jax.Array, key: jax.Array) -> jax.Array:
        """How well each query matches each key, (batch, T, S)."""
        scale = self.scale.value if self.use_scale else 1
        if self.score_mode == "dot":
            return jnp.einsum("bth,bsh->bts", query, key) * scale
        sums = jnp.tanh(scale * (query[:, :, None] + key[:, None])).sum(-1)
        return self.concat_score_weight.value * sums

    def _masks(self, mask: Any) -> tuple[Any, Any]:
        if mask is None:
            return None, None
        if not isinstance(mask, (list, tuple)) or not 2 <= len(mask) <= 3:
            raise ValueError(
                explain(
                    f"mask of {self._who()}",
                    "a list of the masks of query and value",
                    f"a value of type {type(mask).__name__}",
                    "Pass [query_mask, value_mask], None where there is none.",
                )
            )
        return mask[0], mask[1]

    def _check_shapes(self, shapes: Any) -> None:
        if not 2 <= len(shapes) <= 3 or not all(isinstance(s, (list, tuple)) for s in shapes):
            raise ShapeError(
                explain(self._who(), "a list of query, value and maybe key", show_shape(shapes), "Pass [query, value].")
            )
        query, value, key = _with_key(shapes)
        ranks = {len(query), len(value), len(key)}
        if ranks != {3} or any(
            isinstance(a, int) and isinstance(b, int) and a != b
            for a, b in ((query[-1], key[-1]), (value[1], key[1]), (query[0], value[0]))
        ):
            raise ShapeError(
                explain(
                    self._who(),
                    "query (batch, T, size), value (batch, S, any) and key (batch, S, size)",
                    f"shapes {', '.join(map(show_shape, shapes))}",
                    "Correct the inputs.",
                )
            )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The query's mask."""
        return previous_mask[0] if isinstance(previous_mask, (list, tuple)) else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, T, value's size)."""
        self._check_shapes(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(
        self,
        inputs: Any,
        mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Outputs, and scores if asked for, as symbolic tensors."""
        shapes = [tuple(x.shape) for x in inputs] if isinstance(inputs, (list, tuple)) else inputs.shape
        y = KerasTensor(self.compute_output_shape(shapes), self.compute_dtype)
        if not return_attention_scores:
            return y
        return y, KerasTensor((*shapes[0][:2], shapes[1][1]), self.compute_dtype)


def _with_key(items: Any) -> tuple[Any, Any, Any]:
    """Query, value and key, which is the value if it was left out."""
    query, value, *key = items
    return query, value, key[0] if key else value


@declared
class AdditiveAttention(Attention):
    """Each place of the query takes a weighed mean of the values: ``y = softmax(sum(scale * tanh(q + k))) v``.

    Shapes: as of ``Attention``; scale has the size of queries and keys.

    Args:
        use_scale: whether scale is learnt; 1 otherwise.
        dropout: probability with which a weight becomes 0 in training.

    Example:
        >>> import numpy as np
        >>> AdditiveAttention()([np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")]).shape
        (2, 3, 4)

    Source: Bahdanau et al. 2015; numbers as ``keras.layers.AdditiveAttention``.
    """

    use_scale: bool = True
    score_mode: str = field(argument=False)
    seed: int | None = field(None, hidden=True)

    def build(self, input_shape: Any) -> None:
        """Make scale (size,)."""
        self._check_shapes(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(shape=(input_shape[0][-1],), initializer="glorot_uniform", name="scale")
        self.built = True

    def score(self, query: jax.Array, key: jax.Array) -> jax.Array:
        """How well each query matches each key, (batch, T, S)."""
        scale = self.scale.value if self.use_scale else 1
        return (scale * jnp.tanh(query[:, :, None] + key[:, None])).sum(-1)
