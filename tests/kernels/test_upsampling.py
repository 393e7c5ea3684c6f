"""Upsampling against Keras, and convolutions that follow it."""

from functools import partial

import jax
import keras
import pytest

from cornu.kernels import conv, conv_transpose, native, table, upsample_nearest, upsampling
from tests.kernels.comparison import assert_same_with_gradients, normal


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_upsampling_is_that_of_keras(data_format):
    x = normal(2, 3, 4, 5)
    layer = keras.layers.UpSampling2D((2, 3), data_format)
    assert_same_with_gradients(lambda x: upsample_nearest(x, (2, 3), data_format), layer, x)


def test_one_and_three_dimensions_are_those_of_keras():
    x = normal(2, 3, 4)
    assert_same_with_gradients(lambda x: upsample_nearest(x, 3), keras.layers.UpSampling1D(3), x)
    x, size = normal(1, 2, 3, 2, 2), (2, 1, 3)
    assert_same_with_gradients(
        lambda x: upsample_nearest(x, size),
        keras.layers.UpSampling3D(size, "channels_last"),
        x,
    )


def test_message():
    with pytest.raises(ValueError) as caught:
        upsample_nearest(normal(1, 2, 1), 0)
    assert str(caught.value) == (
        "size needs one positive integer or 1 of them; got 0. Give one number for each spatial axis."
    )


CONVOLVED = [
    ((3, 4), (2, 3), (3, 3), "same", "channels_last"),
    ((3, 4), 2, (3, 2), "valid", "channels_last"),
    ((2, 3), 3, (4, 5), "same", "channels_first"),
    ((4,), 3, (2,), "causal", "channels_last"),
    ((2, 2, 3), 2, (3, 1, 2), "same", "channels_last"),
]


@pytest.mark.parametrize("sizes, factors, window, padding, data_format", CONVOLVED)
@pytest.mark.parametrize("transposed", [False, True])
def test_a_convolution_of_what_was_upsampled_is_the_same(sizes, factors, window, padding, data_format, transposed):
    """The composition is traced twice: as it is read, and with the origin hidden behind a barrier."""
    first = data_format == "channels_first"
    if transposed and padding == "causal":
        padding = "valid"
    x = normal(2, 3, *sizes) if first else normal(2, *sizes, 3)
    kernel = normal(*window, *((4, 3) if transposed else (3, 4)), seed=1)
    bias = normal(4, seed=2)

    def run(x, kernel, bias, hide):
        large = upsample_nearest(x, factors, data_format)
        if hide:
            large = jax.lax.optimization_barrier(large)
        convolve = conv_transpose if transposed else conv
        return convolve(large, kernel, padding=padding, data_format=data_format, bias=bias, rectify=True)

    arrays = (x, kernel, bias)
    assert_same_with_gradients(partial(run, hide=False), partial(run, hide=True), *arrays)


def test_a_convolution_starts_from_what_was_upsampled():
    def run(x, kernel):
        return conv(upsample_nearest(x, 2), kernel, padding="same")

    with table.at_most("native"):
        compiled = jax.jit(run).lower(normal(1, 8, 8, 3), normal(3, 3, 3, 4)).compile()
    if native.available():
        assert "16,16,3]" not in compiled.as_text()  # the large array is not made
    assert not upsampling._origins  # and nothing of the trace is kept
