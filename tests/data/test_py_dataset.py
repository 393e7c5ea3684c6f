"""PyDataset: read by threads and by processes, always with the same result; what happens when reading fails."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback

import numpy as np
import pytest

import cornu
from tests.data.learn import X, Y, assert_learns_the_same, linear, weights_after
from tests.data.worked import Broken, Noisy, Rows, Stuck, Suicidal

HOW = [{"workers": 0}, {}, {"workers": 3}, {"workers": 2, "use_multiprocessing": True}]
NAMES = ["between steps", "one thread", "threads", "processes"]


def no_process_is_left():
    """Whether those that were told to end have ended, within 10 s."""
    for _ in range(100):
        if not [p for p in multiprocessing.active_children() if p.name == "cornu-worker"]:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("how", HOW, ids=NAMES)
def test_batches_come_in_order_whoever_reads_them(how):
    assert_learns_the_same(weights_after(Rows(0.02 * (how.get("workers", 1) > 1), **how)), X, Y)
    assert no_process_is_left()


@pytest.mark.parametrize("how", HOW, ids=NAMES)
def test_the_end_of_an_epoch_comes_before_the_next_is_read(how):
    dataset = Rows(**how)
    model, plain = linear(), linear()
    model.fit(dataset, epochs=3, shuffle=False, verbose=0)
    for sign in (1, -1, 1):
        plain.fit(X * sign, Y, batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], plain.get_weights()[0])
    events = [entry for entry in dataset.log if isinstance(entry, str)]
    assert events == ["begin", "end"] * 3


def test_the_order_of_calls_as_users_see_it():
    dataset = Rows()
    linear().fit(dataset, epochs=2, shuffle=False, verbose=0)
    # The first batch is looked at before, for its shapes.
    assert dataset.log == [0, "begin", 0, 1, 2, "end", "begin", 0, 1, 2, "end"]


@pytest.mark.parametrize("steps, expected", [(2, [0, 1, 2, 0, 1]), (None, [0, 1, 2] * 3)])
def test_an_epoch_may_end_before_the_dataset_does(steps, expected):
    dataset = Rows()
    with pytest.warns(UserWarning) if steps else contextlib.nullcontext():
        linear().fit(dataset, epochs=3, shuffle=False, steps_per_epoch=steps, verbose=0)
    assert [entry for entry in dataset.log if isinstance(entry, int)][1:] == expected


def test_shuffled_order_follows_the_seed():
    class Many(Rows):
        def __len__(self):
            return 12

        def __getitem__(self, index):
            self.log.append(index)
            return X[:4], Y[:4]

    logs = []
    for _ in range(2):
        cornu.utils.set_random_seed(3)
        dataset = Many()
        linear().fit(dataset, epochs=2, verbose=0)
        logs.append([entry for entry in dataset.log[1:] if isinstance(entry, int)])
    assert logs[0] == logs[1] and logs[0][:12] != logs[0][12:] != sorted(logs[0][12:])
    assert sorted(logs[0][:12]) == sorted(logs[0][12:]) == list(range(12))


def test_random_numbers_in_processes_do_not_depend_on_who_reads():
    found = []
    for workers in (1, 2):
        cornu.utils.set_random_seed(3)
        found.append(weights_after(Noisy(workers=workers, use_multiprocessing=True)))
    np.testing.assert_array_equal(*found)


def test_without_an_end():
    class Endless(Rows):
        @property
        def num_batches(self):
            return None

        def __getitem__(self, index):
            self.log.append(index)
            return X[:4], Y[:4]

    dataset = Endless()
    linear().fit(dataset, epochs=2, steps_per_epoch=2, verbose=0)
    assert dataset.log == [0, "begin", 0, 1, "end", "begin", 2, 3, "end"]
    with pytest.raises(ValueError) as caught:
        linear().fit(dataset, verbose=0)
    assert str(caught.value) == (
        "Data without an end needs steps_per_epoch= (validation_steps= for validation data); got none. "
        "Say how many batches to take."
    )


def test_evaluate_and_predict():
    model = linear()
    expected = model.evaluate(X, Y, batch_size=4, verbose=0)
    assert model.evaluate(Rows(workers=2), verbose=0) == expected
    np.testing.assert_array_equal(model.predict(Rows(), verbose=0), model.predict(X, batch_size=4, verbose=0))
    history = model.fit(Rows(), validation_data=Rows(workers=2), shuffle=False, verbose=0)
    assert set(history.history) == {"loss", "val_loss"}


@pytest.mark.parametrize("how", HOW, ids=NAMES)
def test_an_exception_comes_with_its_own_traceback(how):
    with pytest.raises(KeyError, match="no picture 2") as caught:
        linear().fit(Broken(**how), shuffle=False, verbose=0)
    text = "".join(traceback.format_exception(caught.value))
    assert "worked.py" in text and "in _read" in text
    if "use_multiprocessing" in how:
        assert "reading batch 2 of Broken." in caught.value.__notes__[0]
    assert no_process_is_left()


def test_a_killed_worker_is_an_error_and_no_hang():
    with pytest.raises(RuntimeError) as caught:
        linear().fit(Suicidal(workers=2, use_multiprocessing=True), shuffle=False, verbose=0)
    assert str(caught.value).partition("needs")[2] == (
        " to live as long as fit; got an end by SIGKILL. If memory ran out, use fewer workers or smaller batches."
    )
    assert no_process_is_left()


@pytest.mark.parametrize("how", HOW[1:], ids=NAMES[1:])
def test_an_interrupt_ends_it_at_once_and_leaves_no_process(how):
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # pytest-xdist's processes ignore it
    stepped = threading.Event()  # compiling is over, and what the main thread waits for is data

    def interrupt():
        stepped.wait(60)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    callback = cornu.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: stepped.set())
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            linear().fit(Stuck(**how), shuffle=False, verbose=0, callbacks=[callback])
    finally:
        signal.signal(signal.SIGINT, handler)
    assert time.monotonic() - began < 60
    assert no_process_is_left()
    assert not [t for t in threading.enumerate() if t.name == "cornu-prefetch" and t.join(5) is None and t.is_alive()]


def test_what_cannot_be_pickled_is_named():
    dataset = Rows(use_multiprocessing=True)
    dataset.augment = lambda x: x
    with pytest.raises(TypeError) as caught:
        linear().fit(dataset, verbose=0)
    assert str(caught.value) == (
        f"Rows in worker processes needs what can be pickled; got self.augment = {dataset.augment!r}. "
        "Define it at the top level of a module, or read with threads: use_multiprocessing=False."
    )


def test_what_a_subclass_forgot_is_said():
    class Nothing(cornu.utils.PyDataset):
        pass

    class Length(Nothing):
        def __len__(self):
            return 1

    class Forgetful(Rows):
        def __init__(self):
            self.wait, self.log, self.sign = 0, [], 1.0

    with pytest.raises(NotImplementedError) as caught:
        linear().fit(Nothing(), verbose=0)
    assert (
        str(caught.value) == "Nothing needs __len__, or num_batches (None if endless); got neither. Define one of them."
    )
    with pytest.raises(NotImplementedError, match="Length needs __getitem__"):
        linear().fit(Length(), verbose=0)
    assert_learns_the_same(weights_after(Forgetful()), X, Y)
    assert cornu.utils.Sequence is cornu.utils.PyDataset
