"""``fit`` step by step: weights, losses and metrics as Keras, whatever holds the data."""

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.core.errors import StructureError
from tests.train.oracle import ROWS, A, B, C, W, X, assert_same, both, heads, single


def normalized(k):
    x = k.Input((4,), name="x")
    # Without a bias: its gradient before a normalization is nothing but rounding, which Adam would magnify.
    h = k.layers.BatchNormalization()(k.layers.Dense(5, activation="relu", use_bias=False)(x))
    return k.Model(x, k.layers.Dense(2)(k.layers.Dropout(0.0)(h)))


def sgd(k):
    return k.optimizers.SGD(0.05, momentum=0.9, nesterov=True)


def adam(k):
    return k.optimizers.Adam(0.01)


def clipped(k):
    return k.optimizers.AdamW(0.01, global_clipnorm=0.1, use_ema=True, ema_momentum=0.5)


def of(make):
    def of(k):
        return make(k)

    return of


@pytest.mark.parametrize("make", [sgd, adam, clipped])
def test_three_epochs_with_a_ragged_last_batch(make):
    def use(k, model):
        history = model.fit(
            X, A, batch_size=4, epochs=3, shuffle=False, verbose=0, validation_data=(X[:7], A[:7]), validation_freq=2
        )
        return history.history, history.epoch, model.get_weights(), [np.asarray(v) for v in model.optimizer.variables]

    build = normalized if make is adam else single
    assert_same(*both(build, use, optimizer=of(make), loss="mse", metrics=["mae"]), atol=2e-6)


def test_epochs_are_counted_from_the_initial_one():
    def use(k, model):
        history = model.fit(X, A, epochs=5, initial_epoch=3, shuffle=False, verbose=0)
        return history.history, history.epoch, {n: history.params[n] for n in ("epochs", "steps", "verbose")}

    assert_same(*both(single, use, loss="mse"))


WEIGHTED = {
    "rows": (single, A, W, None),
    "column": (single, A, W[:, None], None),
    "classes": (lambda k: heads(k, lambda o: o[1]), B, None, {0: 0.5, 1: 3.0}),
    "one-hot classes": (lambda k: heads(k, lambda o: o[1]), np.eye(3, dtype="float32")[B], None, {0: 0.5, 2: 3.0}),
    "two outputs": (heads, [A, B], [W, 1 / W], None),
    "one for two outputs": (heads, [A, B], W, None),
}


@pytest.mark.parametrize("case", WEIGHTED)
def test_weights_of_rows_and_classes(case):
    build, y, weight, classes = WEIGHTED[case]
    sparse = "sparse_categorical_crossentropy"
    losses = {"rows": "mse", "column": "mse", "classes": sparse, "one-hot classes": "categorical_crossentropy"}

    def use(k, model):
        if "column" in case:
            return model.train_on_batch(X, y, sample_weight=weight), model.get_weights()
        given = {"sample_weight": weight, "class_weight": classes}
        history = model.fit(X, y, batch_size=4, shuffle=False, verbose=0, **given).history
        return history, model.get_weights()

    assert_same(*both(build, use, loss=losses.get(case, ["mse", sparse])))


def test_class_weights_by_output_multiply_sample_weights():
    model, other = heads(cornu), heads(cornu)
    other.set_weights(model.get_weights())
    for m in (model, other):
        m.compile("sgd", ["mse", "sparse_categorical_crossentropy"])
    table = np.array([0.5, 1.0, 3.0], "float32")
    by_class = model.fit(
        X, [A, B], sample_weight=[None, W], class_weight={"b": {0: 0.5, 2: 3.0}}, shuffle=False, verbose=0
    )
    by_row = other.fit(X, [A, B], sample_weight=[None, W * table[B]], shuffle=False, verbose=0)
    assert_same(by_class.history, by_row.history)
    with pytest.raises(StructureError) as raised:
        model.fit(X, [A, B], class_weight={"c": {0: 1.0}}, verbose=0)
    assert str(raised.value) == "class_weight needs names of outputs ('a', 'b'); got 'c'. Rename the key."


def test_weights_of_time_steps():
    def build(k):
        x = k.Input((3, 4), name="x")
        return k.Model(x, k.layers.Dense(2)(x))

    x, y = np.stack([X, -X, 2 * X], 1), np.stack([A, A + 1, A - 1], 1)
    weights = np.stack([W, 0 * W, 1 / W], 1)

    def use(k, model):
        history = model.fit(x, y, batch_size=4, sample_weight=weights, shuffle=False, verbose=0).history
        return history, model.evaluate(x, y, sample_weight=weights, verbose=0)

    assert_same(*both(build, use, loss="mse", weighted_metrics=["mae"]))


def test_targets_without_the_outputs_last_axis_and_other_dtypes():
    def build(k):
        x = k.Input((4,), name="x")
        return k.Model(x, k.layers.Dense(1)(x))

    x, y = (X * 20).astype("int64"), (C[:, 0] > 0).astype("uint8")

    def use(k, model):
        return model.fit(x, y, shuffle=False, verbose=0).history, model.evaluate(x.astype("float64"), y, verbose=0)

    assert_same(*both(build, use, loss="mse", metrics=["mae"], optimizer=of(lambda k: k.optimizers.SGD(1e-4))))


