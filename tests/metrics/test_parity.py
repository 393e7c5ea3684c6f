"""Every metric against Keras over two batches; the second batch padded; traced; and as data."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from keras import metrics as oracle

from cornu import metrics
from cornu.core import context
from tests.losses.catalogue import Case
from tests.metrics.catalogue import CASES, batch

WEIGHTS = np.array([1.0, 0.0, 2.0, 0.5], "float32")


def make(case, module=metrics):
    return getattr(module, case.name)(**case.kwargs)


def close(a, b, rtol=3e-6):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=rtol, atol=2e-7)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_two_batches(case):
    ours, theirs = make(case), make(case, oracle)
    # A metric of whole images or of columns takes no weight for each row in Keras.
    weighted = case.name not in ("IoU", "MeanIoU", "OneHotIoU", "BinaryIoU") and case.kwargs.get("axis") != 0
    weighted = weighted and "ignore_class" not in case.kwargs
    weighted = weighted and (case.name, case.shape) != ("FalsePositives", (4, 5, 3))
    for seed, weight in [(0, None), (1, WEIGHTS if weighted else None)]:
        for metric in (ours, theirs):
            metric.update_state(*batch(case, seed), weight)
        close(ours.result(), theirs.result())
    assert [v.shape for v in ours.variables] == [tuple(v.shape) for v in theirs.variables]
    assert [v.name for v in ours.variables] == [v.name for v in theirs.variables]
    for a, b in zip(ours.variables, theirs.variables, strict=True):
        close(a.numpy(), b.numpy())
    ours.reset_state()
    assert not any(np.any(v.numpy()) for v in ours.variables)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_row_of_weight_zero_is_absent(case):
    metric = make(case)
    if not metric.counts_rows_by_weight:
        assert case.kwargs.get("axis") in (0, 1) or case.kwargs.get("num_regressors")
        return
    y_true, y_pred = batch(case)
    metric.update_state(y_true, y_pred)
    padded = make(case)

    def pad(x):
        fill = np.nan if np.issubdtype(x.dtype, np.floating) else 10**6
        return np.concatenate([x, np.full((2, *x.shape[1:]), fill, x.dtype)])

    padded.update_state(pad(y_true), pad(y_pred), np.array([1, 1, 1, 1, 0, 0], "float32"))
    close(padded.result(), metric.result(), 1e-6)
    for a, b in zip(padded.variables, metric.variables, strict=True):
        if a.name != "num_samples":
            close(a.numpy(), b.numpy(), 1e-6)


def plain(config):
    return json.loads(json.dumps(config, default=lambda x: np.asarray(x).tolist()))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_configs(case):
    ours, theirs = make(case), make(case, oracle)
    config, expected = ours.get_config(), plain(theirs.get_config())
    config["name"] = expected["name"]  # numbered as more are made
    assert {k: config[k] for k in expected} == expected
    assert set(config) - set(expected) <= set(case.kwargs)
    again = metrics.deserialize(metrics.serialize(ours))
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize("case", [c for c in CASES if c.name in ("AUC", "F1Score", "R2Score", "MeanIoU")], ids=str)
def test_inside_a_compiled_step(case):
    eager, traced = make(case), make(case)
    y_true, y_pred = map(jnp.asarray, batch(case))
    eager.update_state(y_true, y_pred)
    with context.scope(abstract=True):
        jax.eval_shape(traced.update_state, y_true, y_pred)  # makes state whose shape the data tells
    state = jax.jit(traced.stateless_update_state)(traced.stateless_reset_state(), y_true, y_pred)
    close(jax.jit(traced.stateless_result)(state), eager.result(), 1e-6)


def test_masks_leave_positions_out():
    y_true, y_pred = map(jnp.asarray, batch(Case("", "numbers", {}, (4, 5, 3))))
    mask = jnp.asarray(np.random.default_rng(0).integers(0, 2, (4, 5)), bool)
    context.set_mask(y_pred, mask)
    again = jnp.array(y_pred)
    again._keras_mask = mask
    for weight in (None, WEIGHTS[:, None]):
        ours, theirs = metrics.MeanSquaredError(), oracle.MeanSquaredError()
        ours.update_state(y_true, y_pred, weight)
        theirs.update_state(y_true, again, weight)
        close(ours.result(), theirs.result())


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize("weights", [None, (), (3,), (3, 1), (3, 4), (3, 4, 1)])
def test_mean_and_sum(name, weights):
    values = np.random.default_rng(0).uniform(size=(3, 4)).astype("float32")
    weight = None if weights is None else np.random.default_rng(1).uniform(size=weights).astype("float32")
    ours, theirs = getattr(metrics, name)(), getattr(oracle, name)()
    for metric in (ours, theirs):
        metric.update_state(values, weight)
    for a, b in zip(ours.variables, theirs.variables, strict=True):
        close(a.numpy(), b.numpy())


def test_metrics_of_users():
    class Spread(metrics.Metric):
        def __init__(self, name="spread", **kwargs):
            super().__init__(name=name, **kwargs)
            self.inner = metrics.Mean(name="inner")
            self.top = self.add_weight(name="top")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.inner.update_state(y_pred)
            self.top.assign(jnp.maximum(self.top.value, jnp.max(y_pred)))

        def result(self):
            return {"mean": self.inner.result(), "top": self.top.value}

    metric = Spread()
    assert [v.path for v in metric.variables] == ["spread/top", "inner/total", "inner/count"]
    assert {k: float(v) for k, v in metric(None, jnp.array([1.0, 3.0])).items()} == {"mean": 2.0, "top": 3.0}
    metric.reset_state()
    assert float(metric.result()["top"]) == 0.0
    assert not metric.counts_rows_by_weight

    def error(y_true, y_pred):
        return jnp.mean(abs(y_true - y_pred))

    wrapped = metrics.as_metric(error)
    wrapped.update_state(jnp.zeros(2), jnp.ones(2))
    assert (wrapped.name, float(wrapped.result()), wrapped.counts_rows_by_weight) == ("error", 1.0, False)
