"""Keras as the oracle: what it writes is read, and what is written here it loads."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import cornu
from cornu.saving.archive import read_archive, write_archive
from cornu.saving.errors import UnsafeFileError
from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.window import Window


@pytest.fixture(scope="session")
def keras() -> Any:
    return pytest.importorskip("keras")


@pytest.fixture(scope="session")
def files(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small model in each form in which Keras saves."""
    folder = tmp_path_factory.mktemp("keras")

    class Words(keras.layers.Layer):
        """Keras's own lookup layers need TensorFlow: one with an asset of its own."""

        def call(self, inputs: Any) -> Any:
            return inputs

        def save_assets(self, folder: str) -> None:
            Path(folder, "vocabulary.txt").write_bytes(b"[UNK]\na\nb")

    x = keras.Input((4,), name="x")
    y = keras.layers.Dense(3, name="first")(x)
    y = keras.layers.BatchNormalization()(y)
    y = keras.layers.Dense(2, dtype="bfloat16", name="last")(y)
    model = keras.Model(x, y, name="small")
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    names = ("model.keras", "model.h5", "only.weights.h5", "lookup.keras")
    paths = {name: folder / name for name in names}
    model.save(paths["model.keras"])
    model.save(paths["model.h5"])
    model.save_weights(paths["only.weights.h5"])
    keras.Sequential([keras.Input((1,)), Words()]).save(paths["lookup.keras"])
    return paths


