"""Convolutions against Keras on JAX: values, gradients, errors."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.kernels import conv, conv_transpose, depthwise_conv, separable_conv, table
from tests.kernels.comparison import LEVELS, assert_same_with_gradients, normal

# One line for each way to compute: spatial sizes, channels, kernel shape, arguments.
CASES = {
    "direct": ((7, 6), 5, (3, 3, 5, 4), {}),
    "direct, same, stride": ((8, 7), 5, (3, 3, 5, 4), {"padding": "same", "strides": 2}),
    "direct, dilation": ((9, 8), 5, (3, 3, 5, 4), {"padding": "same", "dilation": (2, 1)}),
    "few inputs": ((7, 6), 1, (3, 2, 1, 4), {"padding": "same", "strides": (2, 1)}),
    "few inputs, dilation": ((7, 6), 2, (2, 2, 2, 3), {"padding": "same", "dilation": 2}),
    "one tap": ((5, 4), 3, (1, 1, 3, 4), {}),
    "one tap, stride, same": ((5, 4), 3, (1, 1, 3, 4), {"strides": 2, "padding": "same"}),
    "groups": ((6, 5), 4, (3, 3, 2, 6), {"padding": "same"}),
    "groups of one": ((6, 5), 3, (3, 3, 1, 6), {"padding": "same", "strides": 2}),
    "window beyond the data": ((2, 2), 5, (3, 3, 5, 4), {"padding": "same"}),
    "1-D": ((9,), 11, (3, 11, 4), {"padding": "same", "strides": 2}),
    "1-D few inputs": ((9,), 2, (3, 2, 4), {"dilation": 2}),
    "3-D": ((4, 5, 3), 3, (3, 2, 2, 3, 4), {"padding": "same", "strides": (2, 1, 1)}),
    "3-D few inputs": ((4, 4, 3), 1, (2, 2, 2, 1, 3), {}),
    "3-D groups": ((3, 4, 4), 4, (2, 2, 2, 2, 4), {"padding": "same"}),
}


@pytest.mark.parametrize("case", CASES)
def test_conv_is_that_of_keras(case, level):
    sizes, channels, kernel_shape, options = CASES[case]
    x, kernel = normal(2, *sizes, channels), normal(*kernel_shape, seed=1)
    keras_options = {"dilation_rate" if k == "dilation" else k: v for k, v in options.items()}
    assert_same_with_gradients(
        lambda x, k: conv(x, k, **options),
        lambda x, k: keras.ops.conv(x, k, data_format="channels_last", **keras_options),
        x,
        kernel,
    )
    swapped = conv(jnp.moveaxis(x, -1, 1), kernel, data_format="channels_first", **options)
    y = conv(x, kernel, **options)
    np.testing.assert_allclose(jnp.moveaxis(swapped, 1, -1), y, rtol=1e-5, atol=1e-5)


FINISHED = ["direct, same, stride", "few inputs", "groups of one"]


@pytest.mark.parametrize("case", FINISHED)
@pytest.mark.parametrize("rectify", [False, True])
def test_bias_and_rectifier_in_passing_are_those_of_keras(case, rectify, level):
    sizes, channels, kernel_shape, options = CASES[case]
    x, kernel = normal(2, *sizes, channels), normal(*kernel_shape, seed=1)
    bias = normal(kernel_shape[-1], seed=2)
    keras_options = {"dilation_rate" if k == "dilation" else k: v for k, v in options.items()}

    def reference(x, k, b):
        y = keras.ops.conv(x, k, data_format="channels_last", **keras_options) + b
        return keras.ops.relu(y) if rectify else y

    def ours(x, k, b, data_format="channels_last"):
        return conv(x, k, data_format=data_format, **options, bias=b, rectify=rectify)

    assert_same_with_gradients(ours, reference, x, kernel, bias)
    swapped = ours(jnp.moveaxis(x, -1, 1), kernel, bias, "channels_first")
    np.testing.assert_allclose(jnp.moveaxis(swapped, 1, -1), ours(x, kernel, bias), rtol=1e-5, atol=1e-5)


@given(
    at=st.sampled_from(LEVELS),
    size=st.integers(1, 9),
    window=st.integers(1, 4),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same", "causal", [(2, 0)]]),
    channels=st.sampled_from([1, 12]),
)
def test_conv_in_one_dimension_is_its_definition(at, size, window, stride, dilation, padding, channels):
    x, kernel = normal(2, size, channels), normal(window, channels, 3, seed=1)
    extent = (window - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + extent - size, 0)
    before, after = (
        {
            "valid": (0, 0),
            "same": (total // 2, total - total // 2),
            "causal": (extent - 1, 0),
        }[padding]
        if isinstance(padding, str)
        else padding[0]
    )
    padded = np.pad(x, ((0, 0), (before, after), (0, 0)))
    starts = range(0, padded.shape[1] - extent + 1, stride)
    expected = np.zeros((2, len(starts), 3))
    for place, start in enumerate(starts):
        seen = padded[:, start : start + extent : dilation]
        expected[:, place] = np.einsum("nti,tio->no", seen, kernel)
    with table.at_most(at):
        y = conv(x, kernel, stride, padding, dilation=dilation)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@given(
    at=st.sampled_from(LEVELS),
    size=st.integers(1, 5),
    window=st.integers(1, 6),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
    output_padding=st.sampled_from([None, 0, 1, 2]),
)
def test_conv_transpose_in_one_dimension_is_that_of_keras(at, size, window, stride, dilation, padding, output_padding):
    x, kernel = normal(1, size, 2), normal(window, 3, 2, seed=1)
    with table.at_most(at):
        y = conv_transpose(x, kernel, stride, padding, output_padding, dilation=dilation)
    expected = keras.ops.conv_transpose(x, kernel, stride, padding, output_padding, dilation_rate=dilation)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "sizes, kernel_shape, options",
    [
        ((4, 3), (3, 3, 4, 2), {"strides": 2, "padding": "same"}),
        ((4, 3), (2, 2, 4, 2), {"strides": 2}),
        ((4, 3), (2, 3, 4, 2), {"strides": (3, 1), "output_padding": (1, 0)}),
        ((3, 2, 2), (2, 2, 2, 4, 2), {"strides": (1, 2, 2), "padding": "same"}),
    ],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_conv_transpose_is_that_of_keras(sizes, kernel_shape, options, data_format, level):
    x = normal(2, *sizes, 2) if data_format == "channels_last" else normal(2, 2, *sizes)
    assert_same_with_gradients(
        lambda x, k: conv_transpose(x, k, data_format=data_format, **options),
        lambda x, k: keras.ops.conv_transpose(x, k, data_format=data_format, **options),
        x,
        normal(*kernel_shape, seed=1),
    )


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_and_separable_are_those_of_keras(multiplier, data_format, level):
    x = normal(2, 6, 5, 3) if data_format == "channels_last" else normal(2, 3, 6, 5)
    depth, point = normal(3, 2, 3, multiplier, seed=1), normal(1, 1, 3 * multiplier, 4, seed=2)
    options = {"strides": 2, "padding": "same", "data_format": data_format}
    assert_same_with_gradients(
        lambda x, k: depthwise_conv(x, k, **options),
        lambda x, k: keras.ops.depthwise_conv(x, k, **options),
        x,
        depth,
    )
    assert_same_with_gradients(
        lambda x, d, p: separable_conv(x, d, p, **options),
        lambda x, d, p: keras.ops.separable_conv(x, d, p, **options),
        x,
        depth,
        point,
    )


def test_the_table_uses_every_method():
    with table.at_most("jax"):
        chosen = {
            table.convolution_method(shape, channels // shape[-2], sizes[-1], "float32")
            for sizes, channels, shape, _ in CASES.values()
        }
    assert chosen == {"xla", "product", "patches", "taps", "split", "planes"}
    with table.at_most("xla"):
        assert table.convolution_method((1, 1, 3, 4), 1, 8, "float32") == "xla"


@pytest.mark.parametrize("dtype, tolerance", [("bfloat16", 2e-2), ("float16", 2e-3)])
@pytest.mark.parametrize("kernel_shape", [(3, 3, 4, 4), (3, 3, 1, 4), (1, 1, 4, 4)])
def test_low_precision_keeps_its_dtype(kernel_shape, dtype, tolerance):
    x, kernel = normal(1, 6, 6, 4), normal(*kernel_shape, seed=1)
    low = conv(x.astype(dtype), kernel.astype(dtype))
    assert low.dtype == dtype
    high = conv(x, kernel)
    np.testing.assert_allclose(low.astype("float32"), high, atol=tolerance * abs(high).max())


def test_double_precision():
    with jax.enable_x64(True):
        x, kernel = normal(1, 6, 5, dtype="float64"), normal(3, 5, 4, dtype="float64")
        y = conv(x, kernel)
        assert y.dtype == "float64"
        expected = sum(x[:, t : t + 4] @ kernel[t] for t in range(3))
        np.testing.assert_allclose(y, expected, rtol=1e-12)


@pytest.mark.parametrize("case", ["direct", "few inputs", "groups", "groups of one", "3-D"])
def test_empty_batch_and_vmap_and_forward_mode(case, level):
    sizes, channels, kernel_shape, options = CASES[case]
    x, kernel = normal(2, *sizes, channels), normal(*kernel_shape, seed=1)

    def run(x):
        return conv(x, kernel, **options)

    y, tangent = jax.jvp(run, (x,), (x,))
    np.testing.assert_allclose(tangent, y, rtol=1e-4, atol=1e-5)  # linear in x
    batched = jax.vmap(run)(x[:, None])
    np.testing.assert_allclose(batched[:, 0], y, rtol=1e-4, atol=1e-5)
    assert run(x[:0]).shape == (0, *y.shape[1:])


@pytest.mark.parametrize("channels", [1, 20, 100])
def test_a_rectified_convolution_has_derivatives_of_every_kind(channels, level):
    x, kernel, bias = normal(3, 5, 4, 2), normal(2, 3, 2, channels, seed=1), normal(channels, seed=2)
    x = x.at[0, 0, 0, 0].set(jnp.nan)

    def run(x, kernel, bias, rectify=True):
        return conv(x, kernel, bias=bias, rectify=rectify)

    y, moved = jax.jvp(run, (x, kernel, bias), (jnp.zeros_like(x), kernel, bias))
    plain = run(x, kernel, bias, rectify=False)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(plain))  # NaN is not rectified away
    np.testing.assert_allclose(moved, jnp.where(plain > 0, plain, 0), rtol=1e-4, atol=1e-5)
    clean = jnp.nan_to_num(x)
    twice = jax.hessian(lambda b: (run(clean, kernel, b) ** 2).sum())(bias)  # reverse, then forward
    count = (run(clean, kernel, bias) > 0).sum((0, 1, 2))
    np.testing.assert_allclose(jnp.diag(twice), 2 * count, rtol=1e-5)
    both = jax.vmap(run, (0, None, None))(clean[:, None], kernel, bias)
    np.testing.assert_allclose(both[:, 0], run(clean, kernel, bias), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "sizes, channels, kernel_shape, padding",
    [
        ((7, 9), 32, (3, 3, 32, 48), "same"),
        ((12, 8), 48, (3, 3, 48, 32), "valid"),
        ((40, 41), 64, (3, 3, 64, 64), [(1, 0), (2, 1)]),
        ((3, 6, 6), 32, (1, 3, 3, 32, 32), "same"),
        ((14, 14), 96, (3, 3, 96, 96), "same"),  # tasks of several rows of both images
    ],
)
def test_three_by_three_windows_by_winograd_are_those_of_xla(sizes, channels, kernel_shape, padding):
    x, kernel, bias = normal(2, *sizes, channels), normal(*kernel_shape, seed=1), normal(kernel_shape[-1], seed=2)

    def at(level):
        def run(x, kernel, bias):
            with table.at_most(level):
                return conv(x, kernel, padding=padding, bias=bias, rectify=True)

        return run

    assert_same_with_gradients(at("native"), at("xla"), x, kernel, bias, tolerance=1e-5)


def test_unknown_sizes_stay_symbols():
    batch, height = jax.export.symbolic_shape("b, h")
    x = jax.ShapeDtypeStruct((batch, height, 8, 1), "float32")
    kernel = jax.ShapeDtypeStruct((3, 3, 1, 4), "float32")
    y = jax.eval_shape(lambda x, k: conv(x, k, 2, "same"), x, kernel)
    assert str(y.shape) == "(b, - floordiv(- h, 2), 4, 4)"
    y = jax.eval_shape(lambda x, k: conv_transpose(x, k, 2, "same"), y, kernel.update(shape=(3, 3, 2, 4)))
    assert y.shape[0] == batch
    assert y.shape[2:] == (8, 2)


ERRORS = [
    (
        lambda: conv(normal(2, 3), normal(3, 1, 1)),
        "conv needs data of rank 3, 4 or 5 (batch, 1 to 3 spatial axes, channels); "
        "got shape (2, 3). Add or remove axes first.",
    ),
    (
        lambda: conv(normal(2, 8, 3), normal(3, 2, 4)),
        "conv needs a kernel whose input channels divide the 3 channels of the data into groups "
        "that divide the filters; got kernel (3, 2, 4). "
        "The layout is (*window, channels / groups, filters).",
    ),
    (
        lambda: conv(normal(2, 8, 3), normal(3, 3, 3, 4)),
        "conv needs a kernel of rank 3 for data of shape (2, 8, 3); got (3, 3, 3, 4). "
        "The layout is (*window, channels / groups, filters).",
    ),
    (
        lambda: conv(normal(2, 8, 8, 3), normal(3, 3, 3, 4), padding="causal"),
        "padding needs 'valid', 'same', 'causal' (one spatial axis) or explicit pairs; "
        "got 'causal' for 2 spatial axes. Name one of these.",
    ),
    (
        lambda: conv(normal(2, 8, 3), normal(3, 3, 4), strides=0),
        "strides needs one positive integer or 1 of them; got 0. Give one number for each spatial axis.",
    ),
    (
        lambda: conv(normal(2, 8, 3), normal(3, 3, 4), data_format="NWC"),
        "data_format needs 'channels_last' or 'channels_first'; got 'NWC'. Name one of the two.",
    ),
    (
        lambda: conv_transpose(normal(2, 8, 3), normal(3, 3, 4)),
        "conv_transpose needs a kernel of rank 3 whose last axis is the 3 channels of the data; "
        "got (3, 3, 4). The layout is (*window, filters, channels).",
    ),
    (
        lambda: conv_transpose(normal(2, 8, 3), normal(3, 4, 3), padding="causal"),
        "conv_transpose needs padding 'valid' or 'same'; got 'causal'. Name one of the two.",
    ),
    (
        lambda: conv_transpose(normal(2, 8, 3), normal(3, 4, 3), output_padding=-1),
        "output_padding needs one integer >= 0 or 1 of them; got -1. Give one number for each spatial axis.",
    ),
    (
        lambda: depthwise_conv(normal(2, 8, 3), normal(3, 2, 1)),
        "depthwise_conv needs a kernel (*window, 3, multiplier) for 3 channels; got (3, 2, 1). "
        "Give the kernel one slice for each channel.",
    ),
]


@pytest.mark.parametrize("call, message", ERRORS)
def test_messages(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
