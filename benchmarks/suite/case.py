"""What all contenders of a workload share: first weights, by layer, and the loss of the first batch with them.

``python -m benchmarks.suite.case W1 full FILE`` draws the weights (with Cornu) and writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.suite.workloads import WORKLOADS, Workload

Weights = dict[str, list[np.ndarray]]


class Case(NamedTuple):
    """Weights by the layer's name, and the loss that they must give."""

    weights: Weights
    loss: float


def of_model(model: Any) -> Weights:
    """A model's weights, layer by layer."""
    return {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}


def give(model: Any, weights: Weights) -> None:
    """Put them into a model of either library."""
    for name, values in weights.items():
        model.get_layer(name).set_weights(values)


def write(work: Workload, path: Path) -> None:
    """Draw weights, evaluate the first batch, and write both."""
    import cornu
    from benchmarks.suite import keras_like

    cornu.utils.set_random_seed(5)
    model = keras_like.compiled_model(cornu, work)
    arrays = {f"{name}/{i}": w for name, weights in of_model(model).items() for i, w in enumerate(weights)}
    np.savez(path, loss=keras_like.first_loss(model, work), **arrays)


def read(path: Path) -> Case:
    """The weights in the order of their layers."""
    weights: Weights = {}
    with np.load(path) as file:
        for key in file.files:
            if key != "loss":
                weights.setdefault(key.rpartition("/")[0], []).append(file[key])
        return Case(weights, float(file["loss"]))


if __name__ == "__main__":
    write(WORKLOADS[sys.argv[1]].at(sys.argv[2]), Path(sys.argv[3]))
