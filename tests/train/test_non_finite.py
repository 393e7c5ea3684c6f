"""Steps that are not finite: they change no weights, and the report says which was the first and why."""

import warnings

import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu.train.watch import NonFiniteWarning
from tests.train.oracle import A, X

END = " The step changed no weights; training goes on."


class Root(layers.Layer):
    """A user's layer: the square root has an infinite slope at 0, and no value below."""

    couples_rows = False

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, x):
        return self.function(x)


def nested(function):
    """The layer within a model within a model."""
    inside = layers.Input((4,))
    inner = cornu.Model(inside, Root(function, name="root")(inside), name="inner")
    x = layers.Input((4,), name="x")
    model = cornu.Model(x, layers.Dense(2, name="head")(inner(x)), name="outer")
    model.compile(cornu.optimizers.Adam(0.01), "mse")
    return model


def positive():
    return np.abs(X) + 0.1


class EachBatch(cornu.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): ...


def streamed(x, y):
    return {"x": iter([(x[i : i + 2], y[i : i + 2]) for i in range(0, len(x), 2)])}


def whole(x, y):
    return {"x": x, "y": y, "batch_size": 2, "shuffle": False}


def one_by_one(x, y):
    return {**whole(x, y), "callbacks": [EachBatch()]}


@pytest.mark.parametrize("given", [whole, one_by_one, streamed])
def test_the_layer_the_step_and_the_range_are_named(given):
    model = nested(ops.log)
    x = positive()
    model.fit(**given(x[:8], A[:8]), verbose=0)
    before = model.get_weights()
    x[5, 2] = -0.25  # the third batch of two
    with pytest.warns(NonFiniteWarning) as caught:
        history = model.fit(**given(x[4:], A[4:]), verbose=0).history
    (warning,) = caught
    low, high = x[4:6].min(), x[4:6].max()
    assert str(warning.message) == (
        "Step 1 of epoch 1 needs a finite loss and gradients; got others. "
        f"First, log of values in [{low:.4g}, {high:.4g}] in layer 'outer/inner/root' gives nan. "
        "Keep what goes into it away from where it has no finite value: ops.maximum(x, 1e-6), say." + END
    )
    assert np.isnan(history["loss"][0])  # the loss is told as it was
    after = model.get_weights()
    assert all(np.isfinite(w).all() for w in after)
    assert any((a != b).any() for a, b in zip(after, before, strict=True))  # the other steps count


def test_gradients_of_a_finite_loss():
    model = nested(ops.sqrt)
    x = positive()
    before = model.get_weights()
    x[3] = 0.0
    gate = layers.Input((4,))
    trained = cornu.Model(gate, model(layers.Dense(4, name="first", use_bias=False)(gate)), name="all")
    trained.get_layer("first").set_weights([np.eye(4, dtype="float32")])
    trained.compile("sgd", "mse")
    with pytest.warns(NonFiniteWarning) as caught:
        history = trained.fit(x, A, batch_size=10, verbose=0).history
    assert np.isfinite(history["loss"][0])
    message = str(caught[0].message)
    assert "in layer 'all/outer/inner/root', for the gradient, gives inf (loss " in message, message
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_step_that_is_not_finite_is_as_if_it_had_not_been():
    x, runs = positive(), []
    for steps in ([0, 2], [0, 1, 2]):
        cornu.utils.set_random_seed(3)
        model = nested(ops.log)
        model.layers[-1].set_weights([np.ones((4, 2), "float32"), np.zeros(2, "float32")])
        data = [(x[i * 2 : i * 2 + 2].copy(), A[i * 2 : i * 2 + 2]) for i in steps]
        if len(steps) == 3:
            data[1][0][:] = -1.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NonFiniteWarning)
            model.fit(iter(data), verbose=0)
        runs.append([*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)])
    for a, b in zip(*runs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("part", ["Input 'x'", "Target"])
def test_bad_rows_of_the_data(part):
    model = nested(ops.abs)
    x, y = X.copy(), A.copy()
    (x if part != "Target" else y)[7, 1] = np.inf if part == "Target" else np.nan
    with pytest.warns(NonFiniteWarning) as caught:
        model.fit(x, y, batch_size=3, verbose=0)
    value = "inf" if part == "Target" else "nan"
    expected = f" {part} holds {value} in row 7 of the data. Clean the data, or leave such rows out." + END
    assert str(caught[0].message).endswith("got others." + expected)


def test_weights_that_were_not_finite_before():
    model = nested(ops.abs)
    model.layers[-1].bias.assign([np.nan, 0.0])
    with pytest.warns(NonFiniteWarning, match="Weights that are not finite before the step: 'head/bias'. An earlier"):
        model.train_on_batch(X, A)


def test_a_loss_that_divides():
    model = nested(ops.abs)
    model.compile("sgd", loss=lambda y, p: ops.mean(ops.square(p - y) / ops.zeros_like(y), axis=-1))
    with pytest.warns(NonFiniteWarning, match=r"First, div of values in .* and \[0, 0\] in the loss function gives"):
        model.fit(X, A, verbose=0)


def test_terminate_on_nan_leaves_the_last_good_weights():
    model = nested(ops.log)
    before = model.get_weights()
    with pytest.raises(RuntimeError) as error, pytest.warns(NonFiniteWarning):
        model.fit(-positive(), A, verbose=0, callbacks=[cornu.callbacks.TerminateOnNaN(raise_error=True)])
    assert "in layer 'outer/inner/root' gives nan." in error.value.__notes__[0]
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_statistics_are_left_alone():
    x = layers.Input((4,))
    normal = layers.BatchNormalization()
    model = cornu.Model(x, layers.Dense(2)(normal(x)))
    model.compile("sgd", "mse")
    bad = X.copy()
    bad[0, 0] = np.nan
    with pytest.warns(NonFiniteWarning):
        model.fit(bad, A, verbose=0)
    np.testing.assert_array_equal(normal.moving_mean.numpy(), np.zeros(4))
