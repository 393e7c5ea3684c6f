"""Trained models: saved by Keras and trained on here, saved here and trained on by Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu.core.names import reset_names
from tests.parity.interchange.models import CASES, Case

keras = pytest.importorskip("keras")
every_case = pytest.mark.parametrize("name", CASES)


def leaves(outputs: Any) -> list[np.ndarray]:
    return [np.asarray(x, "float64") for x in cornu.core.tree.flatten(outputs)]


def assert_close(ours: Any, theirs: Any, rtol: float) -> None:
    for one, other in zip(leaves(ours), leaves(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol)


def check(case: Case, other: Any, path: Path) -> None:
    """``other`` is what one library made of the file in which the other saved the case's model."""
    # bfloat16 has 8 bits: one rounding more or less is 0.4 %.
    rtol = 2e-2 if "dtypes" in path.name else 2e-5
    assert [tuple(w.shape) for w in other.weights] == [tuple(w.shape) for w in case.model.weights]
    assert_close(other(case.x), case.model(case.x), rtol)
    mine, theirs = case.model.optimizer, other.optimizer
    assert type(mine).__name__ == type(theirs).__name__
    assert len(mine.variables) == len(theirs.variables)
    for _ in range(2):
        losses = [np.atleast_1d(model.train_on_batch(case.x, case.y))[0] for model in (case.model, other)]
        np.testing.assert_allclose(*losses, rtol=max(rtol, 1e-4))
    assert_close([np.asarray(w) for w in other.weights], [np.asarray(w) for w in case.model.weights], 5 * rtol)


@every_case
def test_from_keras(name: str, tmp_path: Path) -> None:
    case = CASES[name](keras)
    case.model.train_on_batch(case.x, case.y)
    path = tmp_path / f"{name}.keras"
    case.model.save(path)
    check(case, cornu.models.load_model(path), path)


@every_case
def test_to_keras(name: str, tmp_path: Path) -> None:
    case = CASES[name](cornu)
    case.model.train_on_batch(case.x, case.y)
    path = tmp_path / f"{name}.keras"
    case.model.save(path)
    check(case, keras.models.load_model(path), path)


@every_case
def test_configs_are_keras_s(name: str) -> None:
    """Apart from the numbers of shared objects, and from masks that a call was not given."""
    keras.utils.clear_session()
    reset_names()
    ours = cornu.core.registry.serialize(CASES[name](cornu).model)
    theirs = keras.saving.serialize_keras_object(CASES[name](keras).model)
    assert plain(ours) == plain(theirs)


def plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: plain(v) for k, v in data.items() if k != "shared_object_id" and (k, v) != ("mask", None)}
    if isinstance(data, (list, tuple)):
        return [plain(v) for v in data]
    return data
