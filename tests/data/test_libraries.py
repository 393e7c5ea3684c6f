"""Datasets of torch, TensorFlow, grain and Hugging Face, each with the library itself."""

import numpy as np
import pytest

from tests.data.learn import W, X, Y, assert_learns_the_same, linear, need, weights_after

CLASSES = {0: 1.0, 1: 3.0}


def same_for(make, make_x=None):
    """Training, with weights too, evaluation and prediction are as from arrays; ``make(*arrays)`` makes a dataset."""
    assert_learns_the_same(weights_after(make(X, Y)), X, Y)
    assert_learns_the_same(weights_after(make(X, Y, W)), X, Y, sample_weight=W)
    assert_learns_the_same(weights_after(make(X, Y), class_weight=CLASSES), X, Y, class_weight=CLASSES)
    model = linear()
    assert model.evaluate(make(X, Y), verbose=0) == model.evaluate(X, Y, batch_size=4, verbose=0)
    found = model.predict((make_x or make)(X), verbose=0)
    np.testing.assert_array_equal(found, model.predict(X, batch_size=4, verbose=0))
    data = make(X, Y)
    history = model.fit(data, epochs=2, validation_data=data, verbose=0)
    assert len(history.history["val_loss"]) == 2


def test_torch():
    torch = need("torch")
    from torch.utils.data import DataLoader, TensorDataset

    def loader(*arrays, **arguments):
        return DataLoader(TensorDataset(*map(torch.from_numpy, arrays)), batch_size=4, **arguments)

    same_for(loader)
    with_grad = torch.tensor(X, requires_grad=True)
    assert_learns_the_same(weights_after(with_grad, torch.from_numpy(Y), batch_size=4), X, Y)
    assert linear().predict(with_grad.bfloat16(), verbose=0).shape == (10, 1)
    workers = loader(X, Y, num_workers=1, multiprocessing_context="spawn")
    assert_learns_the_same(weights_after(workers), X, Y)
    with pytest.raises(ValueError) as caught:
        linear().fit(TensorDataset(torch.zeros(2, 3)), verbose=0)
    assert str(caught.value) == (
        "Training data needs batches; got TensorDataset, a torch dataset of rows. Wrap it: "
        "torch.utils.data.DataLoader(dataset, batch_size=32, shuffle=True)."
    )


@pytest.mark.filterwarnings("ignore")
def test_tensorflow():
    tf = need("tensorflow")

    def dataset(*arrays):
        return tf.data.Dataset.from_tensor_slices(arrays).batch(4)

    same_for(dataset, lambda x: tf.data.Dataset.from_tensor_slices(x).batch(4))
    unknown = dataset(X, Y).filter(lambda x, y: True)
    assert_learns_the_same(weights_after(unknown), X, Y)
    endless = dataset(X, Y).repeat()
    assert_learns_the_same(weights_after(endless, steps_per_epoch=3), X, Y)
    with pytest.raises(ValueError, match="Data without an end needs steps_per_epoch="):
        linear().fit(endless, verbose=0)
    assert_learns_the_same(weights_after(tf.constant(X), tf.constant(Y), batch_size=4), X, Y)
    for bad, message in [
        (tf.data.Dataset.from_tensor_slices(["a", "b"]).batch(2), r"got strings \(b'a', \.\.\.\)"),
        (tf.data.Dataset.from_tensor_slices(Y), "got the scalar .* batch a dataset before"),
        (tf.data.Dataset.from_tensors(tf.ragged.constant([[1.0], [2.0, 3.0]])), r"Call \.to_tensor\(\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            linear().predict(bad, verbose=0)


def test_grain():
    grain = need("grain")

    def dataset(*arrays):
        rows = list(zip(*arrays, strict=True)) if len(arrays) > 1 else arrays[0]
        return grain.MapDataset.source(rows).batch(4)

    same_for(dataset)
    assert_learns_the_same(weights_after(dataset(X, Y).to_iter_dataset()), X, Y)
    assert_learns_the_same(weights_after(dataset(X, Y).repeat(), steps_per_epoch=3), X, Y)
    loader = grain.DataLoader(
        data_source=list(zip(X, Y, strict=True)),
        sampler=grain.samplers.IndexSampler(10, shuffle=False, num_epochs=1),
        operations=[grain.transforms.Batch(4)],
    )
    assert_learns_the_same(weights_after(loader), X, Y)


def test_hugging_face(tmp_path):
    datasets = need("datasets")
    table = datasets.Dataset.from_dict({"x": X.tolist(), "label": Y.astype(int).tolist(), "w": W.tolist()})
    rows, labelled = table.select_columns(["x", "label"]), Y
    for made in (rows, rows.with_format("numpy"), rows.with_format("jax")):
        assert_learns_the_same(weights_after(made, "label", batch_size=4), X, labelled)
    assert_learns_the_same(weights_after(table, "label", sample_weight="w", batch_size=4), X, Y, sample_weight=W)
    found = weights_after(rows, "label", batch_size=4, class_weight=CLASSES)
    assert_learns_the_same(found, X, Y, class_weight=CLASSES)
    assert_learns_the_same(weights_after(table["x"], table["label"], batch_size=4), X, Y)
    assert_learns_the_same(weights_after(rows.to_iterable_dataset(), "label", batch_size=4), X, Y)
    flat = datasets.Dataset.from_dict({**{n: X[:, i] for i, n in enumerate("abc")}, "label": Y})
    assert_learns_the_same(weights_after(flat, "label", batch_size=4, columns=list("abc")), X, Y)
    model = linear()
    assert model.evaluate(rows, "label", batch_size=4, verbose=0) == model.evaluate(X, Y, batch_size=4, verbose=0)
    assert model.predict(table.select_columns(["x"]), verbose=0).shape == (10, 1)
    history = model.fit(rows, "label", validation_data=(rows, "label"), epochs=2, verbose=0)
    assert len(history.history["val_loss"]) == 2
    model.fit(rows, "label", validation_split=0.2, verbose=0)
    with pytest.raises(ValueError) as caught:
        model.fit(rows, "target", verbose=0)
    assert str(caught.value) == "Training data needs a column 'target'; got columns 'x', 'label'. Correct the name."
    with pytest.raises(ValueError, match=r"got a DatasetDict of 'train'\. Pass for example x\['train'\]\."):
        model.fit(datasets.DatasetDict({"train": rows}), "label", verbose=0)
