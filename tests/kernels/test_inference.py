"""Programs for inference pack weights once for all calls, and anew when these are other arrays."""

import gc
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu.kernels import conv, kept, native, table, traced_for_inference
from cornu.kernels.compiler import traced
from cornu.kernels.folding import fold
from tests.kernels.comparison import normal

needs_native = pytest.mark.skipif(not native.available(), reason="the library was not built")


@pytest.fixture
def kept_before():
    """How many packed arrays others keep."""
    gc.collect()
    return len(kept._kept)


def two_layers(weights, x):
    a, b = weights
    return jax.nn.relu(conv(jax.nn.relu(conv(x, a)), b.reshape(1, 1, 40, 70)))


def arrays(seed=0):
    return (normal(3, 3, 32, 40, seed=seed), normal(40, 70, seed=seed + 1)), normal(2, 7, 8, 32, seed=9)


@needs_native
def test_weights_are_packed_once_and_anew_when_they_are_other_arrays(kept_before):
    weights, x = arrays()
    program = traced_for_inference(two_layers, weights, x, weights=1)
    run, again = program.compiled(), traced_for_inference(two_layers, weights, x, weights=1).compiled()
    reference = fold(traced(two_layers, weights, x)).compiled()
    assert [place for place, _ in program.packed] == [0, 1]
    np.testing.assert_array_equal(run(weights, x), reference(weights, x))
    first = [entry[1] for entry in kept._kept.values()]
    np.testing.assert_array_equal(again(weights, x + 1), reference(weights, x + 1))
    assert all(a is b for a, b in zip(first, (entry[1] for entry in kept._kept.values()), strict=True))
    assert len(first) == kept_before + 2
    others = (weights[0], arrays(seed=5)[0][1])
    np.testing.assert_array_equal(run(others, x), reference(others, x))
    np.testing.assert_array_equal(run(weights, x), reference(weights, x))
    assert len(kept._kept) == kept_before + 3
    del weights, others, first
    assert len(kept._kept) == kept_before


@needs_native
def test_weights_that_a_program_makes_are_not_kept():
    """What is small between calls stays small."""
    small = (jnp.asarray(np.arange(9 * 8 * 16) % 7, "int8").reshape(3, 3, 8, 16), jnp.float32(0.1))

    def quantized(weights, x):
        return jax.nn.relu(conv(x, weights[0].astype("float32") * weights[1]))

    x = normal(1, 6, 6, 8)
    program = traced_for_inference(quantized, small, x, weights=1)
    assert program.packed == ()
    np.testing.assert_allclose(program.compiled()(small, x), quantized(small, x), rtol=1e-5, atol=1e-5)
    # Data are no weights either, whatever they are used for.
    program = traced_for_inference(lambda scale, k, x: conv(x, k) * scale, 2.0, normal(3, 3, 8, 16), x, weights=1)
    assert program.packed == ()


@needs_native
def test_a_bias_of_the_model_s_is_added_in_passing():
    weights, x = (normal(40, 70), normal(70, seed=1)), normal(2, 5, 6, 40)
    program = traced_for_inference(lambda w, x: jax.nn.relu(x @ w[0] + w[1]), weights, x, weights=1)
    assert [place for place, _ in program.packed] == [0]
    assert not {"add", "max"} & {equation.primitive.name for equation in program.rest.jaxpr.eqns}


@needs_native
def test_a_function_around_is_given_the_packed_weights_in_a_loop_too():
    weights, x = arrays()

    def around(run):
        return lambda weights, x, count: jax.lax.fori_loop(0, count, lambda i, x: x + run(weights, x), x)

    def summed(weights, x):
        return jnp.tanh(two_layers(weights, x).mean())

    program = traced_for_inference(summed, weights, x, weights=1)
    calls = program.compiled(around, donate=(1,))
    expected = x
    for _ in range(3):
        expected = expected + summed(weights, expected)
    np.testing.assert_allclose(calls(weights, x, 3), expected, rtol=1e-4, atol=1e-4)
    assert x.is_deleted()  # what was donated is still told by its place


@needs_native
def test_short_rows_over_large_weights_are_native_once_packing_costs_nothing():
    weights, x = (normal(3, 3, 256, 32),), normal(3, 7, 7, 256, seed=1)

    def run(weights, x):
        return jax.nn.relu(conv(x, weights[0], padding="same") + 1.0)

    assert table.convolution_method((3, 3, 256, 32), 1, 7, "float32") == "xla"
    program = traced_for_inference(run, weights, x, weights=1)
    assert [packing.frequencies for _, packing in program.packed] == [True]
    assert program.runs_in_loops
    expected = run(weights, x)
    np.testing.assert_allclose(program.compiled()(weights, x), expected, rtol=1e-5, atol=1e-5 * abs(expected).max())


@needs_native
def test_threads_share_what_is_packed():
    weights, x = [arrays(seed=seed)[0] for seed in range(3)], arrays()[1]
    run = traced_for_inference(two_layers, weights[0], x, weights=1).compiled()
    expected = [np.asarray(run(w, x)) for w in weights]
    del weights
    weights = [arrays(seed=seed)[0] for seed in range(3)]  # nothing is kept of these
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: np.asarray(run(weights[i % 3], x)), range(24)))
    for i, y in enumerate(found):
        np.testing.assert_array_equal(y, expected[i % 3])


def test_without_the_library_nothing_is_packed():
    weights, x = arrays()
    with table.at_most("jax"):
        program = traced_for_inference(lambda *given: two_layers(*given), weights, x, weights=1)
    assert program.packed == ()
    np.testing.assert_allclose(program.compiled()(weights, x), two_layers(weights, x), rtol=1e-4, atol=1e-4)
