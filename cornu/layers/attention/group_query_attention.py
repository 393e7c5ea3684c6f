"""Attention in which several query heads share keys and values."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.core.spec import KerasTensor
from cornu.layers import fields
from cornu.layers.attention.dot_product import HeadedAttention


@declared
class GroupedQueryAttention(HeadedAttention):
    """Attention of several heads in which groups of query heads share keys and values.

    Head i of the query looks at head ``i // (num_query_heads / num_key_value_heads)`` of keys and values. Masked
    queries take a mean of 0. Else as ``MultiHeadAttention``.

    Shapes:
        query: (batch, T, features). value, key: (batch, S, features); key is value if None.
        query_mask, value_mask, key_mask: (batch, T or S), bool. attention_mask: (batch, T, S), bool.
        y: as query. Scores: (batch, num_query_heads, T, S).

    Args:
        head_dim: size of q, k and v in each head.
        num_query_heads: how many heads the query has.
        num_key_value_heads: how many keys and values have; a divisor of the former.
        dropout, use_bias, sliding_window, flash_attention, use_gate, seed: as of ``MultiHeadAttention``.

    Example:
        >>> import numpy as np
        >>> x = np.ones((2, 5, 8), "float32")
        >>> GroupedQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
        (2, 5, 8)

    Source: Ainslie et al. 2023; numbers as ``keras.layers.GroupQueryAttention``.
    """

    head_dim: int = fields.positive("GroupQueryAttention's head_dim")
    num_query_heads: int = fields.positive("GroupQueryAttention's num_query_heads")
    num_key_value_heads: int = fields.positive("GroupQueryAttention's num_key_value_heads")
    dropout: float = field(0.0, lambda v: fields.probability(v, "GroupQueryAttention's dropout"))
    use_bias: bool = True
    sliding_window: int | None = None
    flash_attention: bool | None = field(None, config=False)
    kernel_initializer: Any = fields.initializer()
    bias_initializer: Any = fields.initializer("zeros")
    kernel_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    activity_regularizer: Any = fields.regularizer()
    kernel_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()
    use_gate: bool = False
    seed: int | None = None

    def check(self) -> None:
        """Groups are equally large."""
        self.check_options()
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                explain(
                    "GroupQueryAttention's num_query_heads",
                    f"to be a multiple of num_key_value_heads={self.num_key_value_heads}",
                    self.num_query_heads,
                    "Correct one of them.",
                )
            )

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # files name shapes by these
        """Make the maps of query, key, gate, value and output."""
        self.check_shapes(query_shape, value_shape, key_shape, rank=3)

        def heads(name: str, shape: Any, count: int) -> Any:
            layer = self.projection("btx,xyz->btyz", (None, count, self.head_dim), "yz", name)
            layer.build_from_config({"input_shape": shape})
            return layer

        self._query_dense = heads("query", query_shape, self.num_query_heads)
        self._key_dense = heads("key", key_shape or value_shape, self.num_key_value_heads)
        if self.use_gate:
            self._gate_dense = heads("gate", query_shape, self.num_query_heads)
        self._value_dense = heads("value", value_shape, self.num_key_value_heads)
        self.make_weighing()
        features = query_shape[-1]
        self._output_dense = self.projection("btyz,yzx->btx", (None, features), "x", "attention_output")
        self._output_dense.build_from_config({"input_shape": (*query_shape[:-1], self.num_query_heads, self.head_dim)})
        self.built = True

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Outputs, and scores if asked for."""
        self.check_shapes(query.shape, value.shape, None if key is None else key.shape, rank=3)
        q, k, v = self._query_dense(query), self._key_dense(value if key is None else key), self._value_dense(value)
        lengths = (query.shape[1], value.shape[1])
        mask = self.allowed(lengths, value_mask, key_mask, attention_mask, use_causal_mask)
        if query_mask is not None:
            rows = jnp.asarray(query_mask, bool)[:, :, None]
            mask = rows if mask is None else mask & (rows if mask.ndim == 3 else rows[:, None])
        mask = mask if mask is None or mask.ndim == 4 else mask[:, None]
        y, scores = self.attend(q, k, v, mask, training, return_attention_scores)
        if self.use_gate:
            y = y * jax.nn.sigmoid(self._gate_dense(query))
        y = self._output_dense(y)
        return (y, scores) if return_attention_scores else y

    def compute_output_shape(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> Any:
        """As the query's."""
        self.check_shapes(query_shape, value_shape, key_shape, rank=3)
        return query_shape

    def compute_output_spec(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Outputs, and scores if asked for, as symbolic tensors."""
        y = KerasTensor(self.compute_output_shape(query.shape, value.shape), self.compute_dtype)
        if not return_attention_scores:
            return y
        shape = (query.shape[0], self.num_query_heads, query.shape[1], value.shape[1])
        return y, KerasTensor(shape, self.compute_dtype)


# The public name and the one in configs; names of layers, and of groups in files, come from the class's own.
GroupQueryAttention = GroupedQueryAttention
