import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.core.variable import Variable

X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")


@pytest.fixture
def model():
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(3, name="last")(layers.Dense(5, activation="relu")(x)))


def test_any_number_of_rows_up_to_32_takes_six_compilations(model):
    whole = np.asarray(model(X))
    for rows in range(1, 33):
        np.testing.assert_allclose(model.predict(X[:rows], verbose=0), whole[:rows], rtol=1e-5, atol=1e-6)
    assert model.training_setup is None
    assert model.__dict__["_predict_setup"].traces == {"predict": 6}


@pytest.mark.parametrize("predict", [lambda m, x: m.predict(x, verbose=0), lambda m, x: m.predict_on_batch(x)])
def test_the_second_call_sees_what_changed(model, predict):
    before = predict(model, X[:2])
    last = model.get_layer("last")
    last.bias.assign(last.bias + 1.0)
    np.testing.assert_allclose(predict(model, X[:2]), before + 1, rtol=1e-5)
    last.bias = Variable(np.full(3, 2.0, "float32"), name="bias")
    np.testing.assert_allclose(predict(model, X[:2]), before + 2, rtol=1e-5)


def test_training_between_predictions_is_seen(model):
    model.compile("sgd", "mse")
    before = model.predict(X[:1], verbose=0)
    model.fit(X, np.ones((40, 3)), verbose=0)
    after = model.predict(X[:1], verbose=0)
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, np.asarray(model(X[:1])), rtol=1e-5)
    assert model.training_setup.traces["predict"] == 1


def test_predictions_may_be_written_to(model):
    for predictions in (model.predict(X[:3], verbose=0), model.predict(X, verbose=0), model.predict_on_batch(X[:3])):
        predictions[predictions < 0] = 0
        assert predictions.min() == 0


def test_counters_move_where_layers_draw_when_they_predict():
    class Noise(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(1)

        def call(self, inputs):
            return inputs + keras.random.normal(inputs.shape, seed=self.seeds)

    x = keras.Input((4,), batch_size=2)
    model = keras.Model(x, Noise()(x))
    first, second = (model.predict(X[:2], batch_size=2, verbose=0) for _ in range(2))
    assert not np.allclose(first, second)


def test_rows_that_affect_each_other_are_never_padded():
    class Centred(layers.Layer):
        couples_rows = True

        def call(self, inputs):
            return inputs - inputs.mean(axis=0, keepdims=True)

    x = keras.Input((4,))
    model = keras.Model(x, Centred()(x))
    for rows in (3, 5, 3):
        np.testing.assert_allclose(
            model.predict(X[:rows], verbose=0), X[:rows] - X[:rows].mean(0, keepdims=True), atol=1e-6
        )


def test_a_mistake_is_told_each_time(model):
    model.predict(X[:2], verbose=0)
    for _ in range(2):
        with pytest.raises(keras.errors.ShapeError if hasattr(keras, "errors") else ValueError, match="shape"):
            model.predict(X[:2, :3], verbose=0)
        with pytest.raises(ValueError, match="batch_size needs an int of 1 or more; got 0"):
            model.predict(X[:2], batch_size=0, verbose=0)
