"""A padded batch has the loss and the gradients of the batch without its padding, whatever the padding holds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu import losses
from cornu.core import context
from tests.losses.catalogue import CASES, Case, data


def rows(n):
    return jnp.array([1.0] * n + [0.0, 0.0])


def padded(x, fill):
    x = jnp.asarray(x)
    filling = jnp.full((2, *x.shape[1:]), fill if jnp.issubdtype(x.dtype, jnp.floating) else 10**6, x.dtype)
    return jnp.concatenate([x, filling])


def check(loss, y_true, y_pred, fill, weight=None, mask=None):
    def plain(p):
        context.set_mask(p, mask)
        return jnp.sum(loss(y_true, p, weight))

    def with_padding(p):
        if mask is not None:
            context.set_mask(p, jnp.concatenate([mask, jnp.ones((2, *mask.shape[1:]), bool)]))
        with context.scope(rows=rows(len(y_pred))):
            return jnp.sum(loss(padded(y_true, fill), p, None if weight is None else padded(weight, fill)))

    a, da = jax.value_and_grad(plain)(jnp.asarray(y_pred))
    b, db = jax.value_and_grad(with_padding)(padded(y_pred, fill))
    np.testing.assert_allclose(b, a, rtol=1e-6)
    np.testing.assert_allclose(db[:-2], da, rtol=1e-5, atol=1e-8)
    assert not np.any(db[-2:])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_loss(case):
    loss = getattr(losses, case.name)(**case.kwargs)
    y_true, y_pred = data(case.kind, case.shape)
    check(loss, y_true, y_pred, np.nan)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"])
@pytest.mark.parametrize("weights", [None, (4,), (4, 5)])
@pytest.mark.parametrize("masked", [False, True])
def test_reductions(reduction, weights, masked):
    rng = np.random.default_rng(1)
    weight = None if weights is None else jnp.asarray(rng.uniform(0.1, 2, weights), "float32")
    mask = jnp.asarray(rng.integers(0, 2, (4, 5)), bool) if masked else None
    check(losses.MeanSquaredError(reduction=reduction), *data("numbers", (4, 5, 3)), np.nan, weight, mask)


def test_scalar_weight_is_not_counted_by_rows():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    y_true, y_pred = data("numbers", (4, 3))
    with context.scope(rows=rows(4)):
        value = loss(padded(y_true, 0), padded(y_pred, 0), 2.0)
    np.testing.assert_allclose(value, loss(y_true, y_pred, 2.0), rtol=1e-6)


def scalar(y_true, y_pred):
    return jnp.mean((y_true - y_pred) ** 2)


class Contrast(losses.Loss):
    def call(self, y_true, y_pred):
        return jnp.sum(y_pred @ y_pred.T, axis=-1)


class RowByRow(Contrast):
    couples_rows = False

    def call(self, y_true, y_pred):
        return jnp.sum((y_true - y_pred) ** 4, axis=-1)


@pytest.mark.parametrize(
    "loss", [losses.as_loss(scalar), Contrast(), losses.CosineSimilarity(axis=0), losses.BinaryCrossentropy(axis=-2)]
)
def test_losses_that_mix_rows_refuse_padding(loss):
    with context.scope(rows=rows(4)), pytest.raises(context.RowsCoupled):
        loss(jnp.zeros((6, 3)), jnp.zeros((6, 3)))


def test_a_users_loss_may_promise_row_independence():
    check(RowByRow(), *data("numbers", (4, 3)), np.nan)


def test_functions_by_name_heed_padding():
    case = Case("mse", "numbers")
    check(losses.as_loss(case.name), *data(case.kind, case.shape), np.nan)
