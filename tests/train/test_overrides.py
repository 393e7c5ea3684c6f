"""Methods of a model that users override, written as they are for Keras on JAX."""

import jax
import keras
import numpy as np
import pytest

import cornu
from tests.train.oracle import A, W, X, assert_same, both


def with_class(make, **options):
    """A builder of a small model of the class that ``make(library)`` returns."""

    def build(k):
        x = k.Input((4,), name="x")
        return make(k)(x, k.layers.Dense(2, name="a", **options)(x))

    return build


def fitted(k, model):
    history = model.fit(X, A, batch_size=4, epochs=2, shuffle=False, verbose=0, validation_data=(X[:5], A[:5]))
    # Keras orders the logs of such a step in one way in fit and in another in its validation.
    return dict(sorted(history.history.items())), _evaluated(model), model.get_weights()


def _evaluated(model):
    return dict(sorted(model.evaluate(X, A, batch_size=4, verbose=0, return_dict=True).items()))


def stepping(k):
    class Stepping(k.Model):
        def loss_and_updates(self, trainable, others, x, y, training=False):
            y_pred, others = self.stateless_call(trainable, others, x, training=training)
            return self.compute_loss(x, y, y_pred), (y_pred, others)

        def train_step(self, state, data):
            trainable, others, slots, metric_values = state
            x, y = data
            gradient = jax.value_and_grad(self.loss_and_updates, has_aux=True)
            (loss, (y_pred, others)), gradients = gradient(trainable, others, x, y, training=True)
            trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
            new, logs = [], {}
            for metric in self.metrics:
                mine = metric_values[len(new) : len(new) + len(metric.variables)]
                if metric.name == "loss":
                    mine = metric.stateless_update_state(mine, loss)
                else:
                    mine = metric.stateless_update_state(mine, y, y_pred)
                logs[metric.name] = metric.stateless_result(mine)
                new += mine
            return logs, (trainable, others, slots, new)

        def test_step(self, state, data):
            trainable, others, metric_values = state
            x, y = data
            y_pred, others = self.stateless_call(trainable, others, x, training=False)
            new, logs = [], {}
            for metric in self.metrics:
                mine = metric_values[len(new) : len(new) + len(metric.variables)]
                if metric.name == "loss":
                    mine = metric.stateless_update_state(mine, self.compute_loss(x, y, y_pred))
                else:
                    mine = metric.stateless_update_state(mine, y, y_pred)
                logs[metric.name] = metric.stateless_result(mine)
                new += mine
            return logs, (trainable, others, new)

    return Stepping


def low_level(k):
    class LowLevel(k.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = k.metrics.Mean(name="loss")
            self.mae_metric = k.metrics.MeanAbsoluteError(name="mae")
            self.loss_fn = k.losses.MeanSquaredError()

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae_metric]

        def loss_and_updates(self, trainable, others, x, y, training=False):
            y_pred, others = self.stateless_call(trainable, others, x, training=training)
            return self.loss_fn(y, y_pred), (y_pred, others)

        def train_step(self, state, data):
            trainable, others, slots, metric_values = state
            x, y = data
            gradient = jax.value_and_grad(self.loss_and_updates, has_aux=True)
            (loss, (y_pred, others)), gradients = gradient(trainable, others, x, y, training=True)
            trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
            first = self.loss_tracker.stateless_update_state(metric_values[:2], loss)
            second = self.mae_metric.stateless_update_state(metric_values[2:], y, y_pred)
            logs = {
                "loss": self.loss_tracker.stateless_result(first),
                "mae": self.mae_metric.stateless_result(second),
            }
            return logs, (trainable, others, slots, first + second)

    return LowLevel


