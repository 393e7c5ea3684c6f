"""The workloads in plain JAX, as an expert would write them: one jitted step, or a scanned epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.suite.workloads import WORKLOADS, Workload, initial_weights


def conv(x: Any, w: Any, b: Any, padding: str = "VALID") -> Any:
    return lax.conv_general_dilated(x, w, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")) + b


def conv_transpose(x: Any, w: Any, b: Any) -> Any:
    k = w.shape[0] - 1
    flipped = jnp.flip(w, (0, 1)).swapaxes(2, 3)
    pads = ((k, k), (k, k))
    return lax.conv_general_dilated(x, flipped, (1, 1), pads, dimension_numbers=("NHWC", "HWIO", "NHWC")) + b


def max_pool(x: Any, size: int) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, size, size, 1), "VALID")


def lstm(x: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    units = recurrent.shape[0]
    z = (x.swapaxes(0, 1).reshape(-1, x.shape[-1]) @ kernel + bias).reshape(x.shape[1], x.shape[0], 4 * units)

    def cell(carry: Any, zt: Any) -> Any:
        h, c = carry
        i, f, g, o = jnp.split(zt + h @ recurrent, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros((x.shape[0], units), x.dtype)
    return lax.scan(cell, (zeros, zeros), z)[0][0]


relu = jax.nn.relu


def w1(p: Any, x: Any, key: Any) -> Any:
    h = relu(x[0] @ p[0] + p[1])
    return [relu(h @ p[2] + p[3]) @ p[4] + p[5]]


def w2(p: Any, x: Any, key: Any) -> Any:
    h = relu(conv(x[0], p[0], p[1]))
    h = max_pool(relu(conv(h, p[2], p[3])), 3)
    h = relu(conv(relu(conv(h, p[4], p[5])), p[6], p[7])).max((1, 2)).reshape(-1, 4, 4, 1)
    h = relu(conv_transpose(relu(conv_transpose(h, p[8], p[9])), p[10], p[11]))
    n, height, width, c = h.shape
    h = jnp.broadcast_to(h[:, :, None, :, None, :], (n, height, 3, width, 3, c)).reshape(n, height * 3, width * 3, c)
    return [relu(conv_transpose(relu(conv_transpose(h, p[12], p[13])), p[14], p[15]))]


def w3(p: Any, x: Any, key: Any) -> Any:
    h = relu(conv(relu(conv(x[0], p[0], p[1])), p[2], p[3]))
    block = max_pool(h, 3)
    for i in (4, 8):
        h = relu(conv(relu(conv(block, p[i], p[i + 1], "SAME")), p[i + 2], p[i + 3], "SAME"))
        block = h + block
    h = relu(conv(block, p[12], p[13])).mean((1, 2))
    h = relu(h @ p[14] + p[15])
    if key is not None:
        h = jnp.where(jax.random.bernoulli(key, 0.5, h.shape), h * 2, 0)
    return [h @ p[16] + p[17]]


def w4(p: Any, x: Any, key: Any) -> Any:
    a = lstm(p[0][x[0].astype(jnp.int32)], p[1], p[2], p[3])
    b = lstm(p[4][x[1].astype(jnp.int32)], p[5], p[6], p[7])
    h = jnp.concatenate([a, b, x[2]], -1)
    return [h @ p[8] + p[9], h @ p[10] + p[11]]


FORWARD = {"W1": w1, "W2": w2, "W3": w3, "W4": w4}


def order_for(name: str, weights: list[np.ndarray]) -> list[np.ndarray]:
    """Weights in the order in which the functions above take them, from the library's."""
    if name != "W4":
        return weights
    # The library lists layers by depth: the body's embedding may come first.
    tables = [w for w in weights if w.shape == (10000, 64)]
    rest = [w for w in weights if w.shape != (10000, 64)]
    big = [w for w in rest if w.shape[-1] == 512]
    small = [w for w in rest if w.shape[-1] == 128 and w.ndim <= 2 and w.shape[0] in (64, 32, 128)]
    heads = [w for w in rest if w.shape[-1] in (1, 4)]
    return [tables[0], *big, tables[1], *small, *heads]


