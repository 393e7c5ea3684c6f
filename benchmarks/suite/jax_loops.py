"""Training and prediction with the models of `by_hand`: one jitted step at a time, or a scanned epoch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.suite import clock, data
from benchmarks.suite.by_hand import FORWARD
from benchmarks.suite.case import Case
from benchmarks.suite.workloads import Workload

map_ = jax.tree.map
KERNELS = {"plain": "benchmarks.suite.plain_kernels", "cornu": "cornu.kernels"}


def versions(**_: Any) -> str:
    """For the table."""
    return f"jax {jax.__version__}"


def loss_of(kind: str, y: Any, z: Any, mask: Any) -> Any:
    z = z.astype(jnp.float32)
    if kind == "sparse":
        each = -jnp.take_along_axis(jax.nn.log_softmax(z), y[..., None], -1)[..., 0]
        return each.mean() if mask is None else (each * mask).sum() / mask.sum()
    if kind == "onehot":
        return -(y * jax.nn.log_softmax(z)).sum(-1).mean()
    if kind == "binary":
        return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()
    return jnp.square(z - y).mean()


def rmsprop(p: Any, g: Any, v: Any) -> Any:
    v = map_(lambda a, b: 0.9 * a + 0.1 * b * b, v, g)
    return map_(lambda w, a, b: w - 1e-3 * b * lax.rsqrt(a + 1e-7), p, v, g), v


def adam(p: Any, g: Any, state: Any) -> Any:
    t, m, v = state
    t = t + 1
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = map_(lambda a, b: 0.9 * a + 0.1 * b, m, g)
    v = map_(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
    return map_(lambda w, a, b: w - rate * a / (jnp.sqrt(b) + 1e-7), p, m, v), (t, m, v)


class Program:
    """The functions of a workload: outputs, loss, one step."""

    def __init__(self, work: Workload, kernels: str):
        self.work, self.kernels = work, importlib.import_module(KERNELS[kernels])
        self.options: dict[str, Any] = {}
        if work.convolves and jax.default_backend() == "cpu":
            # XLA's default convolutions are several times slower (benchmarks/kernels.py).
            self.options["xla_cpu_experimental_ynn_fusion_type"] = ""

    def outputs(self, p: Any, x: Any, key: Any = None) -> Any:
        if self.work.half:
            p, x = map_(_half, (p, x))
        return FORWARD[self.work.family](p, x, key, self.kernels, **self.work.sizes)

    def loss(self, p: Any, x: Any, y: Any, key: Any = None) -> Any:
        mask = x[0] != 0 if self.work.masked else None
        factors = self.work.loss_weights or (1.0,) * len(self.work.losses)
        parts = zip(factors, self.work.losses, y, self.outputs(p, x, key), strict=True)
        return sum(f * loss_of(kind, t, z, mask) for f, kind, t, z in parts)

    def start(self, p: Any) -> Any:
        """Weights, the optimizer's state, a key and the summed loss."""
        zeros = map_(jnp.zeros_like, p)
        state = zeros if self.work.optimizer == "rmsprop" else (jnp.float32(0), zeros, map_(jnp.zeros_like, p))
        return p, state, jax.random.key(0), jnp.float32(0)

    def step(self, carry: Any, x: Any, y: Any) -> Any:
        p, state, key, total = carry
        key, use = jax.random.split(key)
        value, g = jax.value_and_grad(self.loss)(p, x, y, use)
        p, state = (rmsprop if self.work.optimizer == "rmsprop" else adam)(p, g, state)
        return p, state, key, total + value

    def jit(self, function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        return jax.jit(function, compiler_options=self.options, **options)


class Run:
    """One contender in its process."""

    def __init__(self, work: Workload, case: Case, kernels: str = "plain", scanned: bool = False):
        self.work, self.scanned = work, scanned
        self.program = Program(work, kernels)
        self.params = map_(jnp.asarray, case.weights)

    def loss(self) -> float:
        x, y = data.make(self.work, self.work.batch)
        return float(self.program.jit(self.program.loss)(self.params, x, y))

    def measure(self, seconds: float) -> dict[str, list[float]]:
        x, y = data.make(self.work)
        if self.work.kind == "fit":
            return {"rows/s": clock.rates(self._epoch(x, y), self.work.rows, seconds)}
        call = self.program.jit(self.program.outputs)
        if self.work.kind == "latency":
            return {"ms": clock.milliseconds(lambda: np.asarray(call(self.params, x)[0]), seconds)}
        starts = range(0, self.work.rows, self.work.batch)

        def predict() -> Any:
            outputs = [call(self.params, [a[i : i + self.work.batch] for a in x])[0] for i in starts]
            return [np.asarray(z) for z in outputs]

        return {"rows/s": clock.rates(predict, self.work.rows, seconds)}

    def _epoch(self, x: Any, y: Any) -> Callable[[], Any]:
        """Shuffled; the data stay on the device."""
        x, y = map_(jnp.asarray, (x, y))
        step = self.program.step
        rng = np.random.default_rng(0)

        def one(carry: Any, index: Any, x: Any, y: Any) -> Any:
            return step(carry, *map_(lambda a: a[index], (x, y)))

        def many(carry: Any, order: Any, x: Any, y: Any) -> Any:
            return lax.scan(lambda c, index: (one(c, index, x, y), None), carry, order)[0]

        run = self.program.jit(many if self.scanned else one, donate_argnums=0)
        carry = map_(jnp.copy, self.program.start(self.params))

        def epoch() -> None:
            nonlocal carry
            order = rng.permutation(self.work.rows).reshape(-1, self.work.batch).astype(np.int32)
            if self.scanned:
                carry = run(carry, order, x, y)
            else:
                for index in order:
                    carry = run(carry, index, x, y)
            jax.block_until_ready(carry)

        return epoch


def starter(work: Workload, shapes: dict[str, list[tuple[int, ...]]]) -> Callable[[int], Any]:
    """A function that trains a number of steps from weights that it draws: what JAX needs until it trains."""
    program = Program(work, "plain")

    rng = np.random.default_rng(0)
    # By NumPy, which compiles nothing: the quickest start.
    drawn = {name: [0.05 * rng.standard_normal(s, np.float32) for s in each] for name, each in shapes.items()}
    carry = program.start(map_(jnp.asarray, drawn))
    x, y = data.make(work)
    step = program.jit(program.step, donate_argnums=0)

    def train(steps: int) -> Any:
        nonlocal carry
        for i in range(0, steps * work.batch, work.batch):
            carry = step(carry, *([a[i : i + work.batch] for a in part] for part in (x, y)))
        jax.block_until_ready(carry)

    return train


def _half(a: Any) -> Any:
    return a.astype(jnp.bfloat16) if jnp.issubdtype(a.dtype, jnp.floating) else a
