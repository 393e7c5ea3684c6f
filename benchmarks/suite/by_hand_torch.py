"""The models in PyTorch, as its users write them: ``MODELS[family](p, **sizes)`` with each layer's weights by its name.

Pictures come channels first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Params = dict[str, list[Tensor]]


def _as_torch(name: str, weight: Tensor) -> Tensor:
    """(in, out) -> (out, in); (h, w, in, out) -> (out, in, h, w), which serves transposed layers as well."""
    if weight.ndim == 2 and not name.endswith("table") and name != "positions":
        return weight.T.contiguous()
    return weight.permute(3, 2, 0, 1).contiguous() if weight.ndim == 4 else weight


class Named(nn.Module):
    """A model that finds its parameters by the names of layers."""

    def __init__(self, p: Params, **sizes: Any):
        super().__init__()
        self.sizes = sizes
        self.p = nn.ModuleDict(
            {name: nn.ParameterList([_as_torch(name, w) for w in weights]) for name, weights in p.items()}
        )

    def dense(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, *self.p[name])


class MLP(Named):
    def forward(self, x: Any) -> Any:
        h = F.relu(self.dense("dense_0", x[0]))
        return [self.dense("dense_2", F.relu(self.dense("dense_1", h)))]


class Autoencoder(Named):
    def conv(self, name: str, x: Tensor) -> Tensor:
        return F.relu(F.conv2d(x, *self.p[name]))

    def up(self, name: str, x: Tensor) -> Tensor:
        return F.relu(F.conv_transpose2d(x, *self.p[name]))

    def forward(self, x: Any) -> Any:
        h = F.max_pool2d(self.conv("conv_1", self.conv("conv_0", x[0])), 3)
        h = self.conv("conv_3", self.conv("conv_2", h)).amax((2, 3)).reshape(-1, 1, 4, 4)
        h = F.interpolate(self.up("up_1", self.up("up_0", h)), scale_factor=3)
        return [self.up("up_3", self.up("up_2", h))]


class ToyResNet(Named):
    def conv(self, i: int, x: Tensor, padding: int = 0) -> Tensor:
        return F.relu(F.conv2d(x, *self.p[f"conv_{i}"], padding=padding))

    def forward(self, x: Any) -> Any:
        block = F.max_pool2d(self.conv(1, self.conv(0, x[0])), 3)
        for i in (2, 4):
            block = self.conv(i + 1, self.conv(i, block, 1), 1) + block
        h = F.relu(self.dense("dense", self.conv(6, block).mean((2, 3))))
        return [self.dense("logits", F.dropout(h, 0.5, self.training))]


def recurrence(kind: type[nn.RNNBase], weights: Sequence[Tensor], both: bool = False) -> nn.RNNBase:
    """An LSTM or GRU (here with z, r, n; there r, z, n), of one or both directions."""
    gates = 4 if kind is nn.LSTM else 3
    made = kind(weights[0].shape[0], weights[1].shape[0], batch_first=True, bidirectional=both)

    def place(weight: Tensor) -> Tensor:
        if gates == 4:
            return weight
        z, r, n = weight.chunk(3, -1)
        return torch.cat([r, z, n], -1)

    for i, end in enumerate(("", "_reverse") if both else ("",)):
        kernel, recurrent, bias = weights[3 * i : 3 * i + 3]
        pair = (bias, torch.zeros_like(bias)) if gates == 4 else (bias[0], bias[1])
        values = [place(kernel).T, place(recurrent).T, place(pair[0]), place(pair[1])]
        for name, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), values, strict=True):
            getattr(made, f"{name}_l0{end}").data = value.clone(memory_format=torch.contiguous_format)
    return made


class Tickets(Named):
    def __init__(self, p: Params, **sizes: Any):
        super().__init__({name: weights for name, weights in p.items() if "lstm" not in name}, **sizes)
        self.title, self.body = (recurrence(nn.LSTM, p[f"{name}_lstm"]) for name in ("title", "body"))

    def forward(self, x: Any) -> Any:
        a = self.title(F.embedding(x[0].long(), *self.p["title_table"]))[0][:, -1]
        b = self.body(F.embedding(x[1].long(), *self.p["body_table"]))[0][:, -1]
        h = torch.cat([a, b, x[2]], -1)
        return [self.dense("priority", h), self.dense("department", h)]


class Transformer(Named):
    """The encoder, and with ``causal`` the decoder. Query, key and value are one product."""

    causal = False

    def __init__(self, p: Params, **sizes: Any):
        super().__init__({name: w for name, w in p.items() if "attention" not in name}, **sizes)
        self.attention = nn.ModuleList()
        for i in range(sizes["layers"]):
            w = p[f"attention_{i}"]
            width = w[0].shape[0]
            joint = torch.cat([kernel.reshape(width, -1) for kernel in w[0:6:2]], 1).T.contiguous()
            bias = torch.cat([b.reshape(-1) for b in w[1:6:2]])
            self.attention.append(nn.ParameterList([joint, bias, w[6].reshape(-1, width).T.contiguous(), w[7]]))

    def norm(self, name: str, h: Tensor) -> Tensor:
        return F.layer_norm(h, h.shape[-1:], *self.p[name], eps=1e-5)

    def attend(self, i: int, h: Tensor) -> Tensor:
        joint, bias, out, out_bias = self.attention[i]
        heads = self.sizes["heads"]
        q, k, v = F.linear(h, joint, bias).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return F.linear(a.transpose(1, 2).flatten(2), out, out_bias)

    def drop(self, h: Tensor) -> Tensor:
        return F.dropout(h, self.sizes["dropout"], self.training)

    def body(self, x: Any) -> Tensor:
        h = F.embedding(x[0], *self.p["table"]) + self.p["positions"][0]
        for i in range(self.sizes["layers"]):
            h = h + self.drop(self.attend(i, self.norm(f"norm_a_{i}", h)))
            b = F.gelu(self.dense(f"wide_{i}", self.norm(f"norm_b_{i}", h)))
            h = h + self.drop(self.dense(f"narrow_{i}", b))
        return self.norm("norm", h)

    def forward(self, x: Any) -> Any:
        return [self.dense("logits", self.body(x).mean(1))]


class Decoder(Transformer):
    causal = True

    def forward(self, x: Any) -> Any:
        return [self.dense("logits", self.body(x))]


class Normalised(nn.Module):
    """A convolution and its batch normalisation."""

    def __init__(self, kernel: Tensor, norm: Sequence[Tensor], strides: int, padding: int):
        super().__init__()
        out, inside, size, _ = kernel.shape
        self.conv = nn.Conv2d(inside, out, size, strides, padding, bias=False)
        self.norm = nn.BatchNorm2d(out, momentum=0.01)
        self.conv.weight.data = kernel
        for name, value in zip(("weight", "bias", "running_mean", "running_var"), norm, strict=True):
            getattr(self.norm, name).data = value.clone()

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class ResNet50(nn.Module):
    def __init__(self, p: Params, blocks: Sequence[int], **_: Any):
        super().__init__()
        units = iter(range(len(p)))

        def unit(strides: int = 1, padding: int = 0) -> Normalised:
            i = next(units)
            return Normalised(_as_torch("", p[f"conv_{i}"][0]), p[f"norm_{i}"], strides, padding)

        self.stem = unit(2, 3)
        self.blocks = nn.ModuleList()
        for stage, repeats in enumerate(blocks):
            for block in range(repeats):
                strides = 2 if stage and not block else 1
                shortcut = nn.Identity() if block else unit(strides)
                self.blocks.append(nn.ModuleList([shortcut, unit(strides), unit(padding=1), unit()]))
        self.logits = nn.ParameterList([p["logits"][0].T.contiguous(), p["logits"][1]])

    def forward(self, x: Any) -> Any:
        h = F.max_pool2d(F.relu(self.stem(x[0])), 3, 2, 1)
        for shortcut, a, b, c in self.blocks:
            h = F.relu(c(F.relu(b(F.relu(a(h))))) + shortcut(h))
        return [F.linear(h.mean((2, 3)), *self.logits)]


class Wide(Named):
    """With ``sparse`` the table's gradient holds only the rows that were read."""

    sparse = False

    def forward(self, x: Any) -> Any:
        h = F.embedding_bag(x[0], self.p["table"][0], mode="mean", sparse=self.sparse)
        return [self.dense("logits", F.relu(self.dense("dense", h)))]


