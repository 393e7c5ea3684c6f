"""fp16 in fit: steps that overflow, and the scale of the loss between two fits."""

import warnings

import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu.train.watch import NonFiniteWarning
from tests.train.oracle import A, X, single

SCALE = 256.0


def half():
    """Sixteen-bit arithmetic, weights of 32."""
    cornu.config.set_dtype_policy("mixed_float16")
    try:
        return single(cornu)
    finally:
        cornu.config.set_dtype_policy("float32")


def run(model, start, batches, **arguments):
    """Weights, slots of the inner optimizer and losses after a fit over such batches from the first weights."""
    model.set_weights(start)
    if model.optimizer.built:
        for variable in model.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        model.optimizer.inner_optimizer.learning_rate = 0.01
        model.optimizer.dynamic_scale.assign(SCALE)
    rows = np.concatenate([np.arange(2) + 2 * b for b in batches])
    with warnings.catch_warnings():
        warnings.simplefilter("error", NonFiniteWarning)
        model.fit(DATA[rows], A[rows], batch_size=2, shuffle=False, verbose=0, **arguments)
    return [*model.get_weights(), *(v.numpy() for v in model.optimizer.inner_optimizer.variables)]


DATA = X.copy()
DATA[4:6] *= 60.0  # the third batch: its loss is finite, its gradients times the scale are beyond 65504


class EachBatch(cornu.callbacks.Callback):
    def __init__(self):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        scale = float(self.model.optimizer.dynamic_scale.numpy())
        self.seen.append((scale, int(self.model.optimizer.iterations.numpy()), self.model.get_weights()))


def test_a_step_that_overflows_halves_the_scale_and_changes_nothing_else():
    model = half()
    inner = cornu.optimizers.SGD(0.01, momentum=0.9)
    model.compile(cornu.optimizers.LossScaleOptimizer(inner, initial_scale=SCALE), "mse")
    start = model.get_weights()
    without = run(model, start, [0, 1, 3, 4])
    assert float(model.optimizer.dynamic_scale.numpy()) == SCALE
    looped = run(model, start, [0, 1, 2, 3, 4])
    assert float(model.optimizer.dynamic_scale.numpy()) == SCALE / 2
    each = EachBatch()
    one_by_one = run(model, start, [0, 1, 2, 3, 4], callbacks=[each])
    assert [(scale / SCALE, updates) for scale, updates, _ in each.seen] == [
        (1, 1),
        (1, 2),
        (0.5, 2),
        (0.5, 3),
        (0.5, 4),
    ]
    for before, after in zip(each.seen[1][2], each.seen[2][2], strict=True):
        np.testing.assert_array_equal(before, after)
    for a, b, c in zip(without, looped, one_by_one, strict=True):
        np.testing.assert_array_equal(b, c)
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=1e-5)  # gradients of another scale are rounded otherwise
    assert any((a != b).any() for a, b in zip(start, looped, strict=False))


def test_the_scale_is_an_argument_of_the_compiled_step():
    model = single(cornu)
    model.compile(cornu.optimizers.LossScaleOptimizer(cornu.optimizers.SGD(0.1), initial_scale=1024.0), "mse")
    start, found = model.get_weights(), []
    for scale in (1024.0, 4.0):
        model.set_weights(start)
        model.fit(X, A, batch_size=2, shuffle=False, verbose=0)
        found.append(model.get_weights())
        assert float(model.optimizer.dynamic_scale.numpy()) == scale
        model.optimizer.dynamic_scale.assign(4.0)
    assert model.training_setup.traces == {"train": 1}
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)  # powers of two


def rooted():
    """The square root has no finite slope at 0: no scale of the loss helps."""
    x = layers.Input((4,))
    h = layers.Lambda(ops.sqrt, output_shape=(4,), name="root")(layers.Dense(4, use_bias=False, name="first")(x))
    model = cornu.Model(x, layers.Dense(2)(h), name="rooted")
    model.get_layer("first").set_weights([np.eye(4, dtype="float32")])
    return model


def test_gradients_that_no_scale_makes_finite_are_explained():
    model = rooted()
    optimizer = cornu.optimizers.LossScaleOptimizer(cornu.optimizers.SGD(0.01), initial_scale=4.0)
    model.compile(optimizer, "mse")
    x = np.abs(X) + 0.1
    x[3] = 0.0
    before = model.get_weights()
    with pytest.warns(NonFiniteWarning) as caught:
        model.fit(x, A, batch_size=10, shuffle=False, epochs=4, verbose=0)
    (warning,) = caught
    message = str(warning.message)
    # At scales of 4 and 2 it may have been the scale.
    assert message.startswith("Step 1 of epoch 3 needs a finite loss and gradients; got others. First, "), message
    assert "layer 'rooted/root', for the gradient, gives inf (loss " in message, message
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_loss_that_is_not_finite_is_explained_under_a_scale():
    model = rooted()
    model.compile(cornu.optimizers.LossScaleOptimizer(cornu.optimizers.SGD(0.01)), "mse")
    with pytest.warns(NonFiniteWarning, match="First, sqrt of values in .* in layer 'rooted/root' gives nan"):
        model.fit(-np.abs(X) - 0.1, A, verbose=0)
    assert float(model.optimizer.dynamic_scale.numpy()) == 2.0**14
