"""How often steps are traced and how batches reach them; that nothing of this shows in the numbers."""

import sys
from collections import Counter
from pathlib import Path

import jax
import numpy as np
import pytest

import cornu
from cornu import layers
from tests.train.oracle import A, W, X, single


class Each(cornu.callbacks.Callback):
    """Sees each batch, so that steps run one by one."""

    def __init__(self):
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


@pytest.fixture(scope="module")
def model():
    cornu.utils.set_random_seed(1)
    made = single(cornu)
    made.compile(cornu.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return made


def test_one_trace_of_each_step_for_ragged_batches_and_further_runs():
    model = single(cornu)
    model.compile("adam", "mse", metrics=["mae"])
    traces = model.training_setup.traces
    model.fit(X, A, batch_size=4, epochs=2, verbose=0, validation_data=(X[:7], A[:7]))
    assert traces == {"train": 1, "test": 1}
    model.evaluate(X, A, batch_size=4, verbose=0)
    model.evaluate(X, A, verbose=0)  # in batches of 4: a mean over rows is the same
    model.fit(X, A, batch_size=4, epochs=2, verbose=0)
    model.fit(X[:9], A[:9], batch_size=4, verbose=0)
    assert traces == {"train": 1, "test": 1}
    model.predict(X, batch_size=4, verbose=0)
    model.predict(X, batch_size=4, verbose=0)
    assert traces == {"train": 1, "test": 1, "predict": 1}


class Own(layers.Layer):
    """A user's layer, whose rows might affect each other."""

    def call(self, x):
        return x - cornu.ops.mean(x, axis=0)


def test_layers_of_users_cost_one_more_trace_for_the_smaller_batch_only():
    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(Own()(x)))
    model.compile("sgd", "mse")
    model.fit(X, A, batch_size=4, epochs=3, verbose=0)
    # The padded trace that the layer refuses, then the two sizes.
    assert model.training_setup.traces["train"] <= 3
    before = dict(model.training_setup.traces)
    model.fit(X, A, batch_size=4, epochs=2, verbose=0)
    assert model.training_setup.traces == before
    predicted = model.predict(X, batch_size=4, verbose=0)
    np.testing.assert_allclose(predicted[8:], np.asarray(model(X[8:])), rtol=1e-5, atol=1e-6)


def test_streams_pad_their_smaller_batches_too(model):
    def batches():
        yield X[:4], A[:4]
        yield X[4:8], A[4:8]
        yield X[8:], A[8:]

    before = model.training_setup.traces.get("train", 0)
    model.fit(batches(), verbose=0)
    assert model.training_setup.traces["train"] == before + 1


LIBRARY = str(Path(cornu.__file__).parent)


def python_calls(model, callbacks, rows):
    """Our own functions called by an epoch of ``rows`` batches of one row."""
    calls: Counter[str] = Counter()

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(LIBRARY):
            calls[frame.f_code.co_qualname] += 1

    x, y = np.zeros((rows, 4), "float32"), np.zeros((rows, 2), "float32")
    model.fit(x, y, batch_size=1, verbose=0, callbacks=callbacks)
    sys.setprofile(note)
    try:
        model.fit(x, y, batch_size=1, verbose=0, callbacks=callbacks)
    finally:
        sys.setprofile(None)
    return sum(calls.values())


def test_python_per_batch_does_not_grow_with_the_model(model):
    x = h = layers.Input((4,))
    for _ in range(8):
        h = layers.Dense(4)(h)
    deep = cornu.Model(x, layers.Dense(2)(h))
    deep.compile(cornu.optimizers.SGD(0.1), "mse", metrics=["mae"])
    counts = {}
    for name, m in (("shallow", model), ("deep", deep)):
        counts[name] = (python_calls(m, None, 60) - python_calls(m, None, 20)) / 40
    assert counts["shallow"] < 20 and counts["deep"] < 20, counts


def weights_after(model, start, fit):
    cornu.utils.set_random_seed(5)
    model.set_weights(start)
    model.compile(cornu.optimizers.Adam(0.05), "mse", metrics=["mae"])
    history = fit(model).history
    return [*model.get_weights(), *map(np.asarray, history.values())]