class Indexed(cornu.utils.PyDataset if hasattr(cornu.utils, "PyDataset") else object):
    """Batches by index, as a Keras PyDataset has them."""

    def __len__(self):
        return 3

    @property
    def num_batches(self):
        return 3

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return X[rows], A[rows]


class Dataset:
    """Yields batches anew each time it is iterated, as a tf.data.Dataset does."""

    def __init__(self, wrap=lambda x, y: (x, y), sized=False):
        self.wrap = wrap
        if sized:
            self.__class__ = Sized

    def __iter__(self):
        for start in range(0, ROWS, 4):
            yield self.wrap(X[start : start + 4], A[start : start + 4])


class Sized(Dataset):
    def __len__(self):
        return 3


def forever():
    while True:
        yield from Dataset()


def thrice():
    for _ in range(3):
        yield from Dataset()


SOURCES = {
    "a re-iterable": Dataset,
    "one with a length": lambda: Dataset(sized=True),
    "dicts": lambda: Dataset(lambda x, y: ({"x": x}, {"a": y})),
    "lists": lambda: Dataset(lambda x, y: ([x], [y])),
    "weights": lambda: Dataset(lambda x, y: (x, y, np.ones(len(x)))),
    "a list of a batch": lambda: Dataset(lambda x, y: [x, y]),
    "by index": Indexed,
}


@pytest.fixture(scope="module")
def reference():
    """Weights before and after three epochs on the arrays, and the history."""
    cornu.utils.set_random_seed(3)
    model = single(cornu)
    before = model.get_weights()
    model.compile(cornu.optimizers.SGD(0.1), "mse", metrics=["mae"])
    history = model.fit(X, A, batch_size=4, epochs=3, shuffle=False, verbose=0)
    return model, before, model.get_weights(), history.history


def refit(reference, x, **arguments):
    model, before, after, history = reference
    model.set_weights(before)
    found = model.fit(x, epochs=3, shuffle=False, verbose=0, **arguments).history
    assert_same(model.get_weights(), after)
    assert_same(found, history)


@pytest.mark.parametrize("source", SOURCES)
def test_streams_train_as_arrays_do(reference, source):
    refit(reference, SOURCES[source]())


@pytest.mark.parametrize("make", [forever, thrice])
def test_generators_go_on_from_epoch_to_epoch(reference, make):
    refit(reference, make(), steps_per_epoch=3)


@pytest.mark.parametrize(
    "arguments",
    [
        {"x": [X], "y": [A]},
        {"x": {"x": X}, "y": {"a": A}},
        {"x": X.astype("float64"), "y": A.tolist()},
        {"x": cornu.ops.convert_to_tensor(X), "y": A},
    ],
    ids=["lists", "dicts", "float64 and Python lists", "tensors"],
)
def test_arrays_in_any_nesting(reference, arguments):
    refit(reference, arguments["x"], y=arguments["y"], batch_size=4)


def test_frames(reference):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    refit(reference, frame, y=pandas.DataFrame(A), batch_size=4)


def test_validation_of_every_kind(reference):
    model, before, _, _ = reference
    expected = None
    for data, more in [
        ((X, A), {"validation_batch_size": 5}),
        ((X, A, np.ones(ROWS)), {}),
        (Dataset(), {}),
        (forever(), {"validation_steps": 3}),
        (Indexed(), {}),
    ]:
        model.set_weights(before)
        history = model.fit(X, A, batch_size=4, shuffle=False, verbose=0, validation_data=data, **more).history
        expected = expected or history
        assert_same(history, expected)
    history = model.fit(X, A, verbose=0, validation_data=(X, A), validation_freq=[1, 3], epochs=3).history
    assert [len(values) for values in history.values()] == [3, 3, 2, 2]
    history = model.fit(X, A, verbose=0, batch_size=2, validation_data=(X, A), validation_steps=2).history
    assert history["val_loss"][0] == pytest.approx(model.evaluate(X[:4], A[:4], verbose=0)[0], rel=1e-5)


def test_a_split_takes_the_last_rows(reference):
    model = reference[0]
    history = model.fit(X, A, validation_split=0.3, verbose=0).history
    assert history["val_loss"][0] == pytest.approx(model.evaluate(X[7:], A[7:], verbose=0)[0], rel=1e-5)
    with pytest.raises(StructureError) as raised:
        model.fit(Dataset(), validation_split=0.3, verbose=0)
    assert str(raised.value) == (
        "validation_split needs arrays; got an iterable (Dataset). Pass validation_data instead."
    )


def test_data_is_left_as_it_was(reference):
    x, y, w = X.copy(), A.astype("float64"), W.copy()
    for array in (x, y, w):
        array.flags.writeable = False
    reference[0].fit(x, y, sample_weight=w, batch_size=4, epochs=2, verbose=0)
    tensor = cornu.ops.convert_to_tensor(X)
    reference[0].fit(tensor, A, verbose=0)
    np.testing.assert_array_equal(np.asarray(tensor), X)