def loss_of(kind: str, y: Any, z: Any) -> Any:
    if kind == "sparse":
        return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None].astype(jnp.int32), 1).mean()
    if kind == "onehot":
        return -(y * jax.nn.log_softmax(z)).sum(-1).mean()
    if kind == "binary":
        return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()
    return jnp.square(z - y).mean()


def update(kind: str, p: Any, g: Any, s: Any) -> Any:
    if kind == "rmsprop":
        v = [0.9 * a + 0.1 * b * b for a, b in zip(s, g, strict=True)]
        return [w - 1e-3 * b * lax.rsqrt(a + 1e-7) for w, a, b in zip(p, v, g, strict=True)], v
    t, m, v = s
    t = t + 1
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
    v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
    return [w - rate * a / (jnp.sqrt(b) + 1e-7) for w, a, b in zip(p, m, v, strict=True)], (t, m, v)


def run_jax(work: Workload, scanned: bool, timed: Callable[..., list[float]]) -> dict[str, Any]:
    """Train; rows per second."""
    import cornu  # for the order and shapes of the weights alone

    name = next(n for n, w in WORKLOADS.items() if w is work)
    params = [jnp.asarray(w) for w in order_for(name, initial_weights(work.build(cornu)))]
    rng = np.random.default_rng(0)
    x, y = work.data(rng, work.rows)
    x, y = [jnp.asarray(a) for a in x], [jnp.asarray(a) for a in y]
    factors = work.loss_weights or (1.0,) * len(work.losses)
    forward = FORWARD[name]

    def loss(p: Any, bx: Any, by: Any, key: Any) -> Any:
        outputs = forward(p, bx, key)
        return sum(f * loss_of(k, t, z) for f, k, t, z in zip(factors, work.losses, by, outputs, strict=True))

    def step(carry: Any, index: Any, x: Any, y: Any) -> Any:
        p, s, key, total = carry
        key, use = jax.random.split(key)
        value, g = jax.value_and_grad(loss)(p, [a[index] for a in x], [a[index] for a in y], use)
        p, s = update(work.optimizer, p, g, s)
        return p, s, key, total + value

    zeros = [jnp.zeros_like(w) for w in params]
    state = zeros if work.optimizer == "rmsprop" else (jnp.float32(0), zeros, [jnp.zeros_like(w) for w in params])
    carry = (params, state, jax.random.key(0), jnp.float32(0))
    options = (
        {"xla_cpu_experimental_ynn_fusion_type": ""} if name in ("W2", "W3") and jax.default_backend() == "cpu" else {}
    )
    one = jax.jit(step, donate_argnums=0, compiler_options=options)
    many = jax.jit(
        lambda c, order, x, y: lax.scan(lambda c, i: (step(c, i, x, y), None), c, order)[0],
        donate_argnums=0,
        compiler_options=options,
    )
    steps = work.rows // work.batch

    def epoch() -> None:
        nonlocal carry
        order = rng.permutation(work.rows)[: steps * work.batch].reshape(steps, work.batch).astype(np.int32)
        if scanned:
            carry = many(carry, order, x, y)
        else:
            for index in order:
                carry = one(carry, index, x, y)
        jax.block_until_ready(carry)

    import time

    first_loss = np.mean(
        [
            loss(params, [a[i : i + work.batch] for a in x], [a[i : i + work.batch] for a in y], None)
            for i in range(0, work.batch * 2, work.batch)
        ]
    )
    before = time.perf_counter()
    epoch()
    setup = time.perf_counter() - before
    return {"rates": timed(epoch, work.rows), "first_fit_s": setup, "first_loss": float(first_loss)}
