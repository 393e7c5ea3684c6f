"""What ``compile`` takes, and what it is called in logs: names, order and numbers as Keras."""

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.core.errors import StructureError
from tests.train.oracle import A, B, C, W, X, assert_same, both, cut, heads, single, subclassed

SPARSE = "sparse_categorical_crossentropy"


def as_dict(outputs):
    return dict(zip(("first", "second"), outputs, strict=True))


def nested(outputs):
    return {"n": [outputs[0], {"m": outputs[1]}]}


def error(y_true, y_pred):
    return abs(y_true - y_pred).mean(-1)


CASES = {
    "lists of one": (single, [A], {"loss": ["mse"], "metrics": [["mae", "mse"]], "loss_weights": [0.5]}),
    "repeated": (single, A, {"loss": "mse", "metrics": ["mse", "mse", "accuracy"]}),
    "functions": (single, A, {"loss": error, "metrics": [error]}),
    "one loss for two": (heads, [A, np.eye(3)[B]], {"loss": "mse", "metrics": ["mae", ["mse"]]}),
    "lists": (
        heads,
        [A, B],
        {"loss": ["mse", SPARSE], "metrics": [["mae", "mse"], "accuracy"], "loss_weights": [1, 0.3]},
    ),
    "dicts": (
        heads,
        {"a": A, "b": B},
        {"loss": {"a": "mse", "b": SPARSE}, "metrics": {"b": ["acc"]}, "loss_weights": {"a": 2.0, "b": 0.3}},
    ),
    "a loss for one": (heads, [A, B], {"loss": ["mse", None], "metrics": [None, "acc"]}),
    "weighted": (
        heads,
        [A, B],
        {"loss": ["mse", SPARSE], "metrics": [["mae"], ["acc"]], "weighted_metrics": [["mse"], ["acc"]]},
    ),
    "dict outputs": (
        lambda k: heads(k, as_dict),
        {"first": A, "second": B},
        {"loss": {"first": "mse", "second": SPARSE}, "metrics": {"second": ["acc"], "first": ["mae"]}},
    ),
    "nested outputs": (
        lambda k: heads(k, nested),
        {"n": [A, {"m": B}]},
        {"loss": {"n": ["mse", {"m": SPARSE}]}, "metrics": {"n": ["mae", {"m": "acc"}]}},
    ),
    "subclass with a dict": (
        lambda k: subclassed(k, as_dict),
        {"first": A, "second": B},
        {"loss": {"first": "mse", "second": SPARSE}, "metrics": {"second": ["acc"]}},
    ),
    "subclass with a list": (
        lambda k: subclassed(k, list),
        [A, B],
        {"loss": ["mse", SPARSE], "metrics": [["mae"], ["acc"]]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_logs_are_as_keras_names_orders_and_computes_them(case):
    build, y, arguments = CASES[case]
    weights = [W, 1 / W] if case == "weighted" else None

    def use(k, model):
        return {
            "dict": model.train_on_batch(X, y, sample_weight=weights, return_dict=True),
            "list": model.train_on_batch(X, y, sample_weight=weights),
            "names": model.metrics_names,
            "weights": model.get_weights(),
        }

    ours, theirs = both(build, use, **arguments)
    if case == "repeated":  # Keras's list says "mse" four times, its dict three times
        ours.pop("list"), theirs.pop("list")
    assert_same(ours, theirs)


@pytest.mark.parametrize("case", ["lists", "subclass with a list"])
def test_history_and_evaluate_are_named_and_ordered_likewise(case):
    build, y, arguments = CASES[case]

    def use(k, model):
        history = model.fit(X, y, epochs=2, shuffle=False, verbose=0, validation_data=(X[:6], cut(y, 6)))
        return {
            "history": history.history,
            "list": model.evaluate(X, y, verbose=0),
            "dict": model.evaluate(X, y, return_dict=True, verbose=0),
        }

    assert_same(*both(build, use, **arguments))


def test_objects_are_used_as_they_are():
    def use(k, model):
        history = model.fit(X, A, batch_size=5, epochs=2, shuffle=False, verbose=0).history
        return history, model.evaluate(X, A, verbose=0)

    def of(k):
        return [k.metrics.MeanSquaredError(name="own"), k.losses.mean_absolute_error, "mean_squared_error", "MSE"]

    # The sum over a batch depends on its size: evaluate has 32 rows a batch, whatever fit had.
    assert_same(*both(single, use, loss=_total, metrics=of))


def of(k):
    return k.losses.MeanSquaredError(reduction="sum", name="total")


_total = of


def test_weighted_metrics_beside_unweighted_ones_of_the_same_name():
    def use(k, model):
        return model.fit(X, A, sample_weight=W, shuffle=False, verbose=0).history

    assert_same(*both(single, use, loss="mse", metrics=["mae"], weighted_metrics=["mse", "mae"]))


def test_a_list_from_evaluate_has_each_value_once():
    model = single(cornu)
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
    values = model.evaluate(X, A, sample_weight=W, verbose=0)
    assert values == list(model.evaluate(X, A, sample_weight=W, verbose=0, return_dict=True).values())


def test_penalties_and_added_losses_are_in_the_total():
    def build(k):
        class Adding(k.layers.Layer):
            def call(self, x):
                self.add_loss(0.1 * k.ops.mean(k.ops.square(x)))
                return x

        x = k.Input((4,), name="x")
        h = k.layers.Dense(5, kernel_regularizer="l2", activity_regularizer="l1", name="h")(Adding()(x))
        return k.Model(x, [k.layers.Dense(2, name="a")(h), k.layers.Dense(1, name="c")(h)])

    def use(k, model):
        history = model.fit(X, [A, C], batch_size=4, epochs=3, shuffle=False, verbose=0)
        return history.history, model.evaluate(X, [A, C], batch_size=4, verbose=0), model.get_weights()

    assert_same(*both(build, use, loss=["mse", "mae"], metrics=[["mae"], None]))


def test_metrics_held_by_layers_and_models_are_reported():
    class Watching(layers.Layer):
        def __init__(self):
            super().__init__()
            self.tracker = cornu.metrics.Mean(name="size")

        def call(self, x):
            self.tracker.update_state(abs(x))
            return x

    x = layers.Input((4,))
    model = cornu.Model(x, layers.Dense(2)(Watching()(Watching()(x))))
    model.compile("sgd", "mse")
    history = model.fit(X, A, epochs=2, batch_size=5, verbose=0, validation_split=0.5).history
    assert list(history) == ["loss", "size", "size_1", "val_loss", "val_size", "val_size_1"]
    np.testing.assert_allclose(history["size"], [abs(X[:5]).mean()] * 2, rtol=1e-6)
    np.testing.assert_allclose(history["val_size_1"], [abs(X[5:]).mean()] * 2, rtol=1e-6)
    model.predict(X, verbose=0)  # leaves no traced value behind
    assert isinstance(float(model.get_metrics_result()["size"]), float)


def test_a_sole_metric_needs_no_list_and_a_dict_may_leave_outputs_out():
    model = heads(cornu)
    model.compile("sgd", loss={"b": SPARSE}, metrics={"b": "acc"}, loss_weights={"b": 2.0})
    assert list(model.fit(X, {"a": A, "b": B}, verbose=0).history) == ["b_acc", "loss"]
    model.fit(X, {"b": B}, verbose=0)
    one = single(cornu)
    one.compile("sgd", "mse", metrics="mae")
    assert list(one.fit(X, {"a": A}, verbose=0).history) == ["loss", "mae"]


@pytest.mark.parametrize("argument", ["loss", "loss_weights", "metrics", "weighted_metrics"])
def test_unknown_outputs_are_refused_by_compile(argument):
    given = {"loss": "mse", argument: {"a": "mse" if argument == "loss" else None, "bb": None}}
    with pytest.raises(StructureError) as raised:
        heads(cornu).compile("sgd", **given)
    assert str(raised.value) == f"{argument} needs names of outputs ('a', 'b'); got 'bb'. Did you mean 'b'?"


def test_wrong_numbers_of_losses_are_refused():
    model = heads(cornu)
    model.compile("sgd", loss=["mse", "mse", "mse"])
    with pytest.raises(StructureError) as raised:
        model.fit(X, [A, B], verbose=0)
    assert str(raised.value) == (
        "loss needs 2 items, one for each output ('a', 'b'); got 3. "
        "Pass one for each, None for no item, or a dict by these names."
    )


def test_missing_targets_are_named():
    model = heads(cornu)
    model.compile("sgd", loss={"a": "mse", "b": SPARSE})
    with pytest.raises(StructureError) as raised:
        model.fit(X, {"a": A}, verbose=0)
    assert str(raised.value).splitlines()[0] == (
        f"Model {model.name!r} needs a target for output 'b', which has a loss; got none. "
        "Pass it in y, or give the output no loss."
    )


def test_training_needs_compile_and_a_loss():
    model = single(cornu)
    with pytest.raises(ValueError) as raised:
        model.fit(X, A)
    assert str(raised.value) == (
        f"fit of model {model.name!r} needs a compiled model; got one that was not. "
        "Call model.compile(optimizer=..., loss=...) first."
    )
    model.compile("sgd")
    with pytest.raises(ValueError) as raised:
        model.fit(X, A, verbose=0)
    assert str(raised.value) == (
        f"Model {model.name!r} needs a loss; got none. "
        "Pass loss= to compile, use add_loss in a layer, or override compute_loss."
    )


def test_mixed_precision_computes_the_loss_in_float32():
    x = layers.Input((4,))
    h = layers.Dense(5, dtype="mixed_bfloat16")(x)
    model = cornu.Model(x, layers.Dense(2, dtype="mixed_bfloat16")(h))
    model.compile(cornu.optimizers.SGD(0.1), "mse", metrics=["mae"])
    history = model.fit(X, A, batch_size=4, epochs=3, verbose=0, shuffle=False).history
    assert history["loss"][-1] < history["loss"][0]
    assert model.predict(X, verbose=0).dtype == "bfloat16"
    assert all(v.dtype == "float32" for v in model.weights)
    loss = model.compute_loss(X, A, model(X))
    assert str(loss.dtype) == "float32"


def test_names_of_losses_that_repeat_are_numbered():
    x = layers.Input((4,))
    dense = layers.Dense(2, name="d")
    model = cornu.Model(x, [dense(x), dense(2 * x)])
    model.compile("sgd", loss="mse", metrics=[["mae"], ["mae"]])
    assert list(model.fit(X, [A, A], verbose=0).history) == ["d_loss", "d_loss_1", "d_mae", "d_mae_1", "loss"]


def test_metrics_that_make_their_state_from_the_first_batch() -> None:
    """Made inside of a traced step it would be lost, and the next step would meet a leaked tracer."""
    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, activation="softmax")])
    made = [cornu.metrics.F1Score("macro"), cornu.metrics.R2Score(), cornu.metrics.AUC(multi_label=True)]
    model.compile("sgd", "mse", metrics=made)
    x, y = (
        np.random.default_rng(0).normal(size=(8, 4)).astype("float32"),
        np.eye(3, dtype="float32")[[0, 1, 2] * 2 + [0, 1]],
    )
    model.fit(x, y, epochs=2, batch_size=3, verbose=0)
    found = model.evaluate(x, y, batch_size=3, verbose=0, return_dict=True)
    predictions = model.predict(x, verbose=0)
    for metric in made:
        metric.reset_state()
        metric.update_state(y, predictions)
        np.testing.assert_allclose(found[metric.name], metric.result(), rtol=1e-5)