def test_frozen_layers_stay_with_and_without_compiling_again():
    model = single(cornu)
    model.compile("adam", "mse")
    model.fit(X, A, verbose=0)
    hidden, head = model.layers[1:]
    for again in (False, True):
        hidden.trainable = False
        kernel, other, slots = hidden.kernel.numpy(), head.kernel.numpy(), model.optimizer.variables[2].numpy()
        if again:
            model.compile(model.optimizer, "mse")
        model.fit(X, A, verbose=0)
        np.testing.assert_array_equal(hidden.kernel.numpy(), kernel)
        np.testing.assert_array_equal(model.optimizer.variables[2].numpy(), slots)
        assert (head.kernel.numpy() != other).any()
        hidden.trainable = True
        model.fit(X, A, verbose=0)
        assert (hidden.kernel.numpy() != kernel).any()


def test_a_layer_that_was_frozen_when_the_optimizer_was_built_needs_compiling_again():
    model = single(cornu)
    model.layers[1].trainable = False
    model.compile("adam", "mse")
    model.fit(X, A, verbose=0)
    model.layers[1].trainable = True
    with pytest.raises(ValueError) as raised:
        model.fit(X, A, verbose=0)
    assert "needs the weights that it was built on; got another one, 'h/kernel'." in str(raised.value)
    model.compile("adam", "mse")
    model.fit(X, A, verbose=0)


@pytest.mark.parametrize("optimizer", [cornu.optimizers.SGD, cornu.optimizers.Adam])
def test_gradients_of_four_batches_make_the_update_of_one_four_times_as_large(optimizer):
    model = single(cornu)
    start, found = model.get_weights(), []
    for size, steps in ((2, 4), (8, None)):
        model.set_weights(start)
        model.compile(optimizer(0.05, gradient_accumulation_steps=steps), "mse")
        model.fit(X[:8], A[:8], batch_size=size, epochs=3, shuffle=False, verbose=0)
        assert int(np.asarray(model.optimizer.iterations)) == 3
        found.append(model.get_weights())
    for a, b, before in zip(*found, start, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
        assert (abs(a - before) > 1e-3).any()


@pytest.mark.parametrize("every, epochs", [(3, 1), (2, 2)])
def test_averages_overwrite_weights_as_in_keras(every, epochs):
    def averaging(k):
        return k.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=every)

    def run(k, model):
        model.compile(averaging(k), "mse")
        history = model.fit(X, A, batch_size=4, epochs=epochs, shuffle=False, verbose=0).history
        return [history, model.get_weights(), [np.asarray(v) for v in model.optimizer.variables]]

    assert_same(*both(single, run))


def test_a_model_without_trained_weights_reports_its_loss():
    def build(k):
        model = single(k)
        for layer in model.layers:
            layer.trainable = False
        return model

    def use(k, model):
        return model.fit(X, A, verbose=0).history

    assert_same(*both(build, use, loss="mse"))


def test_batches_one_at_a_time_and_predictions():
    def use(k, model):
        return [
            model.train_on_batch(X[:4], A[:4]),
            model.train_on_batch(X[4:8], A[4:8], sample_weight=W[4:8], return_dict=True),
            model.test_on_batch(X[:4], A[:4], return_dict=True),
            model.get_metrics_result(),
            model.predict_on_batch(X[:4]),
            model.predict(X, batch_size=4, verbose=0),
            model.predict((batch for batch in [(X[:4],), (X[4:],)]), verbose=0),
            model.predict((batch for batch in [(X[:4],)] * 9), steps=2, verbose=0),
        ]

    ours, theirs = both(single, use, loss="mse", metrics=["mae"])
    assert type(ours[0][0]) is float and type(ours[4]) is np.ndarray
    assert_same(ours, theirs)


def test_predictions_are_nested_as_the_outputs():
    def build(k):
        return heads(k, lambda outputs: {"n": [outputs[0], (outputs[1],)]})

    def use(k, model):
        return model.predict(X, batch_size=4, verbose=0), model.predict_on_batch(X)

    assert_same(*both(build, use))


def test_running_eagerly_gives_the_same_numbers(reference):
    model, before, after, history = reference
    seen = []

    class Looking(layers.Layer):
        def call(self, x):
            seen.append(float(abs(x).max()))  # a Python number: it would fail while compiling
            return x

        def compute_output_shape(self, input_shape):
            return input_shape

    x = layers.Input((4,))
    eager = cornu.Model(x, model(Looking()(x)))
    eager.set_weights(before)
    eager.compile(cornu.optimizers.SGD(0.1), "mse", metrics=["mae"], run_eagerly=True)
    assert eager.run_eagerly
    assert_same(eager.fit(X, A, batch_size=4, epochs=3, shuffle=False, verbose=0).history, history)
    assert_same(eager.get_weights(), after)
    assert len(seen) == 9
