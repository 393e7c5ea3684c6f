"""Attention against its definition, written with loops over heads: values, gradients, both modes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu.kernels import attention
from tests.kernels.comparison import assert_same_with_gradients, normal


def by_definition(q, k, v, mask=None):
    """One head after the other; no softmax but its formula."""
    results = []
    for head in range(q.shape[2]):
        group = head // (q.shape[2] // k.shape[2])
        e = jnp.exp(q[:, :, head] @ k[:, :, group].swapaxes(1, 2))
        if mask is not None:
            e = e * jnp.broadcast_to(mask, (len(q), q.shape[2], *e.shape[1:]))[:, head]
        total = e.sum(-1, keepdims=True)
        results.append((e / jnp.where(total == 0, 1, total)) @ v[:, :, group])
    return jnp.stack(results, 2)


def arrays(batch, queries, places, heads, groups, size, value_size, dtype="float32"):
    shapes = [(batch, queries, heads, size), (batch, places, groups, size), (batch, places, groups, value_size)]
    return [0.5 * normal(*shape, seed=seed, dtype=dtype) for seed, shape in enumerate(shapes)]


# More queries than a block, places that fill vectors and that do not, heads that share keys.
SIZES = {
    "small": (2, 3, 5, 2, 2, 4, 4),
    "blocks": (1, 70, 130, 2, 1, 16, 40),
    "whole vectors": (2, 16, 32, 4, 2, 32, 16),
    "one": (1, 1, 1, 1, 1, 1, 1),
}


def masks(batch, queries, places, heads):
    """Of every form that broadcasts; in the first, one query may look at nothing."""
    drawn = np.random.default_rng(3).random((batch, heads, queries, places)) > 0.4
    drawn[0, 0, 0] = False
    return [jnp.asarray(m) for m in (drawn, drawn[:1, :1], drawn[:, :1, :1], drawn[:, :, :, :1])]


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_values_and_gradients_are_those_of_the_definition(level, sizes):
    assert_same_with_gradients(attention, by_definition, *arrays(*sizes))


@pytest.mark.parametrize("form", range(4))
def test_masked_places_do_not_count(level, form):
    sizes = SIZES["blocks"] if form == 0 else SIZES["small"]
    mask = masks(*sizes[:4])[form]
    assert_same_with_gradients(lambda *a: attention(*a, mask=mask), lambda *a: by_definition(*a, mask), *arrays(*sizes))


def test_nan_reaches_only_who_looks_at_it(level):
    q, k, v = arrays(*SIZES["small"])
    k = k.at[0, 1].set(jnp.nan)
    y = attention(q, k, v)
    assert np.isnan(y[0]).all() and np.isfinite(y[1]).all()
    assert np.isfinite(attention(q, k, v, mask=jnp.arange(5).reshape(1, 1, 1, 5) != 1)).all()


def test_scores_far_apart_do_not_overflow(level):
    q, k, v = arrays(*SIZES["small"])
    y, slope = jax.value_and_grad(lambda q: attention(q, 1e4 * k, v).sum())(q)
    assert np.isfinite(y) and np.isfinite(slope).all()


def test_forward_mode_second_derivative_vmap_and_empty_batch(level):
    q, k, v = arrays(*SIZES["small"])
    of = {"ours": attention, "definition": by_definition}
    moved = {name: jax.jvp(f, (q, k, v), (k[:, :3], q[:, [0, 1, 2, 0, 1]], 2 * v))[1] for name, f in of.items()}
    np.testing.assert_allclose(moved["ours"], moved["definition"], rtol=1e-4, atol=1e-5)
    curved = {
        name: jax.grad(lambda q, f=f: (jax.grad(lambda q: (f(q, k, v) ** 2).sum())(q) ** 2).sum())(q)
        for name, f in of.items()
    }
    np.testing.assert_allclose(curved["ours"], curved["definition"], rtol=1e-4, atol=1e-5)
    mapped = jax.vmap(attention, (0, None, None))(jnp.stack([q, -q]), k, v)
    np.testing.assert_allclose(mapped[1], attention(-q, k, v), rtol=1e-5, atol=1e-6)
    assert attention(q[:0], k[:0], v[:0]).shape == (0, 3, 2, 4)


def test_low_precision_keeps_its_dtype():
    low = attention(*arrays(*SIZES["small"], dtype="bfloat16"))
    assert low.dtype == "bfloat16"
    np.testing.assert_allclose(low.astype("float32"), attention(*arrays(*SIZES["small"])), atol=5e-2)
