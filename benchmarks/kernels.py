"""Each kernel against plain XLA, our pure-JAX form and PyTorch: ``python -m benchmarks.kernels [word ...]``.

Words choose cases whose name holds one of them. PyTorch takes part where it is installed. The
contenders take turns, so that what else the machine does falls on all of them, and of each the
fastest call counts. CPU time stands beside it: it hardly changes when others use the cores. With
``--cores 1`` everything runs on one core, which is the calmest comparison.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Call = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one call: the fastest, the middle, and processor time of the cheapest."""

    best: float
    median: float
    cpu: float


@dataclass(frozen=True)
class Case:
    """One computation by each contender: a name, and what makes the calls of each."""

    name: str
    contenders: dict[str, Call]
    gigaflop: float | None = None


def measure(contenders: dict[str, Call], seconds: float) -> dict[str, Times]:
    """Round after round of one call each, until the time is used up; at least 7 rounds."""
    for call in contenders.values():
        call(), call()
    walls: dict[str, list[float]] = {name: [] for name in contenders}
    cpus: dict[str, list[float]] = {name: [] for name in contenders}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(walls.values()))) < 7:
        for name, call in contenders.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            cpus[name].append(1e3 * (time.process_time() - cpu))
            walls[name].append(1e3 * (time.perf_counter() - wall))
    return {name: Times(min(walls[name]), statistics.median(walls[name]), min(cpus[name])) for name in contenders}


def levels(function: Callable, *arrays: object) -> dict[str, Call]:
    """The same JAX function as the table's levels compute it, each with the options that suit it."""
    import jax

    from cornu.kernels import compiler_options, native, table

    calls: dict[str, Call] = {}
    for level in ("native", "jax", "xla") if native.available() else ("jax", "xla"):
        with table.at_most(level):
            # A new function each time: JAX remembers what it traced of an old one.
            fresh = jax.jit(lambda *arrays: function(*arrays), compiler_options=compiler_options("cpu"))
            compiled = fresh.lower(*arrays).compile()
        calls[level] = lambda compiled=compiled: jax.block_until_ready(compiled(*arrays))
    return calls


def gradients(function: Callable) -> dict[str, Callable]:
    """The function, its gradient by the first argument, and by the second."""
    import jax

    def by(argument: int) -> Callable:
        def pull(d, *arrays):
            return jax.vjp(lambda a: function(*arrays[:argument], a, *arrays[argument + 1 :]), arrays[argument])[1](d)

        return pull

    return {"forward": lambda d, *arrays: function(*arrays), "by data": by(0), "by kernel": by(1)}


