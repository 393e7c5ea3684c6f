"""Training and prediction with the models of `by_hand_torch`: eager or compiled, channels first or last."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch._inductor import config as inductor

from benchmarks.suite import clock, data
from benchmarks.suite.by_hand_torch import MODELS
from benchmarks.suite.case import Case
from benchmarks.suite.workloads import Workload

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def versions(**_: Any) -> str:
    """For the table."""
    return f"torch {torch.__version__}"


def loss_of(kind: str, y: Any, z: Any, mask: Any) -> Any:
    if kind == "sparse":
        target = y.long() if mask is None else torch.where(mask, y.long(), -100)
        return F.cross_entropy(z.flatten(0, -2), target.flatten())
    if kind == "onehot":
        return -(y * F.log_softmax(z, -1)).sum(-1).mean()
    if kind == "binary":
        return F.binary_cross_entropy_with_logits(z, y)
    return F.mse_loss(z, y)


class Run:
    """One contender in its process."""

    def __init__(
        self, work: Workload, case: Case, compiled: bool = False, channels_last: bool = False, sparse: bool = False
    ):
        torch.set_num_threads(os.cpu_count() or 1)
        torch.set_float32_matmul_precision("high")
        self.work, self.compiled = work, compiled
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        weights = {name: [torch.tensor(w) for w in values] for name, values in case.weights.items()}
        model = MODELS[work.family](weights, **work.sizes).to(DEVICE)
        if channels_last:
            model = model.to(memory_format=torch.channels_last)
        if sparse:
            model.sparse = True
        self.model, self.sparse = model, sparse
        self.call = torch.compile(model) if compiled and work.kind == "fit" else model

    def data(self, rows: int) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        x, y = data.make(self.work, rows)
        return [self._tensor(a) for a in x], [self._tensor(a) for a in y]

    def loss(self) -> float:
        x, y = self.data(self.work.batch)
        self.model.eval()
        with torch.no_grad():
            return float(self._objective(self.model, x, y))

    def measure(self, seconds: float) -> dict[str, list[float]]:
        if self.work.kind == "fit":
            return {"rows/s": clock.rates(self.epoch(self.work.rows), self.work.rows, seconds)}
        x, _ = self.data(self.work.rows)
        call = self._frozen()
        if self.work.kind == "latency":
            return {"ms": clock.milliseconds(lambda: call(x)[0].numpy(), seconds)}
        predict = lambda: [call(part)[0].numpy() for part in zip(*(a.split(self.work.batch) for a in x), strict=True)]  # noqa: E731
        return {"rows/s": clock.rates(predict, self.work.rows, seconds)}

    def _frozen(self) -> Callable[[Any], Any]:
        """For inference; a compiled one has its weights as constants, normalisation folded into convolutions."""
        self.model.eval()
        model = self.model
        if self.compiled:
            inductor.freezing = True
            model = torch.compile(model)

        def call(x: Any) -> Any:
            with torch.inference_mode() if not self.compiled else torch.no_grad():
                return model(x)

        return call

    def epoch(self, rows: int) -> Callable[[], Any]:
        """Shuffled; the data stay on the device."""
        x, y = self.data(rows)
        order_of = torch.Generator().manual_seed(0)
        optimizers = self._optimizers()
        updates = [torch.compile(o.step) if self.compiled else o.step for o in optimizers]
        self.model.train()

        def epoch() -> float:
            total = torch.zeros((), device=DEVICE)
            for index in torch.randperm(rows, generator=order_of).to(DEVICE).split(self.work.batch):
                for optimizer in optimizers:
                    optimizer.zero_grad(set_to_none=True)
                loss = self._objective(self.call, [a[index] for a in x], [a[index] for a in y])
                loss.backward()
                for update in updates:
                    update()
                total += loss.detach()
            return float(total)

        return epoch

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        if self.work.optimizer == "rmsprop":
            return [torch.optim.RMSprop(self.model.parameters(), 1e-3, alpha=0.9, eps=1e-7, foreach=True)]
        if not self.sparse:
            return [torch.optim.Adam(self.model.parameters(), 1e-3, eps=1e-7, foreach=True)]
        table = self.model.p["table"][0]
        rest = [p for p in self.model.parameters() if p is not table]
        return [torch.optim.SparseAdam([table], 1e-3, eps=1e-7), torch.optim.Adam(rest, 1e-3, eps=1e-7, foreach=True)]

    def _objective(self, call: Any, x: Any, y: Any) -> Any:
        mask = x[0] != 0 if self.work.masked else None
        factors = self.work.loss_weights or (1.0,) * len(self.work.losses)
        half = torch.autocast(DEVICE, torch.bfloat16) if self.work.half else contextlib.nullcontext()
        with half:
            parts = zip(factors, self.work.losses, y, call(x), strict=True)
            return sum(f * loss_of(kind, t, z, mask) for f, kind, t, z in parts)

    def _tensor(self, a: Any) -> torch.Tensor:
        made = torch.tensor(a, device=DEVICE)
        return made.permute(0, 3, 1, 2).contiguous(memory_format=self.format) if made.ndim == 4 else made


def starter(work: Workload, case: Case, compiled: bool = False) -> Callable[[int], Any]:
    """A function that trains a number of steps."""
    run = Run(work, case, compiled)
    return lambda steps: run.epoch(steps * work.batch)()
