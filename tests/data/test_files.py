"""Arrays in files: np.memmap, h5py, zarr. Read by rows, never whole; shuffled; equal to the same arrays in memory."""

import h5py
import numpy as np
import pytest

import cornu
from cornu.data import stored
from cornu.train import drive
from tests.data.learn import W, X, Y, assert_learns_the_same, linear, need, weights_after


def memmap(folder, name, array, chunks=None):
    np.save(folder / f"{name}.npy", array)
    return np.load(folder / f"{name}.npy", mmap_mode="r")


def hdf5(folder, name, array, chunks=None):
    return h5py.File(folder / f"{name}.h5", "w").create_dataset(name, data=array, chunks=chunks)


def zarred(folder, name, array, chunks=None):
    zarr = need("zarr")
    made = zarr.create_array(str(folder / name), shape=array.shape, chunks=chunks or array.shape, dtype=array.dtype)
    made[:] = array
    return made


KINDS = [memmap, hdf5, zarred]


@pytest.mark.parametrize("store", KINDS)
def test_equal_to_arrays_in_memory(store, tmp_path, monkeypatch):
    monkeypatch.setattr(drive, "_RESIDENT_BYTES", 0)
    x, y = store(tmp_path, "x", X.astype("float64")), store(tmp_path, "y", Y)
    w = store(tmp_path, "w", W)
    assert_learns_the_same(weights_after(x, y, batch_size=4), X, Y)
    assert_learns_the_same(weights_after(x, y, batch_size=4, sample_weight=w), X, Y, sample_weight=W)
    classes = {0: 1.0, 1: 3.0}
    assert_learns_the_same(weights_after(x, y, batch_size=4, class_weight=classes), X, Y, class_weight=classes)
    model = linear()
    assert model.evaluate(x, y, batch_size=4, verbose=0) == model.evaluate(X, Y, batch_size=4, verbose=0)
    np.testing.assert_array_equal(model.predict(x, batch_size=4, verbose=0), model.predict(X, batch_size=4, verbose=0))
    split = [model.fit(a, b, validation_split=0.3, batch_size=4, verbose=0) for a, b in ((x, y), (x, Y))]
    assert all(set(h.history) == {"loss", "val_loss"} for h in split)


@pytest.mark.parametrize("store", KINDS)
def test_an_epoch_has_each_row_once_in_a_new_order(store, tmp_path, monkeypatch):
    monkeypatch.setattr(drive, "_RESIDENT_BYTES", 0)
    monkeypatch.setattr(stored, "_BLOCK_BYTES", 60)
    monkeypatch.setattr(stored, "_WINDOW_BYTES", 180)
    rows = np.arange(101, dtype="float32")[:, None] * np.ones(3, "float32")
    x = store(tmp_path, "x", rows, chunks=(5, 3))
    orders = [rows_seen(x, rows[:, 0]) for _ in range(2)]
    np.testing.assert_array_equal(*orders)  # the same seed
    for epoch in (orders[0][:101], orders[0][101:]):
        assert sorted(epoch) == list(range(101)) and not np.array_equal(epoch, np.sort(epoch))
    assert not np.array_equal(orders[0][:101], orders[0][101:])


def rows_seen(x, y):
    """Rows in the order of two epochs."""
    cornu.utils.set_random_seed(1)
    batches = cornu.data.as_batches(x, y, batch_size=7, shuffle=True)
    found = []
    for epoch in range(2):
        for bx, by, _ in batches.read(np.random.default_rng(epoch), None):
            np.testing.assert_array_equal(bx[:, 0], by)
            found.append(by)
    return np.concatenate(found)


@pytest.mark.parametrize("store", KINDS)
def test_reading_goes_on_in_the_middle_of_an_epoch(store, tmp_path):
    batches = cornu.data.as_batches(store(tmp_path, "x", X), Y, batch_size=4, shuffle=True)
    whole = list(batches.read(np.random.default_rng(0), None))
    rest = list(batches.read(np.random.default_rng(0), None, skip=1))
    assert len(rest) == 2
    for a, b in zip(whole[1:], rest, strict=True):
        np.testing.assert_array_equal(a[0], b[0])


def test_a_file_is_read_once_an_epoch_and_never_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_BLOCK_BYTES", 100 * 12)
    monkeypatch.setattr(stored, "_WINDOW_BYTES", 400 * 12)
    x = hdf5(tmp_path, "x", np.zeros((2000, 3), "float32"), chunks=(50, 3))
    read = []

    class Noted:
        def __getitem__(self, part):
            read.append(x[part].shape[0])
            return x[part]

    batches = cornu.data.as_batches(x, np.zeros(2000, "float32"), batch_size=32, shuffle=True)
    batches.arrays[0].source = Noted()
    for _ in batches.read(np.random.default_rng(0), None):
        pass
    assert sum(read) == 2000 and max(read) == 100
    assert cornu.train.drive.Driver(linear(), linear().training_setup, "test", batches)._resident is None


def test_strings_in_files_are_refused(tmp_path):
    made = h5py.File(tmp_path / "s.h5", "w").create_dataset("s", data=["a", "b"])
    with pytest.raises(ValueError) as caught:
        linear().fit(made, Y[:2], verbose=0)
    assert str(caught.value) == (
        "Training data needs numbers; got an array of object in a file. Encode it as numbers when writing the file."
    )
