"""Files that older versions of Keras wrote: each model predicts and trains as it did there (``fixtures/make.py``)."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu

FIXTURES = Path(__file__).parent / "fixtures"
ARCHIVES = sorted(FIXTURES.glob("keras-*.tar.xz"), key=lambda p: [int(n) for n in p.name[6:-7].split(".")])
MODELS = ("graph", "chain", "images", "words", "attention", "statistics", "mixed")
STEPS = ("graph", "chain", "mixed")  # a compilation each, of the first and last version of each kind


def cases() -> list[Any]:
    """Every model of every version, in each form that it has."""
    found = []
    for archive in ARCHIVES:
        version = archive.name[6:-7]
        with tarfile.open(archive) as packed:
            names = set(packed.getnames())
        for model in MODELS:
            for ending in (".keras", ".h5"):
                if model + ending in names and model + ".npz" in names:
                    found.append(pytest.param(archive, model, ending, id=f"{version}-{model}{ending}"))
    return found


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    folders = {}
    for archive in ARCHIVES:
        folders[archive] = tmp_path_factory.mktemp("version")
        with tarfile.open(archive) as packed:
            packed.extractall(folders[archive], filter="data")
    return folders


def part(data: Any, letter: str) -> list[np.ndarray]:
    names = sorted((name for name in data if name[0] == letter), key=lambda name: int(name[1:]))
    return [data[name] for name in names]


def alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


@pytest.mark.parametrize(("archive", "name", "ending"), cases())
@pytest.mark.filterwarnings("ignore:State of optimizer", "ignore:Conv1D")
def test_predicts_and_trains_on(archive: Path, name: str, ending: str, unpacked: dict[Path, Path]) -> None:
    folder = unpacked[archive]
    data = np.load(folder / f"{name}.npz", allow_pickle=False)
    model = cornu.models.load_model(folder / f"{name}{ending}")
    # bfloat16 has 8 bits; the bias of attention's keys has no gradient but rounding.
    tolerance = {"mixed": 1e-2, "attention": 1e-3}.get(name, 1e-5)
    found = cornu.core.tree.flatten(model(alone(part(data, "x"))))
    for one, other in zip(found, part(data, "y"), strict=True):
        np.testing.assert_allclose(np.asarray(one), other, rtol=max(1e-5, tolerance), atol=tolerance)
    version = archive.name[6:-7]
    # Keras 3.0 kept state for frozen weights, which today's optimizers do not have.
    if name not in STEPS or version in ("2.12.0", "3.6.0") or (version, name) == ("3.0.5", "graph"):
        return
    model.train_on_batch(alone(part(data, "x")), alone(part(data, "t")))
    for one, other in zip(model.weights, part(data, "w"), strict=True):
        np.testing.assert_allclose(np.asarray(one, "f4"), other.astype("f4"), rtol=1e-4, atol=tolerance)


@pytest.mark.parametrize("version", ["2.12.0", "2.15.0"])
def test_words_with_learnt_vocabularies(version: str, unpacked: dict[Path, Path]) -> None:
    """A model of words works outside of compiled code, where Keras on JAX has none."""
    folder = unpacked[FIXTURES / f"keras-{version}.tar.xz"]
    data = np.load(folder / "lookups.npz")
    model = cornu.models.load_model(folder / "lookups.keras")
    for one, other in zip(model(data["x0"]), part(data, "y"), strict=True):
        np.testing.assert_array_equal(np.asarray(one), other)


def test_hdf5_under_the_name_of_keras(unpacked: dict[Path, Path], tmp_path: Path) -> None:
    """What Keras 2.12 wrote for ``model.save("x.keras")``."""
    old = unpacked[FIXTURES / "keras-2.12.0.tar.xz"] / "chain.h5"
    (tmp_path / "m.keras").write_bytes(old.read_bytes())
    model = cornu.models.load_model(tmp_path / "m.keras")
    again = cornu.models.clone_model(model)
    again.load_weights(tmp_path / "m.keras")
    for one, other in zip(again.weights, model.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
