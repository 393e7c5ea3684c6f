"""Rematerialisation: the same numbers, less memory."""

import jax
import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu.kernels import compiler_options

RNG = np.random.default_rng(2)
X = RNG.normal(size=(8, 6)).astype("float32")
Y = RNG.normal(size=(8, 6)).astype("float32")


class Block(layers.Layer):
    """Statistics, randomness, an added loss, a sublayer and several large inner values."""

    couples_rows = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.normal = layers.BatchNormalization()
        self.drop = layers.Dropout(0.25, seed=5)
        self.dense = layers.Dense(6)

    def build(self, input_shape):
        self.normal.build(input_shape)
        self.dense.build(input_shape)

    def call(self, x):
        h = self.drop(self.normal(x))
        for _ in range(6):
            h = ops.sin(h * 1.5)
        self.add_loss(0.01 * ops.sum(ops.square(h)))
        return self.dense(h)

    def compute_output_shape(self, input_shape):
        return input_shape


def chain(blocks=4, again=(), **options):
    """Blocks, of which those numbered ``again`` are rematerialised."""
    x = layers.Input((6,))
    h = x
    for index in range(blocks):
        h = Block(name=f"block_{index}", **({"remat": True} if index in again else {}))(h)
    return cornu.Model(x, h, **options)


def fitted(model, start):
    model.set_weights(start)
    model.compile(cornu.optimizers.SGD(0.1), "mse")
    losses = model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"]
    return [np.asarray(losses), *model.get_weights()]


@pytest.mark.parametrize("mode", [True, "activations", "larger_than"])
def test_the_same_numbers(mode):
    plain = chain()
    start = plain.get_weights()
    for a, b in zip(fitted(plain, start), fitted(chain(remat=mode), start), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_the_same_gradients_with_some_layers_computed_again():
    plain = chain(2)
    values = plain.get_weights()

    def of(model):
        model.set_weights(values)
        f = cornu.pure(model)
        params, state = f.values()

        def loss(params):
            outputs, _, losses = f(params, state, X, training=True)
            return ((outputs - Y) ** 2).sum() + sum(losses)

        gradient = jax.grad(loss)
        return jax.jit(gradient)(params), str(jax.make_jaxpr(gradient)(params)).count("remat")

    (expected, none), (found, some) = of(plain), of(chain(2, again=(1,)))
    assert none == 0 and some > 0
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


class Wide(layers.Layer):
    """Two products with 64 values a row between them."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.up, self.down = layers.Dense(64, activation="gelu"), layers.Dense(6)

    def build(self, input_shape):
        self.up.build(input_shape)
        self.down.build((*input_shape[:-1], 64))

    def call(self, x):
        return x + self.down(self.up(x))


def temporary_bytes(remat):
    x = layers.Input((6,))
    h = x
    for _ in range(6):
        h = Wide()(h)
    f = cornu.pure(cornu.Model(x, h, remat=remat))
    params, state = f.values()
    batch = np.zeros((256, 6), "float32")
    traced = jax.jit(jax.grad(lambda p: (f(p, state, batch, training=True)[0] ** 2).sum())).trace(params)
    compiled = traced.lower().compile(compiler_options=compiler_options(jax.default_backend(), traced.jaxpr))
    return compiled.memory_analysis().temp_size_in_bytes


def test_less_memory():
    assert temporary_bytes(remat=True) < 0.5 * temporary_bytes(remat=False)


def test_scopes_say_which_layers():
    with cornu.RematScope("list_of_layers", layer_names=["block_1"]) as scope:
        model = chain()
    assert model.layers[1]._remat is scope and chain().layers[1]._remat is None
    assert layers.Dense(2, remat=True)._remat.mode == "full"
    assert "remat" not in layers.Dense(2, remat=True).get_config()
    assert scope.applies_to("block_1", 1) and not scope.applies_to("block_2", 1)


def test_masks_pass():
    x = layers.Input((5,), dtype="int32")
    h = layers.Embedding(9, 4, mask_zero=True)(x)
    model = cornu.Model(x, layers.LSTM(3)(layers.Dense(4, remat=True)(h)))
    data = np.array([[1, 2, 3, 0, 0], [4, 5, 6, 7, 8]])
    np.testing.assert_allclose(model(data, training=True), model(data), rtol=1e-6)


def test_another_mode():
    with pytest.raises(ValueError) as error:
        cornu.RematScope("half")
    assert str(error.value) == (
        "RematScope needs a mode of ['full', 'activations', 'larger_than', 'list_of_layers']; got 'half'. "
        "Pass one of them."
    )
