"""Convolutional layers: messages, named sizes, the hook for subclasses, and how quickly graphs are built."""

import sys

import numpy as np
import pytest

from cornu import layers
from cornu.core.errors import ShapeError
from cornu.core.spec import KerasTensor


def message(make, shape=(None, 8, 8, 4)):
    with pytest.raises(ValueError) as caught:
        make()(KerasTensor(shape))
    return str(caught.value)


def test_window_larger_than_the_input():
    advice = "Use a smaller window, padding='same', or a larger input; earlier layers may have shrunk it too far."
    assert message(lambda: layers.Conv2D(2, 5, name="c"), (None, 3, 9, 1)) == (
        "Conv2D 'c' needs an input no smaller than the window on each spatial axis; "
        f"got window (5, 5) over size (3, 9) of an input of shape (None, 3, 9, 1). {advice}"
    )
    assert message(lambda: layers.DepthwiseConv1D(3, dilation_rate=2, name="d"), (None, 4, 1)) == (
        "DepthwiseConv1D 'd' needs an input no smaller than the window on each spatial axis; "
        f"got window (3,) spread to (5,) by dilation_rate (2,) over size (4,) of an input of shape (None, 4, 1). {advice}"
    )
    with pytest.raises(ShapeError, match=r"window \(5,\) over size \(3,\)"):
        layers.Conv1D(2, 5)(np.ones((1, 3, 1)))


@pytest.mark.parametrize(
    "make, text",
    [
        (
            lambda: layers.Conv2D(2, 3, strides=2, dilation_rate=(1, 2), name="c"),
            "Conv2D 'c' needs strides or dilation_rate to be 1; got strides=(2, 2) and dilation_rate=(1, 2). "
            "Set one of them to 1.",
        ),
        (
            lambda: layers.Conv2D(3, 3, groups=2, name="c"),
            "Conv2D 'c' needs filters that divide into groups; got filters=3 and groups=2. "
            "Use a multiple of groups as filters.",
        ),
        (
            lambda: layers.Conv2D(6, 3, groups=3, name="c"),
            "Conv2D 'c' needs channels that divide into groups; got groups=3 and 4 channels in an input of shape "
            "(None, 8, 8, 4). Use a number of groups that divides the channels.",
        ),
        (
            lambda: layers.Conv2D(2, 3, padding="causal"),
            "Conv2D's padding needs one of 'valid', 'same'; got 'causal'. Correct the argument.",
        ),
        (
            lambda: layers.Conv2D(2, (1, 2, 3)),
            "Conv2D's kernel_size needs an int of 1 or more, or 2 of them; got (1, 2, 3). Write for example (2, 2).",
        ),
        (lambda: layers.Conv2D(0, 3), "filters needs an int of 1 or more; got 0. Correct the argument."),
        (
            lambda: layers.Conv2DTranspose(2, 3, strides=2, output_padding=(1, 2), name="t"),
            "Conv2DTranspose 't' needs output_padding less than strides on each axis; got output_padding=(1, 2) and "
            "strides=(2, 2). Lower output_padding: it only chooses among the input sizes that a strided convolution "
            "maps to one.",
        ),
    ],
)
def test_arguments_that_make_no_sense(make, text):
    assert message(make) == text


def test_inputs_without_known_channels_or_of_another_rank():
    assert message(lambda: layers.Conv2D(2, 3, name="c"), (None, 8, 8, None)) == (
        "Conv2D 'c' needs a known number of channels (channels_last); got shape (None, 8, 8, None). "
        "Give all sizes but those that vary in Input(shape=...)."
    )
    assert message(lambda: layers.Conv2D(2, 3, name="c"), (None, 8, 4)).startswith(
        "Conv2D 'c' needs an input of 4 axes; got an input of shape (None, 8, 4). Add an axis"
    )
    layer = layers.Conv1D(2, 3, name="c")
    layer(KerasTensor((None, 8, 4)))
    with pytest.raises(ShapeError, match="Conv1D 'c' needs size 4 on axis -1"):
        layer(KerasTensor((None, 8, 5)))


def test_transposed_convolution_to_nothing():
    assert message(lambda: layers.Conv1DTranspose(2, 2, padding="same", output_padding=0, name="t"), (None, 1, 4)) == (
        "Conv1DTranspose 't' needs an output of size 1 or more on each spatial axis; got sizes (0,) for an input of "
        "shape (None, 1, 4). Use a larger input, or other kernel_size, padding and output_padding."
    )


def test_named_sizes_go_through_where_they_stay():
    film = KerasTensor((None, "time", "width", 3))
    assert layers.Conv2D(4, 3, padding="same")(film).shape == (None, "time", "width", 4)
    assert layers.Conv2D(4, (1, 3), strides=(1, 2))(film).shape == (None, "time", None, 4)
    assert layers.Conv2DTranspose(4, 3, strides=(1, 2), padding="same")(film).shape == (None, "time", None, 4)
    assert layers.Conv1D(4, 3, padding="causal")(KerasTensor((None, "time", 3))).shape == (None, "time", 4)


def test_a_subclass_may_change_the_kernel():
    class Doubled(layers.Conv1D):
        def convolution_op(self, inputs, kernel):
            return super().convolution_op(inputs, 2 * kernel)

    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    plain, doubled = layers.Conv1D(4, 3, use_bias=False), Doubled(4, 3, use_bias=False)
    y = plain(x)
    doubled.build(x.shape)
    doubled.set_weights(plain.get_weights())
    np.testing.assert_allclose(doubled(x), 2 * y, rtol=1e-6)


def test_empty_batch():
    assert layers.Conv2D(4, 3)(np.ones((0, 5, 5, 2), "float32")).shape == (0, 3, 3, 4)


def test_graphs_are_built_without_evaluating_anything():
    """A convolution in a graph costs about 700 calls of Python, 0.8 ms: 500 of them take 0.4 s."""
    x = layers.Conv2D(4, 3, padding="same")(KerasTensor((None, 32, 32, 4)))
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        for _ in range(10):
            x = layers.Conv2D(4, 3, padding="same")(x)
    finally:
        sys.setprofile(None)
    assert calls / 10 < 1000
