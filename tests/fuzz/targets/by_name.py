"""Weights by another library's names: arrays of any name and shape into layers of every layout, and names proposed."""

import functools
import warnings
from typing import Any

import numpy as np

import cornu
from cornu import layers
from cornu.saving import propose_names
from tests.fuzz import seeds
from tests.fuzz.described import description, written
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Target, on_disk

NAMES = {
    "table": "emb",
    "rows": "conv",
    "memory": "rnn",
    "gates": "gru",
    "attention": "attn",
    "norm": "norm",
    "d*": "fc*",
    "slope/alpha": "act.weight",
}


@functools.cache
def model() -> Any:
    with seeds.allowed():
        words = cornu.Input((4,), dtype="int32")
        x = layers.Embedding(5, 4, name="table")(words)
        x = layers.Conv1D(4, 2, name="rows")(x)
        x = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="memory")(x)
        x = layers.MultiHeadAttention(2, 2, name="attention")(x, x)
        x = layers.GRU(3, name="gates")(x)
        x = layers.BatchNormalization(name="norm")(x)
        x = layers.PReLU(name="slope")(x)
        return cornu.Model(words, layers.Dense(2, name="d1")(x))


def read(data: bytes) -> None:
    path = on_disk(written(data), "m.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what was skipped
        for names in (NAMES, lambda path: f"attn.{path.rpartition('/')[2]}"):
            before = [np.array(v) for v in model().get_weights()]
            try:
                model().load_weights(path, names=names)
            except ValueError:  # of arrays that do not fit, too
                assert all(np.array_equal(a, b, True) for a, b in zip(before, model().get_weights(), strict=True))
        model().load_weights(path, names=propose_names(model(), path, lambda line: None), strict=False)


def theirs() -> bytes:
    """The state dict of the same model in PyTorch."""
    steps = {
        f"rnn.{kind}_{place}_l0{way}": (8, *((4,) if place == "ih" else (2,)) * (kind == "weight"))
        for kind in ("weight", "bias")
        for place in ("ih", "hh")
        for way in ("", "_reverse")
    }
    norm = {f"norm.{name}": (3,) for name in ("weight", "bias", "running_mean", "running_var")}
    return description(
        {
            "emb.weight": (5, 4),
            "conv.weight": (4, 4, 2),
            "conv.bias": (4,),
            **steps,
            "attn.in_proj_weight": (12, 4),
            "attn.in_proj_bias": (12,),
            "attn.out_proj.weight": (4, 4),
            "attn.out_proj.bias": (4,),
            "gru.weight_ih_l0": (9, 4),
            "gru.weight_hh_l0": (9, 3),
            "gru.bias_ih_l0": (9,),
            "gru.bias_hh_l0": (9,),
            **norm,
            "norm.num_batches_tracked": (),
            "act.weight": (3,),
            "fc1.weight": (2, 3),
            "fc1.bias": (2,),
        }
    )


def under_our_names() -> bytes:
    return description({f"attn.{v.name}": v.shape for v in model().weights})


TARGET = Target(read, lambda: [theirs(), under_our_names()], text_mutation(), refusals=(ValueError,))