def content(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an HDF5 file, by the HDF5 library."""
    found: dict[str, np.ndarray] = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


@pytest.mark.parametrize("name", ["model.h5", "only.weights.h5"])
def test_hdf5_as_keras_wrote_it(files: dict[str, Path], name: str) -> None:
    expected = content(files[name])
    with HDF5Reader(Window.of_path(files[name])) as reader:
        found = {f"{path}/{key}": item.read() for path in reader for key, item in reader[path].items()}
        for path in reader:
            with h5py.File(files[name]) as file:
                assert reader.attributes(path) == dict(file[path].attrs)
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key].shape == value.shape
        assert found[key].tobytes() == value.tobytes()


def test_attributes_of_an_old_model_file(files: dict[str, Path]) -> None:
    with (
        h5py.File(files["model.h5"]) as file,
        HDF5Reader(Window.of_path(files["model.h5"])) as reader,
    ):
        assert reader.attributes("") == dict(file.attrs)
        names = list(file["model_weights"].attrs["layer_names"])
        assert reader.attributes("model_weights")["layer_names"] == names
        assert reader.groups("model_weights") == sorted(file["model_weights"])


def test_archive_as_keras_wrote_it(files: dict[str, Path]) -> None:
    with read_archive(files["model.keras"]) as archive:
        assert archive.config["class_name"] == "Functional"
        assert archive.metadata["keras_version"].startswith("3.")
        assert archive.weights["layers/dense"] == {}
        assert archive.weights["layers/dense_1/vars"]["0"].dtype == "bfloat16"
        assert list(archive.weights["optimizer/vars"])[9:12] == ["9", "10", "11"]
        assert archive.weights.attributes("layers/dense/vars") == {"name": "first"}
        assert (dict(archive.assets), archive.unknown) == ({}, ())
    with read_archive(files["lookup.keras"]) as archive:
        assert dict(archive.assets) == {"layers/words/vocabulary.txt": b"[UNK]\na\nb"}


def test_unpacked_archive(files: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(files["lookup.keras"]) as archive:
        archive.extractall(tmp_path / "model")
    with read_archive(files["lookup.keras"]) as zipped, read_archive(tmp_path / "model") as plain:
        assert plain.config == zipped.config
        assert dict(plain.assets) == dict(zipped.assets)
        assert plain.sizes() == dict(sorted(zipped.sizes().items()))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("stream", [False, True])
def test_archive_packed_again(files: dict[str, Path], tmp_path: Path, method: int, stream: bool) -> None:
    """By zipfile, compressed or not, with sizes before the data or (to a pipe) behind them."""
    path = tmp_path / "again.keras"

    class Pipe:
        def __init__(self, file: Any) -> None:
            self.write, self.flush = file.write, file.flush

    with (
        zipfile.ZipFile(files["model.keras"]) as old,
        open(path, "wb") as file,
        zipfile.ZipFile(Pipe(file) if stream else file, "w", method) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with read_archive(path) as again, read_archive(files["model.keras"]) as first:
        assert again.config == first.config
        for group, arrays in first.weights.items():
            for name, array in arrays.items():
                np.testing.assert_array_equal(again.weights[group][name].read(), array.read())


def test_keras_loads_what_is_written(keras: Any, files: dict[str, Path], tmp_path: Path) -> None:
    """Also the folder form, and the weights alone; the weights are others than in the original."""
    with read_archive(files["model.keras"]) as archive:

        def write(writer: Any) -> None:
            for path, arrays in archive.weights.items():
                values = {key: item.read() + item.dtype.type(1) for key, item in arrays.items()}
                writer.write(path, values, name="anything")

        for name, zipped in [("model.keras", True), ("folder", False)]:
            write_archive(tmp_path / name, archive.config, archive.metadata, write, zipped=zipped)
    old = keras.models.load_model(files["model.keras"])
    new = keras.models.load_model(tmp_path / "model.keras")
    assert len(new.weights) == len(old.weights) == 8
    pairs = zip(old.weights + old.optimizer.variables, new.weights + new.optimizer.variables, strict=True)
    for before, after in pairs:
        np.testing.assert_array_equal(np.asarray(after), np.asarray(before) + 1)
    weights = tmp_path / "folder" / "model.weights.h5"
    (tmp_path / "only.weights.h5").write_bytes(weights.read_bytes())
    old.load_weights(tmp_path / "only.weights.h5")
    for one, other in zip(old.weights, new.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    with (
        read_archive(tmp_path / "folder") as plain,
        read_archive(tmp_path / "model.keras") as other,
    ):
        assert plain.config == other.config
        assert plain.weights.keys() == other.weights.keys()


def test_the_npz_of_keras_is_pickled_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    np.savez(tmp_path / "w.npz", **{"layers/dense": np.array({"0": 1}, dtype=object)})
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("config.json", "{}")
        out.write(tmp_path / "w.npz", "model.weights.npz")
    with read_archive(path) as archive, pytest.raises(UnsafeFileError) as error:
        assert archive.weights
    assert str(error.value) == (
        "npz member 'layers/dense.npy' needs numbers or raw bytes; got elements of type '|O'. "
        "Pickled objects run code when read, so they never are: save the weights in another format."
    )


def test_h5_of_today(keras: Any, tmp_path: Path) -> None:
    """It names classes as Keras's code does, and keeps bfloat16 as bytes without the name of their type."""
    x = keras.Input((3, 4))
    y = keras.layers.GroupQueryAttention(2, 2, 1)(x, x)
    model = keras.Model(x, keras.layers.Dense(2, dtype="bfloat16")(y))
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m.h5")
    ours = cornu.models.load_model(tmp_path / "m.h5")
    assert [w.dtype for w in ours.weights] == [w.dtype for w in model.weights]
    assert [str(v.dtype) for v in ours.optimizer.variables] == [str(v.dtype) for v in model.optimizer.variables]
    for our, theirs in zip(ours.weights, model.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(our.value, "float32"), np.asarray(theirs.value, "float32"))


def test_functions_whose_file_holds_all_arguments(keras: Any, tmp_path: Path) -> None:
    """Extrema and products have a third argument after the axis, which files give by place."""
    x = keras.Input((3, 4))
    model = keras.Model(x, [f(x, axis=1) for f in (keras.ops.max, keras.ops.min, keras.ops.prod)])
    model.save(tmp_path / "m.keras")
    ours = cornu.models.load_model(tmp_path / "m.keras")
    values = np.arange(24, dtype="float32").reshape(2, 3, 4)
    for our, theirs in zip(ours(values), model(values), strict=True):
        np.testing.assert_array_equal(our, theirs)
