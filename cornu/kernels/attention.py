"""Attention of several heads: values weighed by how queries and keys match.

The native kernel makes a head's scores a block of queries at a time and uses them while they lie in the
cache; its gradient makes them again from the queries, the keys and two numbers for each row. Its twin holds all
scores.

Derivatives are those of two primitives that are transposes of each other, so that forward mode works too (by
the twin), and second derivatives are the twin's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad

from cornu.kernels import native, table


def attention(q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array | None = None) -> jax.Array:
    """Values weighed by scores: ``softmax(q k') v`` for each head. Queries come scaled.

    Shapes:
        q: (batch, T, heads, size). k: (batch, S, groups, size). v: (batch, S, groups, value size); groups
            divides heads, and head n looks at group ``n // (heads // groups)``.
        mask: (batch or 1, heads or 1, T or 1, S or 1), bool: what may be looked at; everything if None.
        Returns (batch, T, heads, value size); 0 where nothing may be looked at.

    Example:
        >>> import jax.numpy as jnp
        >>> attention(jnp.ones((1, 3, 2, 4)), jnp.ones((1, 5, 2, 4)), jnp.ones((1, 5, 2, 6))).shape
        (1, 3, 2, 6)

    Source: Vaswani et al. 2017, section 3.2; not holding the scores: Dao et al. 2022 (arXiv:2205.14135).
    """
    same = q.dtype == k.dtype == v.dtype
    if same and q.size and k.size and v.size and table.attention_method(q.dtype) == "native":
        y, _ = _ATTENTION.bind(q, k, v, jnp.zeros((0,) * 4, bool) if mask is None else mask)
        return y
    return weigh(masked_softmax(scores(q, k), mask, -1), v)


def scores(q: jax.Array, k: jax.Array) -> jax.Array:
    """How queries match keys, (batch, heads, T, S). Queries of one group share keys: no copies of these are made."""
    groups = k.shape[2]
    if groups == q.shape[2]:
        return jnp.einsum("btnh,bsnh->bnts", q, k)  # as groups of one, XLA transposes the scores
    grouped = q.reshape(*q.shape[:2], groups, -1, q.shape[3])
    found = jnp.einsum("btgrh,bsgh->bgrts", grouped, k)
    return found.reshape(found.shape[0], q.shape[2], *found.shape[3:])


def weigh(weights: jax.Array, v: jax.Array) -> jax.Array:
    """(batch, T, heads, size) for weights (batch, heads, T, S), whose groups share values."""
    groups = v.shape[2]
    if groups == weights.shape[1]:
        return jnp.einsum("bnts,bsnh->btnh", weights, v)
    parts = weights.reshape(weights.shape[0], groups, -1, *weights.shape[2:])
    y = jnp.einsum("bgrts,bsgh->btgrh", parts, v)
    return y.reshape(*y.shape[:2], weights.shape[1], v.shape[3])


def masked_softmax(x: jax.Array, mask: Any, axis: Any) -> jax.Array:
    """``exp(x) / sum(exp(x))`` over places where the mask is true; 0 elsewhere, and where none is true."""
    if mask is None:
        return jax.nn.softmax(x, axis=axis)
    mask = jnp.broadcast_to(jnp.asarray(mask, bool), x.shape)
    shares = jax.nn.softmax(jnp.where(mask, x, jnp.finfo(x.dtype).min), axis=axis)
    return jnp.where(mask, shares, jnp.zeros((), x.dtype))


# The native kernels' twins. An empty mask stands for None, which no primitive takes.


def _plain(q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array) -> jax.Array:
    return weigh(masked_softmax(scores(q, k), mask if mask.size else None, -1), v)


def _twin(q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array) -> list[jax.Array]:
    """The result, and of each row of scores the largest and one over the sum of exponentials."""
    found = scores(q, k)
    if mask.size:
        found = jnp.where(mask, found, -jnp.inf)
    largest = jnp.maximum(found.max(-1, keepdims=True), jnp.finfo(found.dtype).min)
    total = jnp.exp(found - largest).sum(-1, keepdims=True)
    statistics = jnp.concatenate([largest, jnp.where(total == 0, 0, 1 / total)], -1)
    return [_plain(q, k, v, mask), statistics]


def _shapes(q: jax.Array, k: jax.Array, v: jax.Array, *_: jax.Array) -> list[tuple[int, ...]]:
    batch, queries, heads, _size = q.shape
    return [(batch, queries, heads, v.shape[-1]), (batch, heads, queries, 2)]


def _tangent(
    q: jax.Array,
    k: jax.Array,
    v: jax.Array,
    mask: jax.Array,
    statistics: jax.Array,
    dq: jax.Array,
    dk: jax.Array,
    dv: jax.Array,
) -> list[jax.Array]:
    return [jax.jvp(lambda q, k, v: _plain(q, k, v, mask), (q, k, v), (dq, dk, dv))[1]]


def _gradient(
    q: jax.Array, k: jax.Array, v: jax.Array, mask: jax.Array, statistics: jax.Array, dy: jax.Array
) -> list[jax.Array]:
    return list(jax.vjp(lambda q, k, v: _plain(q, k, v, mask), q, k, v)[1](dy))


def _differentiate(primals: Sequence, tangents: Sequence) -> tuple[list, list]:
    y, statistics = _ATTENTION.bind(*primals)
    moved = _TANGENT.bind(*primals, statistics, *map(ad.instantiate_zeros, tangents[:3]))
    return [y, statistics], [*moved, ad.Zero(ShapedArray(statistics.shape, statistics.dtype))]


def _transpose(cotangents: Sequence, *arrays: Any) -> tuple:
    results = _GRADIENT.bind(*arrays[:5], ad.instantiate_zeros(cotangents[0]))
    wanted = (r if ad.is_undefined_primal(a) else None for r, a in zip(results, arrays[5:], strict=True))
    return (None,) * 5 + tuple(wanted)


_ATTENTION: Primitive = native.define("cornu_attention", _twin, _shapes)
_TANGENT: Primitive = native.define(
    "cornu_attention_tangent", _tangent, lambda *arrays: _shapes(*arrays)[:1], attributes=None
)
_GRADIENT: Primitive = native.define(
    "cornu_attention_gradient", _gradient, lambda *arrays: [a.shape for a in arrays[:3]]
)
ad.primitive_jvps[_ATTENTION] = _differentiate
ad.primitive_transposes[_TANGENT] = _transpose
