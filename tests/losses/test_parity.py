"""Every loss against Keras: values, gradients, weights, masks, reductions, configs."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from keras import losses as oracle

from cornu import losses
from cornu.core import context
from tests.losses.catalogue import CASES, Case, data

REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"]


def close(a, b, rtol=2e-6):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=rtol, atol=2e-7)


def pair(case, **kwargs):
    arguments = {**case.kwargs, **kwargs}
    return getattr(losses, case.name)(**arguments), getattr(oracle, case.name)(**arguments)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_value_and_gradient(case):
    ours, theirs = pair(case)
    y_true, y_pred = data(case.kind, case.shape)
    a, da = jax.value_and_grad(lambda p: ours(y_true, p))(y_pred)
    b, db = jax.value_and_grad(lambda p: theirs(y_true, p))(y_pred)
    close(a, b)
    close(da, db, 2e-5)
    assert a.dtype == "float32"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_config_is_keras(case):
    ours, theirs = pair(case)
    config, expected = ours.get_config(), json.loads(json.dumps(theirs.get_config()))
    assert {k: config[k] for k in expected} == expected
    assert set(config) - set(expected) <= set(case.kwargs)
    assert losses.deserialize(losses.serialize(ours)).get_config() == config
    if not case.kwargs:
        assert losses.serialize(ours) == oracle.serialize(theirs)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [None, (4,), (4, 1), ()])
@pytest.mark.parametrize("masked", [False, True])
def test_weights_masks_reductions(reduction, weights, masked):
    case = Case("MeanSquaredError", "numbers", {}, (4, 5, 3) if weights != (4,) else (4, 3))
    ours, theirs = pair(case, reduction=reduction)
    y_true, y_pred = map(jnp.asarray, data(case.kind, case.shape))
    rng = np.random.default_rng(1)
    weight = None if weights is None else rng.uniform(0.1, 2, weights).astype("float32")
    again = jnp.array(y_pred)
    if masked:
        mask = jnp.asarray(rng.integers(0, 2, case.shape[:-1]).astype(bool))
        context.set_mask(y_pred, mask)
        again._keras_mask = mask
    close(ours(y_true, y_pred, weight), theirs(y_true, again, weight))


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "kwargs"),
    [
        ("binary_crossentropy", [[0.0, 1, 1, 0]], [[0.0, 1, 0, 1]], {}),
        ("binary_crossentropy", [[0.0, 1, 1, 0]], [[1e4, 1e4, -1e4, -300]], {"from_logits": True}),
        ("categorical_crossentropy", [[0.0, 1], [0, 1]], [[0.0, 1], [1, 0]], {}),
        ("categorical_crossentropy", [[0.0, 1], [0, 1]], [[0.0, 1e4], [1e4, -1e4]], {"from_logits": True}),
        ("sparse_categorical_crossentropy", [1, 1], [[0.0, 1], [1, 0]], {}),
        ("sparse_categorical_crossentropy", [-1, 7], [[0.3, 0.7], [0.5, 0.5]], {}),
        ("sparse_categorical_crossentropy", [[1], [0]], [[88.0, 1e4], [-300, 300]], {"from_logits": True}),
        ("mean_absolute_percentage_error", [[0.0, 2]], [[1.0, 1]], {}),
        ("mean_squared_logarithmic_error", [[-1.0, 0]], [[1.0, -2]], {}),
        ("log_cosh", [[0.0, 0]], [[1e4, -1e4]], {}),
        ("huber", [[0, 0]], [[1.0, -1.0]], {}),
        ("cosine_similarity", [[0.0, 1]], [[0.0, 0.0]], {}),
        ("kl_divergence", [[0.0, 1]], [[1.0, 0]], {}),
        ("poisson", [[1.0, 2]], [[0.0, 1]], {}),
        ("hinge", [[0, 1], [1, 0]], [[2.0, -2], [0.5, 0.5]], {}),
        ("hinge", [[-1.0, 1], [0, 1]], [[2.0, -2], [0.5, 0.5]], {}),
        ("categorical_hinge", [[0.0, 1]], [[5.0, -5]], {}),
        ("binary_focal_crossentropy", [[0.0, 1, 1]], [[1.0, 0, 1]], {}),
        ("binary_focal_crossentropy", [[0.0, 1, 1]], [[88.0, -200, 30]], {"from_logits": True}),
        ("categorical_focal_crossentropy", [[0.0, 1]], [[1.0, 0]], {}),
        ("categorical_focal_crossentropy", [[0.0, 1]], [[1e4, 0]], {"from_logits": True}),
        ("dice", [[0.0, 0]], [[0.0, 0]], {}),
        ("tversky", [[1e-6, 0]], [[1e-6, 0]], {}),
        ("circle", [0, 0, 1, 1], [[3.0, 0], [2, 1], [0, 1], [1, 1]], {}),
        ("circle", [0, 1, 2, 3], [[3.0, 0], [2, 1], [0, 1], [1, 1]], {}),
        ("ctc", [[1, 2, 1, 2]], [[[0.0, 9, 0], [0, 0, 9], [0, 9, 0], [1, 1, 1]]], {}),
        ("ctc", [[0, 0]], [[[0.0, 9, 0], [0, 0, 9], [0, 9, 0], [1, 1, 1]]], {}),
        ("mean_squared_error", [0.0, 1.0], [[1.0], [1.0]], {}),
        ("mean_absolute_error", [[0], [1]], [1.0, 1.0], {}),
    ],
)
def test_extreme_values(name, y_true, y_pred, kwargs):
    y_true, y_pred = np.array(y_true), np.array(y_pred, "float32")
    y_true = y_true.astype("float32") if y_true.dtype == "float64" else y_true
    close(getattr(losses, name)(y_true, y_pred, **kwargs), getattr(oracle, name)(y_true, y_pred, **kwargs))


@pytest.mark.parametrize(
    "name", ["mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD"]
)
def test_names(name):
    assert losses.get(name).__name__ == oracle.get(name).__name__


def test_infinite_logits_of_other_classes_give_no_nan():
    logits = jnp.array([[0.0, 1.0, -jnp.inf]])
    value, gradient = jax.value_and_grad(losses.SparseCategoricalCrossentropy(from_logits=True), 1)(
        jnp.array([1]), logits
    )
    assert float(value) == pytest.approx(float(np.log1p(np.exp(-1))), rel=1e-6)
    assert np.isfinite(gradient).all()


def test_generalized_crossentropy_takes_columns_of_labels():
    y_pred = np.array([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]], "float32")
    loss = losses.CategoricalGeneralizedCrossEntropy()
    assert float(loss([[0], [1]], y_pred)) == float(loss([0, 1], y_pred))
    with pytest.raises(ValueError) as error:
        losses.CategoricalGeneralizedCrossEntropy(q=1.0)
    assert str(error.value) == (
        "CategoricalGeneralizedCrossEntropy needs q between 0 and 1; got 1.0. "
        "For 0 use the cross-entropy, for 1 the absolute error."
    )


def test_circle_gradient_is_finite_without_pairs():
    gradient = jax.grad(lambda p: losses.Circle()(jnp.array([0, 1]), p))(jnp.eye(2))
    assert gradient.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_impossible_sequences_have_finite_gradients():
    value, gradient = jax.value_and_grad(losses.CTC(), 1)(jnp.array([[1, 1, 1]]), jnp.zeros((1, 3, 2)))
    assert float(value) > 9e4
    assert np.isfinite(gradient).all()


def test_cosine_gradient_at_zero_is_zero():
    gradient = jax.grad(lambda p: losses.CosineSimilarity()(jnp.ones((1, 2)), p))(jnp.zeros((1, 2)))
    assert gradient.tolist() == [[0.0, 0.0]]