def losing(k):
    class Losing(k.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            usual = super().compute_loss(x, y, y_pred, sample_weight, training)
            return usual + 0.1 * k.ops.mean(k.ops.square(y_pred)) + k.ops.std(y_pred)

    return Losing


def reporting(k):
    class Reporting(k.Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            found = super().compute_metrics(x, y, y_pred, sample_weight)
            return {**found, "largest": k.ops.max(y_pred)}

    return Reporting


def updating(k):
    class Updating(k.Model):
        def train_step(self, state, data):
            trainable, others, slots, metric_values = state
            x, y, sample_weight = data if len(data) == 3 else (*data, None)
            gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
            (_, (loss, _, others, metric_values)), gradients = gradient(
                trainable, others, metric_values, x, y, sample_weight, training=True, optimizer_variables=slots
            )
            trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
            return {"own": loss}, (trainable, others, slots, metric_values)

    return Updating


@pytest.mark.parametrize("make", [stepping, losing, reporting, updating])
def test_overrides_give_the_numbers_that_they_give_in_keras(make):
    options = {} if make is stepping else {"kernel_regularizer": "l2"}  # Keras 3.15 fails on a penalty in such a step
    assert_same(*both(with_class(make, **options), fitted, loss="mse", metrics=["mae"]))


def test_a_step_sees_penalties_of_the_weights_in_training():
    model = with_class(stepping, kernel_regularizer="l2")(cornu)
    model.compile(cornu.optimizers.SGD(0.1), "mse", metrics=["mae"])
    first = model.fit(X, A, epochs=2, verbose=0).history["loss"]
    again = model.evaluate(X, A, verbose=0, return_dict=True)["loss"]
    assert first[0] > first[1] > again > np.mean((np.asarray(model(X)) - A) ** 2)


def test_a_step_without_compiled_losses():
    def use(k, model):
        history = model.fit(X, A, batch_size=4, epochs=2, shuffle=False, verbose=0)
        return history.history, model.get_weights()

    assert_same(*both(with_class(low_level), use, optimizer="sgd"))


def test_what_a_step_is_given():
    seen = []

    class Watching(cornu.Model):
        def train_step(self, state, data):
            seen.append(jax.tree_util.tree_map(lambda a: a.shape, data))
            return super().train_step(state, data)

        def compute_loss(self, x, y, y_pred, sample_weight):  # as it may be written without `training`
            return (y_pred**2).mean() if y is None else super().compute_loss(x, y, y_pred, sample_weight)

    model = with_class(lambda k: Watching)(cornu)
    model.compile("sgd", "mse")
    model.fit(X, A, verbose=0, batch_size=10)
    model.fit(X, A, sample_weight=W, verbose=0, batch_size=10)
    model.fit(X, verbose=0, batch_size=10)
    model.fit([X], verbose=0, batch_size=10)
    model.fit({"x": X}, verbose=0, batch_size=10)
    assert seen == [
        ((10, 4), (10, 2)),
        ((10, 4), (10, 2), (10,)),
        (10, 4),
        ([(10, 4)],),
        {"x": (10, 4)},
    ]


def test_a_predict_step():
    class Doubling(cornu.Model):
        def predict_step(self, state, data):
            y_pred, others = super().predict_step(state, data)
            return {"twice": 2 * y_pred}, others

    model = with_class(lambda k: Doubling)(cornu)
    twice = model.predict(X, batch_size=4, verbose=0)["twice"]
    np.testing.assert_allclose(twice, 2 * np.asarray(model(X)), rtol=1e-5, atol=1e-6)


def test_stateless_loss():
    def use(k, model):
        model.test_on_batch(X, A)
        values = [[v.value for v in g] for g in (model.trainable_variables, model.non_trainable_variables)]
        metric_values = [v.value for v in model.metrics_variables]
        loss, after = model.stateless_compute_loss(*values, metric_values, x=X, y=A, y_pred=k.ops.convert_to_tensor(A))
        return loss, [len(group) for group in after]

    assert_same(*both(with_class(lambda k: k.Model), use, loss="mse", metrics=["mae"]))


def test_state_trees_go_out_and_in():
    model = with_class(lambda k: k.Model)(cornu)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, A, verbose=0)
    state = model.get_state_tree(value_format="numpy_array")
    assert list(state["trainable_variables"]["a"]) == ["kernel", "bias"]
    model.fit(X, A, verbose=0, epochs=2, shuffle=False)
    after = model.get_weights()
    model.set_state_tree(state)
    np.testing.assert_array_equal(model.get_weights()[0], state["trainable_variables"]["a"]["kernel"])
    model.jax_state_sync()
    model.fit(X, A, verbose=0, epochs=2, shuffle=False)
    np.testing.assert_array_equal(model.get_weights()[0], after[0])
    with pytest.raises(cornu.core.errors.StructureError) as raised:
        model.set_state_tree({"trainable_variables": {"b": {"kernel": 0}}})
    assert str(raised.value) == (
        "set_state_tree needs variables of the model under 'trainable_variables'; got b/kernel. Remove it."
    )


def test_forced_functions_see_changed_attributes():
    class Scaling(cornu.Model):
        factor = 1.0

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return self.factor * (y_pred**2).mean()

    model = with_class(lambda k: Scaling)(cornu)
    model.compile(cornu.optimizers.SGD(0.0))
    first = model.train_on_batch(X, A)
    model.factor = 3.0
    assert model.train_on_batch(X, A) == first
    model.make_train_function(force=True)
    np.testing.assert_allclose(model.train_on_batch(X, A), 3 * first, rtol=1e-6)


def test_keras_calls_these_the_same():
    names = ["compute_loss_and_updates", "stateless_compute_loss", "get_state_tree", "set_state_tree"]
    names += ["make_train_function", "make_test_function", "make_predict_function", "jax_state_sync"]
    for name in names:
        ours, theirs = getattr(cornu.Model, name), getattr(keras.Model, name)
        assert ours.__code__.co_varnames[: ours.__code__.co_argcount] == tuple(_parameters(theirs)), name


def _parameters(function):
    import inspect

    return inspect.signature(function).parameters
