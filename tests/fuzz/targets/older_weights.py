"""Weights and optimizer state under older names and in older orders: groups renamed, counted twice, numbers left out."""

import functools
import warnings
from typing import Any

import numpy as np

import cornu
from tests.fuzz.described import description, written
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Target, on_disk

OLD = "_layer_checkpoint_dependencies"


@functools.cache
def model() -> Any:
    layers = [cornu.Input((3,)), cornu.layers.Dense(3), cornu.layers.Dense(2)]
    made = cornu.Sequential(layers)
    made.compile(cornu.optimizers.Nadam(), "mse")
    made.optimizer.build(made.trainable_variables)
    return made


def read(data: bytes) -> None:
    path = on_disk(written(data), "m.safetensors")
    variables = [*model().variables, *model().optimizer.variables]
    before = [np.array(v) for v in variables]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what was skipped, and of an optimizer that starts fresh
        try:
            model().load_weights(path)
        except ValueError:  # of arrays that do not fit, too
            assert all(np.array_equal(a, np.array(v), True) for a, v in zip(before, variables, strict=True))
        model().load_weights(path, skip_mismatch=True)


def files() -> list[bytes]:
    """As Keras 2.12 stored it, as today, and the state of Nadam in three orders."""
    first, second = {"0": (3, 3), "1": (3,)}, {"0": (3, 2), "1": (2,)}
    slots = [v.shape for v in model().optimizer.variables[3:]]

    def of(one: str, two: str, state: list[tuple[int, ...]]) -> bytes:
        arrays = {f"{one}/vars/{k}": s for k, s in first.items()} | {f"{two}/vars/{k}": s for k, s in second.items()}
        return description(arrays | {f"optimizer/vars/{i}": s for i, s in enumerate(state)})

    return [
        of(f"{OLD}/dense", f"{OLD}/dense_2", [(), *slots]),
        of("layers/dense", "layers/dense_1", [(), (), *slots, ()]),
        of("layers/dense", f"{OLD}/dense_1", [(), (), (), *slots]),
        of(f"{OLD}/a/{OLD}/_query_dense", f"{OLD}/dense_00", [()]),
        of("layers/dense", "layers/dense_1", [()]).replace(b"F32", b"I32"),
    ]


TARGET = Target(read, files, text_mutation(), refusals=(ValueError,))
