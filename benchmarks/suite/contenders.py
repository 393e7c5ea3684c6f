"""Who is measured: an engine (one of three modules) with options, and where that makes sense."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from typing import Any

from benchmarks.suite.workloads import Workload


@dataclasses.dataclass(frozen=True)
class Contender:
    """One way to run a workload.

    Attributes:
        module: of ``benchmarks.suite``, with ``Run`` and ``starter``.
        options: arguments of ``Run``.
        kinds: of workloads that it takes part in.
        families: those alone, if not all.
        layouts: takes part only where there are pictures.
        platforms: "cpu", "gpu".
        rival: a product that users choose between, and so part of "the best rival"; not Cornu, not JAX by hand.
        note: what differs from the others' arithmetic, for the table.
        warm: its compilations were stored by an earlier process.
    """

    module: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    kinds: tuple[str, ...] = ("fit",)
    families: tuple[str, ...] | None = None
    layouts: bool = False
    platforms: tuple[str, ...] = ("cpu", "gpu")
    rival: bool = True
    note: str = ""
    warm: bool = False

    def takes(self, work: Workload) -> bool:
        """Whether it takes part in a workload."""
        return (
            work.kind in self.kinds
            and work.platform in self.platforms
            and (self.families is None or work.family in self.families)
            and (work.convolves or not self.layouts)
        )

    def engine(self) -> Any:
        """Its module; importing it imports the product.

        Raises:
            ImportError: the product is not installed.
        """
        return importlib.import_module(f"benchmarks.suite.{self.module}")


def _keras(engine: str, **options: Any) -> dict[str, Any]:
    return {"module": "keras_like", "options": {"engine": engine, **options}}


_HAND = {"module": "jax_loops", "rival": False}
_ALL = ("fit", "predict", "latency")
_CPU = ("cpu",)

CONTENDERS: dict[str, Contender] = {
    "cornu": Contender(**_keras("cornu"), kinds=(*_ALL, "start"), rival=False),
    "cornu-on-batch": Contender(**_keras("cornu", way="predict_on_batch"), kinds=("latency",), rival=False),
    "cornu-call": Contender(**_keras("cornu", way="call"), kinds=("latency",), rival=False),
    "cornu-warm": Contender(**_keras("cornu"), kinds=("start",), rival=False, warm=True),
    "jax": Contender(**_HAND, kinds=(*_ALL, "start")),
    "jax-warm": Contender(**_HAND, kinds=("start",), warm=True),
    "jax-scanned": Contender(**_HAND, options={"scanned": True}),
    "jax-kernels": Contender(**_HAND, options={"kernels": "cornu"}, kinds=_ALL, platforms=_CPU),
    "jax-kernels-scanned": Contender(**_HAND, options={"kernels": "cornu", "scanned": True}, platforms=_CPU),
    "keras-jax": Contender(**_keras("jax"), kinds=(*_ALL, "start")),
    "keras-jax-warm": Contender(**_keras("jax"), kinds=("start",), warm=True),
    "keras-jax-16": Contender(**_keras("jax", steps_per_execution=16)),
    "keras-jax-on-batch": Contender(**_keras("jax", way="predict_on_batch"), kinds=("latency",)),
    "keras-jax-call": Contender(**_keras("jax", way="call"), kinds=("latency",)),
    "keras-tf": Contender(**_keras("tensorflow"), kinds=(*_ALL, "start"), platforms=_CPU),
    "keras-tf-16": Contender(**_keras("tensorflow", steps_per_execution=16), platforms=_CPU),
    "keras-tf-plain": Contender(**_keras("tensorflow", jit_compile=False), kinds=_ALL, platforms=_CPU),
    "keras-tf-plain-16": Contender(
        **_keras("tensorflow", jit_compile=False, steps_per_execution=16), platforms=_CPU
    ),
    "keras-tf-on-batch": Contender(
        **_keras("tensorflow", way="predict_on_batch"), kinds=("latency",), platforms=_CPU
    ),
    "keras-tf-call": Contender(**_keras("tensorflow", way="call"), kinds=("latency",), platforms=_CPU),
    "keras-torch": Contender(**_keras("torch"), kinds=(*_ALL, "start"), platforms=_CPU),
    "keras-torch-compile": Contender(**_keras("torch", jit_compile=True), kinds=("fit", "predict"), platforms=_CPU),
    "keras-torch-on-batch": Contender(**_keras("torch", way="predict_on_batch"), kinds=("latency",), platforms=_CPU),
    "keras-torch-call": Contender(**_keras("torch", way="call"), kinds=("latency",), platforms=_CPU),
    "torch": Contender("torch_loops", kinds=(*_ALL, "start")),
    "torch-compile": Contender("torch_loops", {"compiled": True}, kinds=_ALL),
    "torch-last": Contender("torch_loops", {"channels_last": True}, kinds=("fit", "predict"), layouts=True),
    "torch-last-compile": Contender(
        "torch_loops", {"compiled": True, "channels_last": True}, kinds=("fit", "predict"), layouts=True
    ),
    "torch-sparse": Contender(
        "torch_loops", {"sparse": True}, families=("wide",), rival=False, note="lazy: moments of unread rows stay"
    ),
}  # fmt: skip


def chosen(work: Workload, words: list[str] | None) -> list[str]:
    """Names of contenders that take part; of ``words`` if given.

    Raises:
        ValueError: a word that names nobody.
    """
    for word in words or ():
        if word not in CONTENDERS:
            raise ValueError(f"--contenders needs names; got {word}. There are {', '.join(CONTENDERS)}.")
    return [name for name, contender in CONTENDERS.items() if contender.takes(work) and (not words or name in words)]
