"""Generators and other iterables: read between steps or ahead of them, nothing lost, nothing hanging."""

import itertools
import threading
import time
import traceback

import numpy as np
import pytest

import cornu
from cornu.data import Prefetch
from tests.data.learn import BATCHES, W, X, Y, assert_learns_the_same, linear, weights_after


def batches(read=None, count=None):
    """The batches again and again, noting which were read."""
    for index in range(10**9 if count is None else count):
        part = BATCHES[index % 3]
        if read is not None:
            read.append(index)
        yield X[part], Y[part]


class Loader:
    """An iterator that is read ahead, as those of PyTorch are."""

    __module__ = "torch.utils.data"

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.batches)


def readers():
    return [t for t in threading.enumerate() if t.name == "cornu-prefetch"]


def test_a_generator_is_read_no_further_than_the_steps_of_all_epochs():
    read = []
    generator = batches(read)
    model = linear()
    model.fit(generator, steps_per_epoch=3, epochs=2, verbose=0)
    assert read == [0, 1, 2, 3, 4, 5] and not readers()
    assert next(generator) is not None  # it is the user's, and open


def test_what_was_read_ahead_comes_first_in_the_next_fit():
    class Stop(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.05)  # reading goes on beside
            self.model.stop_training = True

    read = []
    generator = Loader(batches(read))
    model = linear()
    model.fit(generator, steps_per_epoch=6, verbose=0, callbacks=[Stop()])
    assert len(read) == 3  # one used, two ahead
    model.fit(generator, steps_per_epoch=2, verbose=0)
    assert read == [0, 1, 2]
    np.testing.assert_array_equal(
        np.concatenate([w.ravel() for w in model.get_weights()]), weights_after(batches(count=3))
    )


def test_one_array_filled_again_and_again_is_no_trap():
    def refilled():
        x, y = np.empty((4, 3), "float32"), np.empty(4, "float32")
        for part in BATCHES[:2]:
            x[:], y[:] = X[part], Y[part]
            yield x, y
        x[:], y[:] = 1e9, 1e9

    assert_learns_the_same(weights_after(refilled()), X[:8], Y[:8])


def test_data_that_end_before_the_epoch_stop_training_calmly():
    model = linear()
    with pytest.warns(UserWarning) as caught:
        history = model.fit(batches(count=4), steps_per_epoch=6, epochs=3, verbose=0)
    assert [str(w.message) for w in caught] == [
        "Data need 6 batches for this epoch; got 4. Ask for fewer steps, or let the data repeat.",
        "Data need batches for 3 epochs; got an iterator that ended in epoch 1. Training ends here: let it repeat and "
        "pass steps_per_epoch, or pass an object that can be iterated over anew.",
    ]
    assert history.epoch == [0]
    with pytest.warns(UserWarning, match="Data need batches for 2 epochs; got an iterator that ended in epoch 1"):
        assert len(model.fit(batches(count=3), epochs=2, verbose=0).history["loss"]) == 1
    with pytest.warns(UserWarning, match="Data need 5 batches for this epoch; got 3"):
        model.evaluate(batches(count=3), steps=5, verbose=0)


def test_iterables_begin_anew_each_epoch():
    class Again:
        def __iter__(self):
            return batches(count=3)

    model = linear()
    model.fit(Again(), epochs=2, verbose=0)
    plain = linear()
    plain.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], plain.get_weights()[0])


def test_weights_of_classes_and_rows():
    with_rows = ((X[p], Y[p], W[p]) for p in BATCHES)
    np.testing.assert_array_equal(weights_after(with_rows), weights_after(X, Y, batch_size=4, sample_weight=W))
    classes = {0: 1.0, 1: 3.0}
    found = weights_after(batches(count=3), class_weight=classes)
    np.testing.assert_array_equal(found, weights_after(X, Y, batch_size=4, class_weight=classes))


def test_columns_of_dicts_by_name():
    found = weights_after([{"x": X[p], "y": Y[p], "w": W[p]} for p in BATCHES].__iter__(), "y", sample_weight="w")
    np.testing.assert_array_equal(found, weights_after(X, Y, batch_size=4, sample_weight=W))


def test_reading_overlaps_with_computing():
    steps = 40
    with Prefetch(slowly(steps), lambda x: x) as ahead:
        began = time.perf_counter()
        for _ in ahead:
            time.sleep(0.01)  # a step
        together = time.perf_counter() - began
    assert together < 0.75 * steps * 0.02


def slowly(steps):
    for _ in range(steps):
        time.sleep(0.01)
        yield X[:4], Y[:4]


