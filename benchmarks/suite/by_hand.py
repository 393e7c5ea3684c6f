"""The models in plain JAX, as an expert would write them.

``FORWARD[family](p, x, key, kernels, **sizes)`` gives the outputs. ``p`` holds each layer's weights by its name, ``x``
the inputs; without a key nothing is dropped. ``kernels`` is `plain_kernels` or ``cornu.kernels``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

relu = jax.nn.relu
Params = dict[str, list[jax.Array]]


def dense(p: Params, name: str, x: Any) -> Any:
    kernel, bias = p[name]
    return x @ kernel + bias


def dropout(x: Any, key: Any, rate: float) -> Any:
    return x if key is None else jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def norm(p: Params, name: str, x: Any) -> Any:
    gamma, beta = p[name]
    wide = x.astype(jnp.float32)
    wide = wide - wide.mean(-1, keepdims=True)
    scaled = wide * jax.lax.rsqrt(jnp.square(wide).mean(-1, keepdims=True) + 1e-5)
    return (scaled * gamma + beta).astype(x.dtype)


def mlp(p: Params, x: Any, key: Any, k: Any) -> Any:
    h = relu(dense(p, "dense_0", x[0]))
    return [dense(p, "dense_2", relu(dense(p, "dense_1", h)))]


def autoencoder(p: Params, x: Any, key: Any, k: Any) -> Any:
    def conv(name: str, h: Any) -> Any:
        return k.conv(h, p[name][0], bias=p[name][1], rectify=True)

    def up(name: str, h: Any) -> Any:
        return k.conv_transpose(h, p[name][0], bias=p[name][1], rectify=True)

    h = k.max_pool(conv("conv_1", conv("conv_0", x[0])), 3)
    h = conv("conv_3", conv("conv_2", h)).max((1, 2)).reshape(-1, 4, 4, 1)
    h = k.upsample_nearest(up("up_1", up("up_0", h)), 3)
    return [up("up_3", up("up_2", h))]


def toy_resnet(p: Params, x: Any, key: Any, k: Any, **_: Any) -> Any:
    def conv(i: int, h: Any, padding: str = "valid") -> Any:
        kernel, bias = p[f"conv_{i}"]
        return k.conv(h, kernel, padding=padding, bias=bias, rectify=True)

    block = k.max_pool(conv(1, conv(0, x[0])), 3)
    for i in (2, 4):
        block = conv(i + 1, conv(i, block, "same"), "same") + block
    h = relu(dense(p, "dense", conv(6, block).mean((1, 2))))
    return [dense(p, "logits", dropout(h, key, 0.5))]


def tickets(p: Params, x: Any, key: Any, k: Any, **_: Any) -> Any:
    def last(name: str, ids: Any) -> Any:
        zeros = jnp.zeros((len(ids), p[f"{name}_lstm"][1].shape[0]))
        return k.lstm(p[f"{name}_table"][0][ids.astype(jnp.int32)], zeros, zeros, *p[f"{name}_lstm"])[1]

    h = jnp.concatenate([last("title", x[0]), last("body", x[1]), x[2]], -1)
    return [dense(p, "priority", h), dense(p, "department", h)]


def _attention(weights: list[Any], x: Any, causal: bool) -> Any:
    """Weights: kernel and bias of query, key, value and output, the kernels (width, heads, size) and back."""
    q, k, v = (jnp.einsum("btd,dhs->bths", x, weights[2 * i]) + weights[2 * i + 1] for i in range(3))
    h = jax.nn.dot_product_attention(q, k, v, is_causal=causal)
    return jnp.einsum("bths,hsd->btd", h, weights[6]) + weights[7]


def _transformer(p: Params, ids: Any, key: Any, causal: bool, layers: int, rate: float) -> Any:
    keys = [None] * 2 * layers if key is None else jax.random.split(key, 2 * layers)
    h = p["table"][0][ids] + p["positions"][0]
    for i in range(layers):
        a = _attention(p[f"attention_{i}"], norm(p, f"norm_a_{i}", h), causal)
        h = h + dropout(a, keys[2 * i], rate)
        b = jax.nn.gelu(dense(p, f"wide_{i}", norm(p, f"norm_b_{i}", h)), approximate=False)
        h = h + dropout(dense(p, f"narrow_{i}", b), keys[2 * i + 1], rate)
    return norm(p, "norm", h)


def encoder(p: Params, x: Any, key: Any, k: Any, layers: int, dropout: float, **_: Any) -> Any:
    return [dense(p, "logits", _transformer(p, x[0], key, False, layers, dropout).mean(1))]


def decoder(p: Params, x: Any, key: Any, k: Any, layers: int, dropout: float, **_: Any) -> Any:
    return [dense(p, "logits", _transformer(p, x[0], key, True, layers, dropout))]


def resnet50(p: Params, x: Any, key: Any, k: Any, blocks: Sequence[int], **_: Any) -> Any:
    """Without a key, for inference, the normalisation is a scale and a shift. Moving averages are not kept."""
    count = 0

    def unit(h: Any, strides: int = 1, padding: str = "same", rectify: bool = False) -> Any:
        nonlocal count
        gamma, beta, mean, variance = p[f"norm_{count}"]
        kernel = p[f"conv_{count}"][0]
        count += 1
        if key is not None:
            h = k.conv(h, kernel, strides=strides, padding=padding)
            wide = h.astype(jnp.float32)
            mean, variance = wide.mean((0, 1, 2)), wide.var((0, 1, 2))
            scale = gamma * jax.lax.rsqrt(variance + 1e-5)
            h = (wide * scale + (beta - mean * scale)).astype(h.dtype)
            return relu(h) if rectify else h
        scale = gamma * jax.lax.rsqrt(variance + 1e-5)
        shift = beta - mean * scale
        return k.conv(h, kernel * scale, strides=strides, padding=padding, bias=shift, rectify=rectify)

    h = unit(jnp.pad(x[0], ((0, 0), (3, 3), (3, 3), (0, 0))), 2, "valid", rectify=True)
    h = k.max_pool(jnp.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0))), 3, 2)
    for stage, repeats in enumerate(blocks):
        for block in range(repeats):
            strides = 2 if stage and not block else 1
            shortcut = h if block else unit(h, strides)
            h = unit(unit(h, strides, rectify=True), rectify=True)
            h = relu(unit(h) + shortcut)
    return [dense(p, "logits", h.mean((1, 2)))]


def wide(p: Params, x: Any, key: Any, k: Any, **_: Any) -> Any:
    return [dense(p, "logits", relu(dense(p, "dense", p["table"][0][x[0]].mean(1))))]


def tagger(p: Params, x: Any, key: Any, k: Any, units: int, **_: Any) -> Any:
    h, mask, zeros = p["table"][0][x[0]], x[0] != 0, jnp.zeros((len(x[0]), units))
    there, _last = k.gru(h, zeros, *p["gru"][:3], mask=mask)
    back, _last = k.gru(h, zeros, *p["gru"][3:], mask=mask, reverse=True)
    return [dense(p, "logits", jnp.concatenate([there, back], -1))]


def language(p: Params, x: Any, key: Any, k: Any, units: int, **_: Any) -> Any:
    h = p["table"][0][x[0]]
    zeros = jnp.zeros((len(h), units), h.dtype)
    h = k.lstm(h, zeros, zeros, *p["lstm_0"])[0]
    return [dense(p, "logits", k.lstm(h, zeros, zeros, *p["lstm_1"])[0])]


FORWARD: dict[str, Callable[..., list[jax.Array]]] = {
    "mlp": mlp,
    "autoencoder": autoencoder,
    "toy_resnet": toy_resnet,
    "tickets": tickets,
    "encoder": encoder,
    "decoder": decoder,
    "resnet50": resnet50,
    "wide": wide,
    "tagger": tagger,
    "language": language,
}
