"""Attention of several heads."""

from __future__ import annotations

import string
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import declared, field
from cornu.core.spec import KerasTensor
from cornu.layers import fields
from cornu.layers.attention.dot_product import HeadedAttention


@declared
class MultiHeadAttention(HeadedAttention):
    """Each place of the query takes a weighed mean of the values: ``softmax(q k' / sqrt(key_dim)) v`` per head.

    q, k, v are affine maps of query, key and value into ``num_heads`` heads; the heads' results are mapped
    together to the output.

    Shapes:
        query: (batch, T, features), or more axes between; value, key: (batch, S, features); key is value if None.
        query_mask, value_mask, key_mask: (batch, T or S), bool. attention_mask: (batch, T, S), bool.
        y: (batch, T, output_shape or query features). Scores: (batch, heads, T, S).

    Args:
        num_heads: how many heads.
        key_dim: size of q and k in each head.
        value_dim: size of v in each head; key_dim if None.
        dropout: probability with which a weight becomes 0 in training.
        use_bias: whether the maps have biases.
        output_shape: sizes of the result's last axes; the query's last size if None.
        attention_axes: axes that are attended over; all but batch and features if None.
        sliding_window: a place looks at places less than this far away; at all if None.
        flash_attention: True for the fused kernel of GPUs, which needs 16-bit floats.
        use_gate: whether results are multiplied by ``sigmoid`` of one more map of the query.
        seed: int, for dropout.

    Example:
        >>> import numpy as np
        >>> x = np.ones((2, 5, 8), "float32")
        >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x).shape
        (2, 5, 8)

    Source: Vaswani et al. 2017, section 3.2; numbers as ``keras.layers.MultiHeadAttention``. Where no value may
    be looked at the weighed mean is 0.
    """

    num_heads: int = fields.positive("MultiHeadAttention's num_heads")
    key_dim: int = fields.positive("MultiHeadAttention's key_dim")
    value_dim: int | None = field(None, lambda v: v if v is None else fields.positive_int(v, "value_dim"))
    dropout: float = field(0.0, lambda v: fields.probability(v, "MultiHeadAttention's dropout"))
    use_bias: bool = True
    output_shape: Any = field(None, lambda s: s if s is None else (s,) if isinstance(s, int) else tuple(s))
    attention_axes: Any = field(None, lambda a: a if a is None else (a,) if isinstance(a, int) else tuple(a))
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
        """Values are as wide as keys unless said otherwise."""
        self.check_options()
        self.value_dim = self.value_dim or self.key_dim

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # files name shapes by these
        """Make the maps of query, key, gate, value and output."""
        self.check_shapes(query_shape, value_shape, key_shape)
        key_shape = key_shape or value_shape
        places = string.ascii_lowercase[: len(query_shape) - 1]
        into = f"{places}x,xyz->{places}yz"

        def heads(name: str, shape: Any, size: int | None) -> Any:
            layer = self.projection(into, (*[None] * (len(shape) - 2), self.num_heads, size), "yz", name)
            layer.build_from_config({"input_shape": shape})
            return layer

        self.query_dense = heads("query", query_shape, self.key_dim)
        self.key_dense = heads("key", key_shape, self.key_dim)
        if self.use_gate:
            self._gate_dense = heads("gate", query_shape, self.value_dim)
        self.value_dense = heads("value", value_shape, self.value_dim)
        self.make_weighing()
        sizes = self.output_shape or (query_shape[-1],)
        letters = string.ascii_uppercase[: len(sizes)]
        self.output_dense = self.projection(
            f"{places}yz,yz{letters}->{places}{letters}",
            (*[None] * (len(query_shape) - 2), *sizes),
            letters,
            "attention_output",
        )
        self.output_dense.build_from_config({"input_shape": (*query_shape[:-1], self.num_heads, self.value_dim)})
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
        self.check_shapes(query.shape, value.shape, None if key is None else key.shape)
        q, k, v = self.query_dense(query), self.key_dense(value if key is None else key), self.value_dense(value)
        lengths = (query.shape[1], value.shape[1])
        mask = self.allowed(lengths, value_mask, key_mask, attention_mask, use_causal_mask)
        places = _Places(query.shape, value.shape, self._axes(len(query.shape)))
        y, scores = self.attend(
            places.flat(q),
            places.flat(k),
            places.flat(v),
            places.mask(mask, self.num_heads),
            training,
            return_attention_scores,
        )
        y = places.unflat(y)
        if self.use_gate:
            y = y * jax.nn.sigmoid(self._gate_dense(query))
        y = self.output_dense(y)
        return (y, places.scores(scores)) if return_attention_scores else y

    def _axes(self, rank: int) -> tuple[int, ...]:
        axes = self.attention_axes or tuple(range(1, rank - 1))
        return tuple(a % rank for a in axes)

    def compute_output_shape(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> Any:
        """The query's, with output_shape as the last sizes."""
        self.check_shapes(query_shape, value_shape, key_shape)
        return (*query_shape[:-1], *(self.output_shape or (query_shape[-1],)))

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
        shape = self.compute_output_shape(query.shape, value.shape, None if key is None else key.shape)
        y = KerasTensor(shape, self.compute_dtype)
        if not return_attention_scores:
            return y
        places = _Places(query.shape, value.shape, self._axes(len(query.shape)))
        return y, KerasTensor(places.score_shape(query.shape[0], self.num_heads), self.compute_dtype)


class _Places:
    """Axes that are attended over, brought to one, and the others joined with the batch."""

    def __init__(self, query_shape: Any, value_shape: Any, axes: tuple[int, ...]):
        between = range(1, len(query_shape) - 1)
        self.free = tuple(a for a in between if a not in axes)
        self.order = (0, *self.free, *axes)
        self.free_sizes = tuple(query_shape[a] for a in self.free)
        self.query_sizes = tuple(query_shape[a] for a in axes)
        self.value_sizes = tuple(value_shape[a] for a in axes)
        self.plain = len(query_shape) == 3

    def flat(self, x: jax.Array) -> jax.Array:
        """(batch, ..., heads, size) to (batch * free, places, heads, size)."""
        if self.plain:
            return x
        x = x.transpose(*self.order, x.ndim - 2, x.ndim - 1)
        free = x.shape[: 1 + len(self.free)]
        count = 1
        for size in free:
            count *= size
        return x.reshape(count, -1, *x.shape[-2:])

    def unflat(self, y: jax.Array) -> jax.Array:
        """The way back, for results of the query's places."""
        if self.plain:
            return y
        y = y.reshape(-1, *self.free_sizes, *self.query_sizes, *y.shape[-2:])
        inverse = [self.order.index(a) for a in range(len(self.order))]
        return y.transpose(*inverse, y.ndim - 2, y.ndim - 1)

    def score_shape(self, batch: Any, heads: int) -> tuple[Any, ...]:
        """(batch, free..., heads, query places..., value places...)."""
        return (batch, *self.free_sizes, heads, *self.query_sizes, *self.value_sizes)

    def scores(self, scores: Any) -> jax.Array:
        """Scores with all axes."""
        return scores.reshape(self.score_shape(-1, scores.shape[1]))

    def mask(self, mask: Any, heads: int) -> Any:
        """A mask (batch, T..., S...) for flat scores; further leading axes are heads and free ones."""
        if mask is None:
            return None
        whole = len(self.free) + 2 + len(self.query_sizes) + len(self.value_sizes)
        pairs = len(self.query_sizes) + len(self.value_sizes)
        leading = mask.shape[: mask.ndim - pairs]
        mask = mask.reshape(*leading, *[1] * (whole - mask.ndim), *mask.shape[mask.ndim - pairs :])
        if self.plain:
            return mask
        rows = (mask.shape[0], *self.free_sizes, mask.shape[1 + len(self.free)], *self.query_sizes, *self.value_sizes)
        mask = jnp.broadcast_to(mask, rows)
        count = 1
        for size in rows[: 1 + len(self.free)]:
            count *= size
        t, s = 1, 1
        for size in self.query_sizes:
            t *= size
        for size in self.value_sizes:
            s *= size
        return mask.reshape(count, -1, t, s)
