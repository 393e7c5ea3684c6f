"""What is timed: a model's family with its sizes, batch, optimizer and losses; W1 to W10, and W11 to W14 for a GPU.

The family's name finds the model in `models` (Keras's API), `by_hand` (JAX) and `by_hand_torch`, and its data in
`data`; all of them take the sizes as keyword arguments.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["fit", "predict", "latency", "start"]


@dataclasses.dataclass(frozen=True)
class Workload:
    """One model, and how it is used.

    Attributes:
        title: for tables.
        kind: "fit" and "predict" give rows per second, "latency" milliseconds of a call with one row, "start" what a
            fresh process costs until it trains.
        family: the model.
        batch: rows per step.
        steps: steps per epoch, or per call of ``predict``.
        sizes: of the model and its data.
        tiny: sizes that differ in a smoke test.
        losses: one for each output: "sparse", "onehot", "binary" (from logits) or "mse".
        loss_weights: factors, or None.
        optimizer: "rmsprop" or "adam", rate 1e-3.
        masked: zeros of the first input are padding, which the loss leaves out.
        half: computes in bfloat16 (weights in float32).
        platform: "cpu" or "gpu".
    """

    title: str
    kind: Kind
    family: str
    batch: int
    steps: int
    sizes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tiny: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    losses: tuple[str, ...] = ("sparse",)
    loss_weights: tuple[float, ...] | None = None
    optimizer: str = "adam"
    masked: bool = False
    half: bool = False
    platform: str = "cpu"

    @property
    def rows(self) -> int:
        """Rows per epoch."""
        return self.batch * self.steps

    @property
    def convolves(self) -> bool:
        """Whether the memory layout of pictures matters."""
        return self.family in ("autoencoder", "toy_resnet", "resnet50")

    def at(self, size: str) -> Workload:
        """The workload as it is ("full"), or so small that it shows only that it works ("tiny")."""
        if size == "full":
            return self
        return dataclasses.replace(self, batch=min(self.batch, 4), steps=2, sizes={**self.sizes, **self.tiny})


_RESNET = {"side": 32}
_ENCODER = {
    "layers": 4, "width": 256, "heads": 8, "inner": 1024, "tokens": 128, "vocabulary": 10_000, "classes": 10,
    "dropout": 0.1,
}  # fmt: skip
_BERT = {
    "layers": 12, "width": 768, "heads": 12, "inner": 3072, "tokens": 128, "vocabulary": 30_522, "classes": 2,
    "dropout": 0.1,
}  # fmt: skip
_DECODER = {
    "layers": 12, "width": 768, "heads": 12, "inner": 3072, "tokens": 512, "vocabulary": 16_384, "dropout": 0.1,
}  # fmt: skip
_FEW = {"layers": 1, "width": 8, "heads": 2, "inner": 16, "tokens": 6, "vocabulary": 20}
_RESNET50 = {"side": 224, "classes": 1000, "width": 64, "blocks": (3, 4, 6, 3)}
_SMALL_RESNET50 = {"side": 32, "classes": 5, "width": 4, "blocks": (1, 2)}
_TICKETS = {"vocabulary": 10_000, "title": 10, "body": 100}

WORKLOADS = {
    "W1": Workload("MNIST MLP", "fit", "mlp", 64, 600, optimizer="rmsprop"),
    "W2": Workload("autoencoder", "fit", "autoencoder", 128, 12, losses=("mse",)),
    "W3": Workload(
        "toy ResNet", "fit", "toy_resnet", 64, 12, _RESNET, {"side": 18}, losses=("onehot",), optimizer="rmsprop"
    ),
    "W4": Workload(
        "tickets, LSTM", "fit", "tickets", 32, 60, _TICKETS, {"vocabulary": 30, "body": 12},
        losses=("binary", "onehot"), loss_weights=(1.0, 0.2), optimizer="rmsprop",
    ),
    "W5": Workload("transformer encoder", "fit", "encoder", 16, 8, _ENCODER, _FEW),
    "W6": Workload("ResNet50 inference", "predict", "resnet50", 8, 4, _RESNET50, _SMALL_RESNET50),
    "W7-mlp": Workload("one sample, MLP", "latency", "mlp", 1, 1),
    "W7-resnet": Workload(
        "one sample, toy ResNet", "latency", "toy_resnet", 1, 1, _RESNET, {"side": 18}, losses=("onehot",)
    ),
    "W8": Workload(
        "wide embedding, Adam", "fit", "wide", 256, 10, {"vocabulary": 1_000_000, "width": 64, "ids": 10},
        {"vocabulary": 50, "width": 4}, losses=("binary",),
    ),
    "W9": Workload(
        "tagger, bidirectional GRU", "fit", "tagger", 32, 16,
        {"vocabulary": 20_000, "width": 128, "units": 128, "tokens": 200, "tags": 20},
        {"vocabulary": 30, "width": 8, "units": 4, "tokens": 7}, masked=True,
    ),
    "W10-mlp": Workload("start, MLP", "start", "mlp", 64, 20, optimizer="rmsprop"),
    "W10-resnet": Workload(
        "start, toy ResNet", "start", "toy_resnet", 64, 4, _RESNET, {"side": 18}, losses=("onehot",),
        optimizer="rmsprop",
    ),
    "W11": Workload("BERT-base", "fit", "encoder", 64, 16, _BERT, _FEW, half=True, platform="gpu"),
    "W12": Workload("decoder, 110 M weights", "fit", "decoder", 32, 16, _DECODER, _FEW, half=True, platform="gpu"),
    "W13": Workload("ResNet50", "fit", "resnet50", 128, 8, _RESNET50, _SMALL_RESNET50, half=True, platform="gpu"),
    "W14": Workload(
        "LSTM language model", "fit", "language", 64, 32, {"vocabulary": 16_384, "width": 512, "units": 1024, "tokens": 128},
        {"vocabulary": 30, "width": 8, "units": 4, "tokens": 7}, half=True, platform="gpu",
    ),
}  # fmt: skip


def chosen(words: list[str]) -> list[str]:
    """Names of workloads: "W7" stands for all whose names begin so.

    Raises:
        ValueError: a word that names nothing.
    """
    for word in words:
        if not any(word in (name, name.partition("-")[0]) for name in WORKLOADS):
            raise ValueError(f"--only needs names of workloads; got {word}. There are {', '.join(WORKLOADS)}.")
    return [name for name in WORKLOADS if name in words or name.partition("-")[0] in words]
