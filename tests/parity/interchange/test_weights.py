"""Files of weights alone, custom classes, and older files, between Keras and here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from tests.parity.interchange.models import CASES

keras = pytest.importorskip("keras")

FILES = {"w.weights.h5": {}, "w.weights.json": {"max_shard_size": 1e-7}}
NAMES = ["chain_of_chains", "two_outputs_by_name", "nested_twice_and_called_twice", "frozen"]


def assert_same_values(ours: Any, theirs: Any) -> None:
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    for one, other in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", NAMES)
def test_weights_both_ways(file: str, name: str, tmp_path: Path) -> None:
    """With the optimizer's state."""
    theirs, ours, third = CASES[name](keras).model, CASES[name](cornu).model, CASES[name](keras).model
    for model in (theirs, ours, third):
        model.optimizer.build(model.trainable_variables)
    for number, variable in enumerate([*theirs.weights, *theirs.optimizer.variables]):
        variable.assign(np.full(variable.shape, number, variable.dtype))
    theirs.save_weights(tmp_path / file, **FILES[file])
    ours.load_weights(tmp_path / file)
    assert_same_values(ours, theirs)
    (tmp_path / "back").mkdir()
    ours.save_weights(tmp_path / "back" / file, **FILES[file])
    third.load_weights(tmp_path / "back" / file)
    assert_same_values(ours, third)


def scale_of(library: Any) -> Any:
    """The same layer and model, written and registered for either library."""

    @library.saving.register_keras_serializable("interchange")
    class Scale(library.layers.Layer):
        def __init__(self, start: float = 1.0, **kwargs: Any):
            super().__init__(**kwargs)
            self.start = start
            self.inner = library.layers.Dense(3)
            self.stack = [library.layers.Dense(4), {"b": library.layers.Dense(4), "a": library.layers.Dense(2)}]

        def build(self, shape: Any) -> None:
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones", name="factor")
            self.inner.build(shape)
            self.stack[0].build((None, 3))
            self.stack[1]["b"].build((None, 4))
            self.stack[1]["a"].build((None, 4))

        def call(self, x: Any) -> Any:
            return self.stack[1]["a"](self.stack[1]["b"](self.stack[0](self.inner(x * self.factor * self.start))))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "start": self.start}

    @library.saving.register_keras_serializable("interchange")
    class Own(library.Model):
        def __init__(self, units: int, **kwargs: Any):
            super().__init__(**kwargs)
            self.units = units
            self.first, self.scale = library.layers.Dense(units), Scale(2.0)

        def call(self, x: Any) -> Any:
            return self.scale(self.first(x))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units}

    return Own


@pytest.mark.parametrize("libraries", [(keras, cornu), (cornu, keras)], ids=["from keras", "to keras"])
def test_classes_of_ones_own(libraries: tuple[Any, Any], tmp_path: Path) -> None:
    first, second = libraries
    scale_of(second)
    model = scale_of(first)(5)
    x = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)
    expected = np.asarray(model(x))
    model.save(tmp_path / "m.keras")
    again = second.models.load_model(tmp_path / "m.keras")
    assert [tuple(w.shape) for w in again.weights] == [tuple(w.shape) for w in model.weights]
    np.testing.assert_allclose(np.asarray(again(x)), expected, rtol=1e-5, atol=1e-6)