def test_the_same_seed_gives_the_same_bits_however_steps_are_dispatched():
    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(layers.Dropout(0.3, seed=3)(layers.Dense(8, activation="relu")(x))))
    start, seed = model.get_weights(), model.layers[2].seed_generator.state.numpy()

    def run(**arguments):
        model.layers[2].seed_generator.state.assign(seed)
        return weights_after(
            model, start, lambda m: m.fit(batch_size=4, epochs=3, verbose=0, **{"x": X, "y": A, **arguments})
        )

    looped, again, one_by_one = run(), run(), run(callbacks=[Each()])
    for other in (again, one_by_one):
        for a, b in zip(looped, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_streams_give_the_same_bits_as_arrays(model):
    start = model.get_weights()

    def batches():
        for s in (0, 4, 8):
            yield X[s : s + 4], A[s : s + 4]

    looped = weights_after(model, start, lambda m: m.fit(X, A, batch_size=4, shuffle=False, verbose=0))
    streamed = weights_after(model, start, lambda m: m.fit(batches(), verbose=0))
    for a, b in zip(looped, streamed, strict=True):
        np.testing.assert_array_equal(a, b)


class Failing(cornu.callbacks.Callback):
    def __init__(self, error):
        self.error, self.weights = error, None

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self.weights = self.model.get_weights()
            raise self.error


@pytest.mark.parametrize("error", [ZeroDivisionError("mine"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_what_a_callback_raises_leaves_the_last_step(model, error):
    failing = Failing(error)
    with pytest.raises(type(error)):
        model.fit(X, A, batch_size=2, verbose=0, callbacks=[failing])
    for a, b in zip(model.get_weights(), failing.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(np.asarray(model.optimizer.iterations)) > 0
    model.fit(X, A, verbose=0)


def test_a_bad_batch_in_a_stream_leaves_the_last_step(model):
    seen = []

    class Batches(cornu.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            if index == 2:
                seen.append(model.get_weights())
            return X[:4, : 3 if index == 2 else 4], A[:4]

    with pytest.raises(cornu.core.errors.ShapeError):
        model.fit(Batches(workers=0), shuffle=False, verbose=0)  # read between steps, it may look at weights
    for a, b in zip(model.get_weights(), seen[0], strict=True):
        np.testing.assert_array_equal(a, b)
    model.fit(X, A, verbose=0)


def test_a_generator_that_raises_leaves_the_last_step(model):
    def batches():
        yield X[:4], A[:4]
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        model.fit(batches(), verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    model.fit(X, A, verbose=0)


@pytest.mark.parametrize("stream", [False, True], ids=["arrays", "stream"])
def test_a_step_that_fails_while_it_runs_leaves_weights(stream):
    fail = [False]

    def check(x):
        if fail[0]:
            raise ArithmeticError("in the step")
        return np.asarray(x)

    class Checking(layers.Layer):
        couples_rows = False

        def call(self, x):
            shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
            return x + 0 * jax.pure_callback(check, shape, jax.lax.stop_gradient(x), vmap_method="sequential")

        def compute_output_shape(self, input_shape):
            return input_shape

    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(Checking()(x)))
    model.compile("sgd", "mse")
    data = {"x": [(X[:5], A[:5]), (X[5:], A[5:])].__iter__()} if stream else {"x": X, "y": A, "batch_size": 5}
    model.fit(X, A, batch_size=5, verbose=0)
    before = model.get_weights()
    fail[0] = True
    with pytest.raises(Exception, match="in the step"):
        model.fit(**data, verbose=0)
    fail[0] = False
    after = model.get_weights()
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    model.fit(X, A, batch_size=5, verbose=0)


class Setting(cornu.callbacks.Callback):
    """Sets weights before the second batch, and the learning rate to 0 from the second epoch on."""

    def __init__(self, weights):
        self.weights, self.kept = weights, None

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 1:
            self.model.set_weights(self.weights)

    def on_epoch_end(self, epoch, logs=None):
        self.kept = self.model.get_weights()
        self.model.optimizer.learning_rate = 0.0


def test_callbacks_may_set_weights_and_the_learning_rate(model):
    start = [np.zeros_like(w) for w in model.get_weights()]
    rate = float(np.asarray(model.optimizer.learning_rate))
    setting = Setting(start)
    model.fit(X, A, batch_size=5, shuffle=False, verbose=0, callbacks=[setting])
    one_step = model.get_weights()
    model.optimizer.learning_rate = rate
    model.set_weights(start)
    model.optimizer.learning_rate = 0.0
    setting = Setting(start)
    model.fit(X, A, batch_size=5, epochs=2, shuffle=False, verbose=0, callbacks=[setting])
    for a, b in zip(model.get_weights(), start, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((w != 0).any() for w in one_step)
    model.optimizer.learning_rate = rate


def test_metrics_seen_by_callbacks_are_those_of_one_pass(model):
    each = Each()
    history = model.fit(X, A, batch_size=4, verbose=0, sample_weight=W, callbacks=[each]).history
    assert len(each.losses) == 3 and each.losses[-1] == history["loss"][0]
