"""The workloads in PyTorch, as its users write them: eager or compiled, channels first or last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.suite.by_hand import order_for
from benchmarks.suite.workloads import WORKLOADS, Workload, initial_weights


class MLP(nn.Module):
    def __init__(self, p: list[torch.Tensor]):
        super().__init__()
        self.p = nn.ParameterList(p)

    def forward(self, x: Any) -> Any:
        p = self.p
        h = F.relu(F.linear(x[0], p[0].T, p[1]))
        h = F.relu(F.linear(h, p[2].T, p[3]))
        return [F.linear(h, p[4].T, p[5])]


class Autoencoder(nn.Module):
    def __init__(self, p: list[torch.Tensor]):
        super().__init__()
        # (h, w, in, out) -> (out, in, h, w); transposed layers have (h, w, out, in) -> (in, out, h, w)
        self.p = nn.ParameterList([a.permute(3, 2, 0, 1).contiguous() if a.ndim == 4 else a for a in p])

    def forward(self, x: Any) -> Any:
        p = self.p
        h = F.relu(F.conv2d(x[0], p[0], p[1]))
        h = F.max_pool2d(F.relu(F.conv2d(h, p[2], p[3])), 3)
        h = F.relu(F.conv2d(F.relu(F.conv2d(h, p[4], p[5])), p[6], p[7])).amax((2, 3)).reshape(-1, 1, 4, 4)
        h = F.relu(F.conv_transpose2d(F.relu(F.conv_transpose2d(h, p[8], p[9])), p[10], p[11]))
        h = F.interpolate(h, scale_factor=3)
        return [F.relu(F.conv_transpose2d(F.relu(F.conv_transpose2d(h, p[12], p[13])), p[14], p[15]))]


class ResNet(nn.Module):
    def __init__(self, p: list[torch.Tensor]):
        super().__init__()
        self.p = nn.ParameterList([a.permute(3, 2, 0, 1).contiguous() if a.ndim == 4 else a for a in p])

    def forward(self, x: Any) -> Any:
        p = self.p
        h = F.relu(F.conv2d(F.relu(F.conv2d(x[0], p[0], p[1])), p[2], p[3]))
        block = F.max_pool2d(h, 3)
        for i in (4, 8):
            h = F.relu(F.conv2d(block, p[i], p[i + 1], padding=1))
            block = F.relu(F.conv2d(h, p[i + 2], p[i + 3], padding=1)) + block
        h = F.relu(F.conv2d(block, p[12], p[13])).mean((2, 3))
        h = F.dropout(F.relu(F.linear(h, p[14].T, p[15])), 0.5, self.training)
        return [F.linear(h, p[16].T, p[17])]


class Tickets(nn.Module):
    def __init__(self, p: list[torch.Tensor]):
        super().__init__()
        self.a, self.b = nn.LSTM(64, 128, batch_first=True), nn.LSTM(64, 32, batch_first=True)
        for lstm, (kernel, recurrent, bias) in ((self.a, p[1:4]), (self.b, p[5:8])):
            lstm.weight_ih_l0.data, lstm.weight_hh_l0.data = kernel.T.contiguous(), recurrent.T.contiguous()
            lstm.bias_ih_l0.data, lstm.bias_hh_l0.data = bias.clone(), torch.zeros_like(bias)
        self.p = nn.ParameterList([p[0], p[4], *p[8:]])

    def forward(self, x: Any) -> Any:
        p = self.p
        a = self.a(F.embedding(x[0].long(), p[0]))[0][:, -1]
        b = self.b(F.embedding(x[1].long(), p[1]))[0][:, -1]
        h = torch.cat([a, b, x[2]], -1)
        return [F.linear(h, p[2].T, p[3]), F.linear(h, p[4].T, p[5])]


MODELS = {"W1": MLP, "W2": Autoencoder, "W3": ResNet, "W4": Tickets}


def loss_of(kind: str, y: Any, z: Any) -> Any:
    if kind == "sparse":
        return F.cross_entropy(z, y.long())
    if kind == "onehot":
        return -(y * F.log_softmax(z, -1)).sum(-1).mean()
    if kind == "binary":
        return F.binary_cross_entropy_with_logits(z, y)
    return F.mse_loss(z, y)


def run(work: Workload, compiled: bool, channels_last: bool, timed: Callable[..., list[float]]) -> dict[str, Any]:
    """Train; rows per second."""
    import cornu  # for the order and shapes of the weights alone

    name = next(n for n, w in WORKLOADS.items() if w is work)
    weights = [torch.tensor(w) for w in order_for(name, initial_weights(work.build(cornu)))]
    model = MODELS[name](weights)
    rng = np.random.default_rng(0)
    x, y = work.data(rng, work.rows)
    to = lambda a: torch.tensor(a).permute(0, 3, 1, 2).contiguous() if a.ndim == 4 else torch.tensor(a)  # noqa: E731
    x, y = [to(a) for a in x], [to(a) for a in y]
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        x = [a.contiguous(memory_format=torch.channels_last) if a.ndim == 4 else a for a in x]
    factors = work.loss_weights or (1.0,) * len(work.losses)
    if work.optimizer == "rmsprop":
        optimizer = torch.optim.RMSprop(model.parameters(), 1e-3, alpha=0.9, eps=1e-7, foreach=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7, foreach=True)
    call = torch.compile(model) if compiled else model
    update = torch.compile(optimizer.step) if compiled else optimizer.step

    def objective(index: Any) -> Any:
        outputs = call([a[index] for a in x])
        parts = zip(factors, work.losses, y, outputs, strict=True)
        return sum(f * loss_of(k, t[index], z) for f, k, t, z in parts)

    steps = work.rows // work.batch

    def epoch() -> float:
        order = torch.tensor(rng.permutation(work.rows))
        total = torch.zeros(())
        for i in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = objective(order[i * work.batch : (i + 1) * work.batch])
            loss.backward()
            update()
            total += loss.detach()
        return float(total)

    model.eval()
    with torch.no_grad():
        first_loss = np.mean(
            [float(objective(torch.arange(i, i + work.batch))) for i in range(0, work.batch * 2, work.batch)]
        )
    model.train()
    before = time.perf_counter()
    epoch()
    setup = time.perf_counter() - before
    return {"rates": timed(epoch, work.rows), "first_fit_s": setup, "first_loss": float(first_loss)}