class Tagger(Named):
    """Sequences are packed, so that padding is not computed."""

    def __init__(self, p: Params, **sizes: Any):
        super().__init__({name: weights for name, weights in p.items() if name != "gru"}, **sizes)
        self.gru = recurrence(nn.GRU, p["gru"], both=True)

    def forward(self, x: Any) -> Any:
        h, lengths = F.embedding(x[0], *self.p["table"]), (x[0] != 0).sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(h, lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True, total_length=x[0].shape[1])
        return [self.dense("logits", h)]


class Language(Named):
    def __init__(self, p: Params, **sizes: Any):
        super().__init__({name: weights for name, weights in p.items() if "lstm" not in name}, **sizes)
        self.lstms = nn.ModuleList([recurrence(nn.LSTM, p[f"lstm_{i}"]) for i in range(2)])

    def forward(self, x: Any) -> Any:
        h = F.embedding(x[0], *self.p["table"])
        for lstm in self.lstms:
            h = lstm(h)[0]
        return [self.dense("logits", h)]


MODELS: dict[str, Callable[..., nn.Module]] = {
    "mlp": MLP,
    "autoencoder": Autoencoder,
    "toy_resnet": ToyResNet,
    "tickets": Tickets,
    "encoder": Transformer,
    "decoder": Decoder,
    "resnet50": ResNet50,
    "wide": Wide,
    "tagger": Tagger,
    "language": Language,
}
