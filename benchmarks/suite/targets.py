"""What Cornu has to reach, as ratios taken within one run: at least, and the aim beyond it.

A ratio is above 1 where Cornu is better: faster, shorter or smaller.
"""

from __future__ import annotations

import dataclasses

RIVALS = "best rival"
HAND = ("jax", "jax-scanned", "jax-kernels", "jax-kernels-scanned")


@dataclasses.dataclass(frozen=True)
class Target:
    """One row.

    Attributes:
        workload: its name.
        metric: as contenders report it.
        versus: `RIVALS`, or names of contenders of which the best counts.
        least: the ratio needed.
        aim: the ratio wished for.
        ours: the contender that is compared.
        over: in place of a ratio, how much more than theirs ours may be, in the metric's unit.
    """

    workload: str
    metric: str
    versus: str | tuple[str, ...]
    least: float = 1.0
    aim: float | None = None
    ours: str = "cornu"
    over: float | None = None


def _fit(workload: str, least: float, aim: float) -> list[Target]:
    """Against rivals, and within 1.05x of the best JAX by hand."""
    return [
        Target(workload, "rows/s", RIVALS, least, aim),
        Target(workload, "rows/s", HAND, 1 / 1.05, 1.0),
    ]


def _start(workload: str) -> list[Target]:
    """1.5x of JAX by hand at most; a third of it with stored compilations; 0.2 s over ``import jax``; 10% more memory."""
    return [
        Target(workload, "import s", ("jax",), over=0.2),
        Target(workload, "first step s", ("jax",), 1 / 1.5),
        Target(workload, "first step s", ("jax",), 3.0, ours="cornu-warm"),
        Target(workload, "peak MiB", ("jax",), 1 / 1.1),
    ]


TARGETS = [
    *_fit("W1", 1.3, 2.0),
    *_fit("W2", 1.8, 2.5),
    *_fit("W3", 1.4, 2.0),
    *_fit("W4", 1.9, 3.0),
    *_fit("W5", 1.1, 1.5),
    Target("W6", "rows/s", RIVALS, 1.0, 1.5),
    # Twice the time of a raw jitted call at most.
    Target("W7-mlp", "ms", ("jax",), 1 / 2, 1 / 1.2),
    Target("W7-resnet", "ms", ("jax",), 1 / 2, 1 / 1.2),
    Target("W8", "rows/s", RIVALS, 3.0, 10.0),
    *_fit("W9", 1.5, 3.0),
    *_start("W10-mlp"),
    *_start("W10-resnet"),
    *(Target(name, "rows/s", RIVALS, 1.0, 1.2) for name in ("W11", "W12", "W13", "W14")),
]
