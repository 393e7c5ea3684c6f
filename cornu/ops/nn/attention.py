"""Attention by scaled dot products."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.core.spec import SymbolicShape
from cornu.ops.rules import shape_of, shaped
from cornu.ops.tensor import Tensor, arrays


def _attended(query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any) -> SymbolicShape:
    q, k, v = shape_of(query), shape_of(key), shape_of(value)
    if not len(q) == len(k) == len(v) == 4:
        raise ShapeError(
            explain(
                "dot_product_attention",
                "query, key and value of 4 axes (batch, time, heads, size)",
                show_shape([q, k, v]),
                "Use expand_dims for a single head.",
            )
        )
    return (*q[:-1], v[-1])


@op(spec_rule=shaped(_attended), rows=True)
def dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor = None,
    mask: Tensor = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """``softmax(scale query key^T + bias) value`` for each head (Vaswani et al. 2017, eq. 1).

    Shapes:
        query: (batch, target time, heads, size).
        key, value: (batch, source time, key heads, size); heads are a multiple of key heads.
        bias, mask: broadcast to (batch, heads, target time, source time); mask is bool, True attends.
        result: query's.

    Args:
        scale: ``1 / sqrt(size)`` if None.
        is_causal: each time attends to itself and earlier ones only.
        flash_attention: True insists on the fused kernel, which GPUs have; None and False leave it to XLA.
        attn_logits_soft_cap: c: logits become ``c tanh(logits / c)``.
    """
    query, key, value = arrays(query, key, value)
    _attended(query, key, value)
    mask = None if mask is None else jnp.asarray(mask).astype(bool)
    bias = None if bias is None else jnp.asarray(bias)
    if attn_logits_soft_cap is not None:
        return _capped(query, key, value, bias, mask, scale, is_causal, attn_logits_soft_cap)
    return jax.nn.dot_product_attention(
        query,
        key,
        value,
        bias=bias,
        mask=mask,
        scale=scale,
        is_causal=is_causal,
        implementation="cudnn" if flash_attention else "xla" if flash_attention is False else None,
    )


def _capped(
    query: jax.Array, key: jax.Array, value: jax.Array, bias: Any, mask: Any, scale: Any, is_causal: bool, cap: float
) -> jax.Array:
    groups = query.shape[2] // key.shape[2]
    key, value = (jnp.repeat(x, groups, axis=2) for x in (key, value))
    logits = jnp.einsum("bthd,bshd->bhts", query, key, preferred_element_type=jnp.float32)
    logits = logits * (query.shape[-1] ** -0.5 if scale is None else scale)
    logits = cap * jnp.tanh(logits / cap)
    if bias is not None:
        logits = logits + bias
    if is_causal:
        causal = jnp.tri(*logits.shape[-2:], dtype=bool)
        mask = causal if mask is None else jnp.logical_and(mask, causal)
    if mask is not None:
        logits = jnp.where(mask, logits, jnp.finfo(logits.dtype).min * 0.7)
    weights = jax.nn.softmax(logits, axis=-1).astype(query.dtype)
    return jnp.einsum("bhts,bshd->bthd", weights, value)
