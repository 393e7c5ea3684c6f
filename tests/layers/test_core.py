"""Embedding, EinsumDense, Lambda, Masking, wrappers: what the contract does not say."""

import keras
import numpy as np
import pytest

from cornu import layers
from cornu.core import context, registry
from cornu.core.spec import KerasTensor


def test_embedding_marks_padding_and_reads_floats_as_integers():
    layer = layers.Embedding(5, 3, mask_zero=True, weights=[np.arange(15.0).reshape(5, 3)])
    x = np.array([[1, 0], [4, 2]])
    y = layer(x)
    np.testing.assert_array_equal(y[:, :, 0], x * 3)
    np.testing.assert_array_equal(context.get_mask(y), x != 0)
    np.testing.assert_array_equal(layer(x.astype("float32") + 0.9), y)
    # 16-bit floats do not hold all integers: 2049 would become 2048.
    wide = layers.Embedding(3000, 1, dtype="mixed_float16", weights=np.arange(3000.0)[:, None] / 3000)
    np.testing.assert_allclose(wide(np.array([2049.0])), [[2049 / 3000]], rtol=1e-3)


def test_beyond_the_table_is_nan_as_in_keras():
    table = np.arange(15.0, dtype="float32").reshape(5, 3)
    ours, theirs = layers.Embedding(5, 3, weights=table), keras.layers.Embedding(5, 3)
    x = np.array([0, 4, 5, -1, -6])
    theirs(x)
    theirs.set_weights([table])
    np.testing.assert_array_equal(ours(x), theirs(x))


def test_masking_zeroes_and_marks():
    x = np.array([[[1.0, -1], [-1, -1], [2, 3]]], "float32")
    y = layers.Masking(-1.0)(x)
    np.testing.assert_array_equal(y[0], [[1, -1], [0, 0], [2, 3]])
    np.testing.assert_array_equal(context.get_mask(y), [[True, False, True]])


def double(x, factor=2.0):
    return x * factor


def kept(x, mask=None, training=None):
    return x if mask is None else x * mask[..., None]


registry.register("tests")(double)


def test_lambda_computes_infers_and_comes_back_by_name():
    layer = layers.Lambda(double, arguments={"factor": 3.0})
    np.testing.assert_array_equal(layer(np.ones(2, "float32")), [3, 3])
    assert layer(KerasTensor((None, 4))).shape == (None, 4)
    data = registry.serialize(layer)
    assert data["config"]["function"]["config"] == "tests>double"
    copy = registry.deserialize(data)
    np.testing.assert_array_equal(copy(np.ones(2, "float32")), [3, 3])
    assert layers.Lambda(lambda x: x.sum(-1))(KerasTensor((None, "time", 4))).shape == (None, "time")
    assert layers.Lambda(double, output_shape=(7,))(KerasTensor((None, 4))).shape == (None, 7)
    shape = layers.Lambda(double, output_shape=lambda s: (s[0], s[1] + 1))(KerasTensor((None, 4))).shape
    assert shape == (None, 5)


def test_lambda_gets_masks_and_gives_them():
    x = layers.Masking()(np.array([[[1.0], [0.0]]], "float32"))
    with pytest.warns(UserWarning, match="does not handle masks"):
        y = layers.Lambda(kept)(x)
    assert context.get_mask(y) is None
    y = layers.Lambda(kept, mask=lambda x, mask: ~mask)(x)
    np.testing.assert_array_equal(context.get_mask(y), [[False, True]])


def test_a_lambda_without_a_name_is_not_saved():
    with pytest.raises(ValueError) as caught:
        registry.serialize(layers.Lambda(lambda x: x))
    assert str(caught.value) == (
        "Saving a function needs a name; got a lambda. "
        "Write it with def and register it with @cornu.saving.register_keras_serializable()."
    )


def test_bytecode_of_a_file_is_refused():
    data = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "AAAA"}}},
        "registered_name": None,
    }
    with pytest.raises(ValueError, match="got Python bytecode, which is never run"):
        registry.deserialize(data)


def test_lambda_may_couple_rows():
    with context.scope(rows=np.ones(2, "float32")), pytest.raises(context.RowsCoupled):
        layers.Lambda(double)(np.ones((2, 3), "float32"))


def test_activation_of_a_layer_comes_back():
    layer = layers.Activation(layers.LeakyReLU(0.1))
    copy = registry.deserialize(registry.serialize(layer))
    np.testing.assert_allclose(copy(np.array([-1.0, 1.0], "float32")), [-0.1, 1])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: layers.Embedding(0, 3),
            "Embedding's input_dim needs an int of 1 or more; got 0. Correct the argument.",
        ),
        (
            lambda: layers.Embedding(5, 3, lora_rank=2),
            "Embedding's lora_rank needs to be None; got 2. "
            "Leave it out: low-rank updates are not offered, and files hold the kernel with the update in it.",
        ),
        (
            lambda: layers.Embedding(5, 3, name="e")(np.array([["a"]])),
            "Embedding 'e' needs integers; got values of dtype <U1. "
            "Turn words into integers first, with StringLookup or TextVectorization.",
        ),
        (
            lambda: layers.EinsumDense("ab-bc", 3),
            "EinsumDense's equation needs the form 'inputs,kernel->output', with '...' in both inputs and output "
            "if in one; got 'ab-bc'. Write for example 'abc,cd->abd'.",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (None, 4), name="ed")(KerasTensor((None, 4))),
            "EinsumDense 'ed' with equation 'abc,cd->abd' needs an input with 3 axes; "
            "got shape (None, 4) and output_shape (None, 4). Correct the equation, output_shape or the input.",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (7, 4), name="ed")(KerasTensor((None, 5, 4))),
            "EinsumDense 'ed' with equation 'abc,cd->abd' needs an input with size 7 on axis 'b', as output_shape "
            "says; got shape (None, 5, 4) and output_shape (7, 4). Correct the equation, output_shape or the input.",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (None, 4), bias_axes="x", name="ed")(KerasTensor((None, 5, 4))),
            "bias_axes of EinsumDense 'ed' needs letters of the result 'abd'; got 'x'. Correct it.",
        ),
        (
            lambda: layers.Lambda("relu"),
            "Lambda's function needs a function; got 'relu'. Pass a function of the inputs.",
        ),
        (
            lambda: layers.PReLU(shared_axes=[0], name="p")(KerasTensor((None, 4))),
            "shared_axes of PReLU 'p' needs axes of the input (None, 4) other than the batch's, 0; got [0]. "
            "Count from 1.",
        ),
        (
            lambda: layers.ReLU(negative_slope=-1),
            "ReLU's negative_slope needs a number from 0; got -1. Pass for example 6.0.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    assert str(caught.value) == message