def torch_threads() -> object | None:
    """PyTorch on as many threads as there are cores to use, or None."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return torch


CONVOLUTIONS = [
    # batch, height, width, channels, filters, window, stride, padding, groups
    (64, 30, 30, 32, 64, 3, 1, "valid", 1),
    (64, 9, 9, 64, 64, 3, 1, "same", 1),
    (32, 28, 28, 1, 16, 3, 1, "valid", 1),
    (32, 24, 24, 16, 32, 3, 1, "valid", 1),
    (32, 28, 28, 16, 1, 3, 1, "same", 1),
    (16, 29, 29, 64, 128, 3, 2, "valid", 1),
    (16, 14, 14, 256, 256, 1, 1, "same", 1),
    (8, 14, 14, 256, 256, 3, 1, "same", 1),
    (4, 7, 7, 512, 512, 3, 1, "same", 1),
    (1, 56, 56, 64, 64, 3, 1, "same", 1),
    (4, 225, 225, 3, 64, 7, 2, "valid", 1),
    (8, 28, 28, 128, 128, 3, 1, "same", 32),
    (8, 56, 56, 64, 64, 3, 1, "same", 64),
]


def convolutions() -> Iterator[Case]:
    import jax.numpy as jnp

    from cornu.kernels import conv

    torch = torch_threads()
    random = np.random.default_rng(0)
    for batch, height, width, channels, filters, window, stride, padding, groups in CONVOLUTIONS:
        x = random.normal(size=(batch, height, width, channels)).astype("f")
        kernel = random.normal(size=(window, window, channels // groups, filters)).astype("f")

        def run(x, kernel, stride=stride, padding=padding):
            return conv(x, kernel, stride, padding)

        y = run(x, kernel)
        d = random.normal(size=y.shape).astype("f")
        work = 2e-9 * y.size * kernel[..., 0].size
        title = f"conv {batch}x{height}x{width}x{channels} to {filters}, {window}x{window}/{stride}, {groups} groups"
        rivals = torch_convolution(torch, x, kernel, d, stride, padding, groups) if torch else {}
        for direction, function in gradients(run).items():
            calls = levels(function, *map(jnp.asarray, (d, x, kernel)))
            yield Case(f"{title}, {direction}", calls | rivals.get(direction, {}), work)


def torch_convolution(torch, x, kernel, d, stride, padding, groups) -> dict[str, dict[str, Call]]:
    """Channels last, as PyTorch likes it best on the CPU."""
    last = {"memory_format": torch.channels_last}
    x, d = (torch.tensor(a).permute(0, 3, 1, 2).contiguous(**last) for a in (x, d))
    kernel = torch.tensor(kernel).permute(3, 2, 0, 1).contiguous(**last)
    pad = kernel.shape[-1] // 2 if padding == "same" else 0

    def backward(*wanted):
        pads = ([stride] * 2, [pad] * 2, [1, 1], False, [0, 0], groups, [*wanted, False])
        return {"torch": lambda: torch.ops.aten.convolution_backward(d, x, kernel, None, *pads)}

    def forward():
        with torch.no_grad():
            return torch.nn.functional.conv2d(x, kernel, None, stride, pad, 1, groups)

    return {
        "forward": {"torch": forward},
        "by data": backward(True, False),
        "by kernel": backward(False, True),
    }


def transposed() -> Iterator[Case]:
    import jax.numpy as jnp

    from cornu.kernels import conv_transpose

    random = np.random.default_rng(0)
    for stride in (1, 2):
        x = jnp.asarray(random.normal(size=(32, 12, 12, 32)), "float32")
        kernel = jnp.asarray(random.normal(size=(3, 3, 16, 32)), "float32")

        def run(x, kernel, stride=stride):
            return conv_transpose(x, kernel, stride, "same")

        d = jnp.ones_like(run(x, kernel))
        for direction, function in gradients(run).items():
            yield Case(f"conv transposed 32x12x12x32 to 16, 3x3/{stride}, {direction}", levels(function, d, x, kernel))


def pooling() -> Iterator[Case]:
    import jax
    import jax.numpy as jnp

    from cornu.kernels import average_pool, max_pool

    torch = torch_threads()
    random = np.random.default_rng(0)
    for shape, window, stride in (((64, 28, 28, 32), 2, 2), ((64, 30, 30, 64), 3, 3), ((16, 56, 56, 64), 3, 2)):
        x = random.normal(size=shape).astype("f")
        for kind, pool in (("max", max_pool), ("average", average_pool)):

            def forward(x, pool=pool, window=window, stride=stride):
                return pool(x, window, stride)

            def both(x, forward=forward):
                y, pull = jax.vjp(forward, x)
                return y, pull(y)

            title = f"{kind} pool {'x'.join(map(str, shape))}, {window}/{stride}"
            rivals = torch_pool(torch, x, kind, window, stride) if torch else {}
            yield Case(f"{title}, forward", levels(forward, jnp.asarray(x)) | rivals.get("forward", {}))
            yield Case(f"{title}, and gradient", levels(both, jnp.asarray(x)) | rivals.get("both", {}))


def torch_pool(torch, x, kind, window, stride) -> dict[str, dict[str, Call]]:
    x = torch.tensor(x).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    pool = {"max": torch.nn.functional.max_pool2d, "average": torch.nn.functional.avg_pool2d}[kind]
    leaf = x.clone().requires_grad_()

    def both():
        leaf.grad = None
        y = pool(leaf, window, stride)
        y.backward(y.detach())

    return {"forward": {"torch": lambda: pool(x, window, stride)}, "both": {"torch": both}}


def recurrences() -> Iterator[Case]:
    import jax
    import jax.numpy as jnp

    from cornu.kernels import gru, lstm, simple_rnn

    torch = torch_threads()
    random = np.random.default_rng(0)
    cells = {"lstm": (lstm, 2, 4), "gru": (gru, 1, 3), "simple": (simple_rnn, 1, 1)}
    for name, batch, steps, features, units in (
        ("lstm", 32, 100, 64, 128),
        ("lstm", 32, 200, 64, 32),
        ("lstm", 1, 100, 64, 128),
        ("gru", 32, 200, 64, 64),
        ("simple", 32, 100, 64, 64),
    ):
        cell, states, gates = cells[name]
        x = random.normal(size=(batch, steps, features)).astype("f")
        state = [jnp.zeros((batch, units))] * states
        weights = [
            jnp.asarray(random.normal(size=(rows, gates * units)) / rows**0.5, "float32") for rows in (features, units)
        ]

        def forward(x, *weights, cell=cell, state=state):
            return cell(x, *state, *weights)[0]

        def both(x, *weights, forward=forward):
            y, pull = jax.vjp(forward, x, *weights)
            return y, pull(y)

        title = f"{name} {batch}x{steps}x{features}, {units} units"
        rivals = torch_recurrence(torch, name, x, units) if torch else {}
        arrays = (jnp.asarray(x), *weights)
        yield Case(f"{title}, forward", levels(forward, *arrays) | rivals.get("forward", {}))
        yield Case(f"{title}, and gradient", levels(both, *arrays) | rivals.get("both", {}))


def torch_recurrence(torch, name, x, units) -> dict[str, dict[str, Call]]:
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "simple": torch.nn.RNN}[name]
    layer = kind(x.shape[-1], units, batch_first=True)
    x = torch.tensor(x)
    leaf = x.clone().requires_grad_()

    def forward():
        with torch.no_grad():
            return layer(x)[0]

    def both():
        leaf.grad = None
        layer.zero_grad()
        y = layer(leaf)[0]
        y.backward(y.detach())

    return {"forward": {"torch": forward}, "both": {"torch": both}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--cores", type=int, help="use this many cores")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each case")
    options = parser.parse_args()
    if options.cores:  # before JAX is imported, which counts them
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    for group in (convolutions, transposed, pooling, recurrences):
        for case in group():
            if not options.words or any(word in case.name for word in options.words):
                report(case, measure(case.contenders, options.seconds))


def report(case: Case, times: dict[str, Times]) -> None:
    """One line: of each contender the fastest call, the spread, CPU time, and the ratio to ours."""
    ours = next(iter(times.values())).best
    print(case.name, flush=True)
    for name, t in times.items():
        speed = f"{case.gigaflop / t.best * 1e3:7.1f} GFLOP/s" if case.gigaflop else ""
        print(
            f"    {name:7} {t.best:9.3f} ms (median {t.median:.3f}, CPU {t.cpu:.3f})  {t.best / ours:6.2f}x {speed}",
            flush=True,
        )


if __name__ == "__main__":
    main()
