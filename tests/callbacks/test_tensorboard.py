"""TensorBoard: what is in the event files, where the package is installed; what is said where it is not."""

import sys

import numpy as np
import pytest

import cornu
from cornu.callbacks import TensorBoard
from tests.callbacks.recorded import X, Y, tiny


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError) as error:
        TensorBoard()
    assert str(error.value) == (
        "TensorBoard needs the package tensorboardX; got none. Run: pip install 'cornu[tensorboard]'"
    )


@pytest.fixture
def events():
    """Reads the events of a folder: (tag, step, value) in order."""
    package = pytest.importorskip("tensorboardX")

    def read(folder):
        found = []
        for path in sorted(folder.glob("events*")):
            data, at = path.read_bytes(), 0
            while at < len(data):
                # A record: its length, 8 bytes; a checksum, 4; the event; a checksum, 4.
                length = int.from_bytes(data[at : at + 8], "little")
                event = package.proto.event_pb2.Event.FromString(data[at + 12 : at + 12 + length])
                found += [(v.tag, event.step, v) for v in event.summary.value]
                at += 16 + length
        return found

    return read


def scalars(found):
    return {(tag, step): v.simple_value for tag, step, v in found if v.WhichOneof("value") == "simple_value"}


def test_epochs(events, tmp_path):
    model = tiny(cornu, ())
    callback = TensorBoard(tmp_path, histogram_freq=2, write_images=True, write_steps_per_second=True)
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=[callback]).history
    train, validation = events(tmp_path / "train"), events(tmp_path / "validation")
    for epoch in range(3):
        assert scalars(train)["epoch_loss", epoch] == pytest.approx(history["loss"][epoch])
        assert scalars(train)["epoch_learning_rate", epoch] == 0.5
        assert scalars(train)["epoch_steps_per_second", epoch] > 0
        assert scalars(validation)["epoch_loss", epoch] == pytest.approx(history["val_loss"][epoch])
        at = "evaluation_loss_vs_iterations", epoch + 1
        assert scalars(validation)[at] == pytest.approx(history["val_loss"][epoch])
    kernel = model.layers[-1].kernel.path
    kinds = [(step, v.WhichOneof("value")) for tag, step, v in train if tag == kernel]
    assert kinds == [(0, "histo"), (0, "image"), (2, "histo"), (2, "image")]
    (graph,) = [v for tag, _, v in train if tag == "keras"]
    assert graph.metadata.plugin_data.plugin_name == "graph_keras_model"
    assert graph.tensor.string_val[0].decode() == model.to_json()
    assert not cornu.callbacks.CallbackList([callback]).wants_batches["train"]


def test_batches(events, tmp_path):
    callback = TensorBoard(tmp_path, update_freq=2, write_graph=False)
    tiny(cornu, ()).fit(X, Y, batch_size=1, epochs=2, verbose=0, callbacks=[callback])
    steps = [step for tag, step, _ in events(tmp_path / "train") if tag == "batch_loss"]
    assert steps == [1, 3, 5, 7]


def test_embeddings(events, tmp_path):
    model = cornu.Sequential([cornu.Input((2,), dtype="int32"), cornu.layers.Embedding(3, 2), cornu.layers.Flatten()])
    model.compile("sgd", "mse")
    (tmp_path / "names").write_text("a\nb\nc\n")
    callback = TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata=tmp_path / "names")
    model.fit(np.zeros((2, 2), "int32"), np.zeros((2, 4)), verbose=0, callbacks=[callback])
    (table,) = tmp_path.glob("train/**/tensors.tsv")
    assert len(table.read_text().splitlines()) == 3
    assert (table.parent / "metadata.tsv").read_text().split() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"update_freq": "step"}, "TensorBoard needs update_freq 'epoch', 'batch' or a number; got 'step'. "
        "Pass for example 100."),
        ({"profile_batch": (5, 2)}, "TensorBoard needs profile_batch of a first and a last batch; got (5, 2). "
        "Pass for example 10, or (10, 20)."),
    ],
)  # fmt: skip
def test_arguments_that_are_refused(kwargs, message):
    pytest.importorskip("tensorboardX")
    with pytest.raises(ValueError) as error:
        TensorBoard(**kwargs)
    assert str(error.value) == message
