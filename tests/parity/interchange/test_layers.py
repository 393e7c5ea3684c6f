"""Every layer of the catalogue: saved by Keras and loaded here, saved here and loaded by Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from tests.contract.catalogue import LINES
from tests.contract.catalogue.line import Line

keras = pytest.importorskip("keras")


def model_of(library: Any, line: Line) -> Any:
    """The line's layer between inputs and output, in either library."""
    many = isinstance(line.shape, list)
    tensors = [library.Input(shape[1:], dtype=line.dtype) for shape in (line.shape if many else [line.shape])]
    inputs = tensors if many else tensors[0]
    return library.Model(inputs, line.run(line.make(library.layers), inputs))


def leaves(outputs: Any) -> list[np.ndarray]:
    return [np.asarray(x) for x in cornu.core.tree.flatten(outputs)]


def assert_equal(ours: Any, theirs: Any) -> None:
    for one, other in zip(leaves(ours), leaves(theirs), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


# Masks and other arrays that go with the rows of one batch are no part of a model.
GRAPHS = [x for x in LINES if x.oracle and not any(isinstance(v, np.ndarray) for v in x.call.values())]

# Keras quantises no equations with "...".
QUANTIZED = [
    line
    for line in GRAPHS
    if line.layer in ("Dense", "EinsumDense", "Embedding", "ReversibleEmbedding")
    and "..." not in line.arguments.get("equation", "")
    and "dtype" not in line.arguments
]


@pytest.mark.parametrize("line", GRAPHS, ids=lambda line: line.id)
def test_both_ways(line: Line, tmp_path: Path) -> None:
    travel(line, tmp_path, None)


@pytest.mark.parametrize("line", QUANTIZED, ids=lambda line: line.id)
def test_both_ways_in_integers(line: Line, tmp_path: Path) -> None:
    travel(line, tmp_path, "int8")


def travel(line: Line, tmp_path: Path, mode: str | None) -> None:
    theirs, ours = tmp_path / "theirs.keras", tmp_path / "ours.keras"
    x = line.inputs()
    original = model_of(keras, line)
    for variable in original.weights:  # zeros and ones would hide an exchange
        if "float" in variable.dtype:
            variable.assign(variable + np.linspace(0.1, 0.4, variable.numpy().size).reshape(variable.shape))
    for layer in original.layers:
        if hasattr(layer, "finalize_state"):  # Keras's Normalization goes on with its former statistics otherwise
            layer.finalize_state()
    if mode is not None:
        original.quantize(mode)
    original.save(theirs)
    loaded = cornu.models.load_model(theirs)
    assert [w.shape for w in loaded.weights] == [tuple(w.shape) for w in original.weights]
    for one, other in zip(loaded.weights, original.weights, strict=True):
        np.testing.assert_array_equal(one, np.asarray(other))
    loaded.save(ours)
    back = keras.models.load_model(ours)
    for one, other in zip(back.weights, original.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    if line.call.get("training") is True:
        return  # random numbers
    expected = original(x)
    assert_equal(loaded(x), expected)
    assert_equal(back(x), expected)