def test_training_overlaps_with_reading():
    """Two batches are read during the first step's callback."""
    read, seen = [], []

    class Look(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.05)
            seen.append(len(read))

    linear().fit(Loader(batches(read)), steps_per_epoch=6, verbose=0, callbacks=[Look()])
    assert seen == [3, 4, 5, 6, 6, 6]


def test_a_generator_sees_the_model_after_the_step_before():
    model, seen = linear(), []

    def looking():
        for part in BATCHES:
            seen.append(model.predict(X, verbose=0))
            yield X[part], Y[part]

    model.fit(looking(), verbose=0)
    plain = linear()
    for predicted, part in zip(seen, BATCHES, strict=True):
        np.testing.assert_array_equal(predicted, plain.predict(X, verbose=0))
        plain.train_on_batch(X[part], Y[part])


def failing():
    yield X[:4], Y[:4]
    yield X[:4], Y[:4]
    raise OSError("the disk")


@pytest.mark.parametrize("made", [iter, Loader])
def test_an_exception_comes_with_its_own_traceback(made):
    with pytest.raises(OSError, match="the disk") as caught:
        linear().fit(made(failing()), verbose=0)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "failing"
    assert not readers()


@pytest.mark.parametrize("made", [iter, Loader])
def test_a_callback_that_raises_ends_reading(made):
    class Fail(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise LookupError

    with pytest.raises(LookupError):
        linear().fit(made(batches()), steps_per_epoch=50, verbose=0, callbacks=[Fail()])
    assert not readers()


def test_looking_at_the_model_while_reading_is_explained():
    model = linear()

    def looking():
        for _ in range(20):
            yield X[:4], Y[:4]
            model.get_weights()

    model.fit(batches(count=1), verbose=0)
    with pytest.raises(RuntimeError) as caught:
        for _ in range(20):
            model.fit(Loader(looking()), verbose=0)
    assert caught.value.__notes__ == [
        "Batches are read by a thread beside training, which owns the weights. Look at the model in a callback, or read "
        "between steps: a generator, or a keras.utils.PyDataset with workers=0."
    ]


@pytest.mark.parametrize(
    "data, message",
    [
        (
            ([X[:4], Y[:3]],),
            "Training data needs as many rows in every array; got x 4, y 3. Cut or complete the arrays.",
        ),
        (([X[:0], Y[:0]],), "A batch of list_iterator needs at least one row; got 0 rows. Leave out empty batches."),
        (((1, 2, 3, 4),), "A batch needs x, (x, y) or (x, y, sample_weight); got a tuple of 4. Put several inputs into one list or dict."),
        (((np.array(["a", "b"]), Y[:2]),), "Training data needs numbers; got strings (np.str_('a'), ...). Turn them into numbers first, for example with layers.StringLookup or layers.TextVectorization."),
        (((["a", "b"], Y[:2]),), "Training data needs numbers; got strings ('a', ...). Turn them into numbers first, for example with layers.StringLookup or layers.TextVectorization."),
        ((([[1, 2], [3]], Y[:2]),), "Training data needs numbers; got lists of different lengths. Make the rows equally long, for example by padding."),
        (((np.float32(1), np.float32(2)),), "Training data needs arrays with a batch axis; got the scalar array(1., dtype=float32). Pass an array of rows, and batch a dataset before: .batch(32)."),
        ((), "Training data needs at least one batch; got an iterable that yields none. Check it, or make it anew for each run."),
    ],
    ids=["rows", "empty", "tuple", "strings", "list of strings", "ragged", "scalars", "none"],
)  # fmt: skip
def test_bad_batches_are_refused_with_a_reason(data, message):
    with pytest.raises(ValueError) as caught:
        linear().fit(iter(list(data)), verbose=0)
    assert str(caught.value) == message


def test_resume_of_a_generator_over_epochs_is_exact(tmp_path):
    whole, cut, rest = linear(), linear(), linear()
    varied = [(X * k, Y * k) for k in np.linspace(0.1, 1, 9, dtype="float32")]
    whole.fit(iter(varied), steps_per_epoch=3, epochs=3, verbose=0)
    cut.fit(iter(varied), steps_per_epoch=3, epochs=2, verbose=0, resume=tmp_path)
    rest.fit(iter(varied), steps_per_epoch=3, epochs=3, verbose=0, resume=tmp_path)
    for a, b in zip(whole.get_weights(), rest.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_endless_iterators_are_read_in_bounds():
    model = linear()
    assert model.predict(zip(itertools.repeat(X), itertools.repeat(None)), steps=2, verbose=0).shape == (20, 1)
