"""Upsampling against Keras."""

import keras
import pytest

from cornu.kernels import upsample_nearest
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
