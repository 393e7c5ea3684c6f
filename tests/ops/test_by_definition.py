"""What Keras cannot be asked: ops that it lacks on this platform or gets wrong, control flow, and dynamic shapes."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import ops
from cornu.core.spec import KerasTensor
from cornu.core.variable import Variable

X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


def test_sparsemax_is_the_nearest_distribution():
    found = np.asarray(ops.sparsemax(X))
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-6)
    points = np.random.default_rng(1).dirichlet(np.full(4, 0.3), 2000)
    for x, y in zip(X, found, strict=True):
        assert np.all(np.sum((y - x) ** 2) <= np.sum((points - x) ** 2, -1) + 1e-6)


def test_attention_with_capped_logits():
    q, k, v = np.random.default_rng(2).normal(size=(3, 2, 5, 2, 4)).astype("float32")
    logits = 0.5 * np.tanh(np.einsum("bthd,bshd->bhts", q, k) / 2 / 0.5)
    logits = np.where(np.tri(5, dtype=bool), logits, -np.inf)
    weights = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    found = ops.dot_product_attention(q, k, v, is_causal=True, attn_logits_soft_cap=0.5)
    np.testing.assert_allclose(found, np.einsum("bhts,bshd->bthd", weights, v), rtol=1e-5, atol=1e-6)


def test_gaussian_blur_is_a_convolution_with_a_bell():
    image = np.zeros((5, 5, 1), "float32")
    image[2, 2] = 1
    bell = np.exp(-0.5 * np.arange(-1, 2) ** 2)
    bell /= bell.sum()
    np.testing.assert_allclose(ops.image.gaussian_blur(image)[1:4, 1:4, 0], np.outer(bell, bell), rtol=1e-5)


def test_elastic_transform_moves_pixels_a_little():
    image = np.tile(np.arange(8, dtype="float32")[None, :, None], (8, 1, 1))
    moved = ops.image.elastic_transform(image, alpha=1.0, sigma=1.0, seed=1)
    assert 0.01 < float(jnp.abs(moved - image).max()) < 2
    np.testing.assert_array_equal(moved, ops.image.elastic_transform(image, alpha=1.0, sigma=1.0, seed=1))
    np.testing.assert_allclose(ops.image.elastic_transform(image, alpha=0.0, seed=1), image)


def test_shapes_that_depend_on_values():
    ints = np.array([3, 1, 1], "int32")
    for ours, theirs in [
        (
            ops.unique(ints, return_counts=True, return_inverse=True),
            np.unique(ints, return_counts=True, return_inverse=True),
        ),
        (ops.nonzero(X > 0), np.nonzero(X > 0)),
        (ops.histogram(X, 4, range=(-1, 1)), np.histogram(X, 4, range=(-1, 1))),
        ([ops.bincount(ints, minlength=5)], [np.bincount(ints, minlength=5)]),
        ([ops.bincount(np.array([[0, 2], [1, 1]]))], [[[1, 0, 1], [0, 2, 0]]]),
    ]:
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b)
    values, vectors = ops.eig(X[:, :3])
    np.testing.assert_allclose(X[:, :3] @ vectors, vectors * values, atol=1e-5)


def test_loops_and_branches():
    assert [int(v) for v in ops.while_loop(lambda i, n: i < 9, lambda i, n: (i + 1, 2 * n), (0, 1), 3)] == [3, 8]
    assert int(ops.while_loop(lambda i: i < 4, lambda i: i + 1, 0)) == 4
    assert int(ops.fori_loop(0, 4, lambda i, s: s + i, 0)) == 6
    assert float(ops.cond(False, lambda: 1.0, lambda: 2.0)) == 2
    assert float(ops.switch(7, [lambda x: x, lambda x: 2 * x], 3.0)) == 6
    last, sums = ops.scan(lambda c, x: (c + x.sum(), c), np.float32(0), X, reverse=True)
    np.testing.assert_allclose(last, X.sum(), rtol=1e-5)
    np.testing.assert_allclose(sums[-1], 0)
    np.testing.assert_allclose(ops.associative_scan(jnp.add, X, axis=1), np.cumsum(X, 1), rtol=1e-5)
    np.testing.assert_allclose(ops.map(lambda r: r * 2, X), X * 2)
    np.testing.assert_allclose(ops.vectorized_map(lambda r: r.sum(), X), X.sum(1), rtol=1e-5)
    value, slope = ops.jvp(jnp.sin, (X,), (np.ones_like(X),))
    np.testing.assert_allclose(value, np.sin(X), rtol=1e-5)
    np.testing.assert_allclose(slope, np.cos(X), rtol=1e-5, atol=1e-6)


def test_variables_lists_and_numbers_are_arrays():
    v = Variable(X)
    np.testing.assert_allclose(ops.add(v, 1), X + 1)
    np.testing.assert_allclose(ops.concatenate([v, X]), np.concatenate([X, X]))
    np.testing.assert_allclose(ops.get_item(v, 0), X[0])
    np.testing.assert_array_equal(ops.convert_to_numpy(v), X)
    assert ops.is_tensor(ops.convert_to_tensor(v)) and not ops.is_tensor(v)
    assert ops.add([1, 2], [3, 4]).tolist() == [4, 6]
    assert ops.dtype(v) == "float32" and ops.shape(v) == (3, 4)


def test_gradients_that_a_plain_formula_would_make_nan():
    assert jax.grad(lambda x: ops.divide_no_nan(1.0, x))(0.0) == 0
    assert np.all(np.isfinite(jax.grad(lambda x: ops.sum(ops.cdist(x, x)))(X)))
    assert np.all(np.isfinite(jax.grad(lambda x: ops.sum(ops.normalize(x)))(np.zeros((2, 2), "float32"))))


def test_custom_gradient_takes_variables():
    @ops.custom_gradient
    def times_ten(x):
        return x * 1.0, lambda upstream: upstream * 10.0

    assert float(times_ten(Variable(2.0))) == 2
    assert float(jax.grad(times_ten)(2.0)) == 10


S = KerasTensor((None, "time", 8))


@pytest.mark.parametrize(
    ("result", "shape"),
    [
        (lambda: ops.reshape(S, (-1, 8)), (None, 8)),
        (lambda: ops.reshape(KerasTensor((None, 4, 2)), (-1, 8)), (None, 8)),
        (lambda: ops.reshape(KerasTensor(("b", 4, 2)), (-1, 8)), ("b", 8)),
        (lambda: ops.reshape(S, (None, "time", 2, 4)), (None, "time", 2, 4)),
        (lambda: ops.reshape(KerasTensor((None, 6)), (-1, 4)), (None, 4)),
        (lambda: ops.concatenate([S, KerasTensor((None, None, 8))], axis=1), (None, None, 8)),
        (lambda: ops.concatenate([S, KerasTensor((5, None, 4))], axis=-1), (5, "time", 12)),
        (lambda: ops.stack([S, KerasTensor((4, None, 8))], 1), (4, 2, "time", 8)),
        (lambda: S + KerasTensor((5, 1, 8)), (5, "time", 8)),
        (lambda: S @ KerasTensor((None, 8, 3)), (None, "time", 3)),
        (lambda: ops.einsum("bte,bse->bts", S, KerasTensor((4, None, 8))), (4, "time", None)),
        (lambda: ops.sum(S, axis=1), (None, 8)),
        (lambda: ops.split(S, 2, axis=1)[0], (None, None, 8)),
        (lambda: S[:, 1:], (None, None, 8)),
        (lambda: S[:, -1], (None, 8)),
        (lambda: S[..., None, :4], (None, "time", 1, 4)),
        (lambda: ops.pad(S, ((0, 0), (1, 0), (2, 2))), (None, None, 12)),
        (lambda: ops.repeat(S, 3, axis=2), (None, "time", 24)),
        (lambda: ops.expand_dims(S, 1), (None, 1, "time", 8)),
        (lambda: ops.transpose(S), (8, "time", None)),
        (lambda: ops.one_hot(KerasTensor((None,), "int32"), 5), (None, 5)),
        (lambda: ops.softmax(S), (None, "time", 8)),
        (lambda: ops.max_pool(KerasTensor((None, 9, None, 3)), 2), (None, 4, None, 3)),
        (lambda: ops.image.resize(KerasTensor((None, None, None, 3)), (4, 5)), (None, 4, 5, 3)),
        (lambda: ops.take(KerasTensor((10, 3)), KerasTensor((None, 2), "int32"), axis=0), (None, 2, 3)),
    ],
)
def test_unknown_and_named_sizes(result, shape):
    assert result().shape == shape


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ops.concatenate([KerasTensor((None, 3)), KerasTensor((None, 4))], axis=0),
            "concatenate needs equal sizes; got 3 and 4 in shapes [(None, 3), (None, 4)]. Reshape one of them.",
        ),
        (
            lambda: ops.reshape(KerasTensor((3, 4)), (5, -1)),
            "reshape needs a shape of 12 elements, one size of which may be -1; got (5, -1) for a tensor of shape "
            "(3, 4). Correct the sizes.",
        ),
        (
            lambda: ops.matmul(KerasTensor((None, 3)), KerasTensor((4, 2))),
            "matmul needs equal sizes; got 3 and 4 in shapes [(None, 3), (4, 2)]. Reshape one of them.",
        ),
        (
            lambda: ops.unstack(KerasTensor((None, 3))),
            "unstack needs a known size on its axis; got shape (None, 3), axis 0. Pass num=, how many.",
        ),
        (
            lambda: KerasTensor((None, 3))[:, 5],
            "Indexing needs an index from -3 to 2; got 5. Correct it.",
        ),
        (
            lambda: ops.sparse_categorical_crossentropy(KerasTensor((None, 5)), KerasTensor((None, 5))),
            "sparse_categorical_crossentropy needs targets of shape (None,), as the output without its class axis; "
            "got (None, 5). Pass class numbers, or use categorical_crossentropy for one-hot targets.",
        ),
    ],
)
def test_shape_errors_while_a_graph_is_built(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


def test_a_signal_comes_back_from_its_windows():
    signal = np.random.default_rng(3).normal(size=(2, 64)).astype("float32")
    back = ops.istft(ops.stft(signal, 16, 4, 16), 16, 4, 16)
    np.testing.assert_allclose(back, signal, atol=1e-5)
    np.testing.assert_allclose(back, keras.ops.istft(keras.ops.stft(signal, 16, 4, 16), 16, 4, 16), atol=1e-5)
