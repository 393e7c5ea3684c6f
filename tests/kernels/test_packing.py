"""Packed weights: the layout has a twin, and a convolution with them has the bits of one without."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu.kernels import native, table
from cornu.kernels.convolution_primitive import convolve_native
from cornu.kernels.packing import Packing, convolve_packed, pack, packing_of, unpack
from cornu.kernels.window import Window
from tests.kernels.comparison import assert_same_with_gradients, normal

pytestmark = pytest.mark.skipif(not native.available(), reason="the library was not built")

# Shape of the kernel, groups, whether by frequencies.
CASES = {
    "one axis": ((4, 5, 20), 1, False),
    "one tap": ((1, 1, 24, 70), 1, False),
    "groups": ((3, 2, 4, 40), 2, False),
    "several panels": ((2, 2, 8, 150), 1, False),
    "frequencies": ((3, 3, 32, 48), 1, True),
    "frequencies in planes": ((1, 3, 3, 48, 144), 1, True),
}


def parts(case):
    shape, groups, frequencies = CASES[case]
    rank = len(shape) - 2
    packing = Packing(shape, groups, frequencies, *native.vectors())
    window = Window((1,) * rank, ((0, 0),) * rank, (1,) * rank, groups)
    sizes = [size + extra for size, extra in zip(shape, (9, 8, 10), strict=False)][:rank]
    return packing, window, normal(2, *sizes, shape[-2] * groups), normal(*shape, seed=1)


@pytest.mark.parametrize("case", CASES)
def test_weights_are_laid_out_as_their_twin_lays_them_out_and_can_be_had_back(case):
    packing, _, _, kernel = parts(case)
    packed = pack(kernel, packing)
    twin = jax.vmap(lambda k: pack(k, packing))(kernel[None])[0]  # batches are the twin's
    assert packed.shape == (packing.size,)
    np.testing.assert_allclose(packed, twin, rtol=0, atol=1e-6 if packing.frequencies else 0)
    np.testing.assert_allclose(unpack(packed, packing), kernel, rtol=0, atol=1e-6 if packing.frequencies else 0)


@pytest.mark.parametrize("case", CASES)
def test_packed_weights_give_the_bits_of_weights_that_are_not(case):
    packing, window, x, kernel = parts(case)
    y = convolve_packed(x, pack(kernel, packing), None, None, None, False, window=window, packing=packing)
    assert packing == packing_of(window, x.shape, kernel.shape)
    np.testing.assert_array_equal(y, convolve_native(x, kernel, window))


@pytest.mark.parametrize("case", ["groups", "frequencies"])
def test_what_follows_and_gradients_are_those_of_the_definition(case):
    packing, window, x, kernel = parts(case)
    scale, bias = normal(kernel.shape[-1], seed=2), normal(kernel.shape[-1], seed=3)
    there = normal(*convolve_native(x, kernel, window).shape, seed=4)

    def packed(x, kernel, scale, bias, there):
        end = (scale, bias, there, True)
        return convolve_packed(x, pack(kernel, packing), *end, window=window, packing=packing)

    def plain(x, kernel, scale, bias, there):
        return jax.nn.relu(convolve_native(x, kernel, window) * scale + bias + there)

    assert_same_with_gradients(packed, plain, x, kernel, scale, bias, there, tolerance=1e-4)


def test_weights_stay_as_they_are_where_packing_gains_nothing_or_takes_too_much():
    window = Window((1, 1), ((0, 0), (0, 0)), (1, 1))
    grouped = Window((1, 1), ((0, 0), (0, 0)), (1, 1), 6)
    assert packing_of(window, (1, 9, 9, 8), (3, 3, 8, 3)) is None  # sums along the runs
    assert packing_of(grouped, (1, 9, 9, 6), (3, 3, 1, 6)) is None  # depthwise
    lanes, _ = native.vectors()
    few = packing_of(grouped, (1, 9, 9, 12), (3, 3, 2, 30))  # 5 of a vector's lanes
    assert (few is None) == (lanes > 2 * 5)
    for filters in (5, 8, 16, 20, 64, 100):
        packing = packing_of(window, (1, 9, 9, 32), (3, 3, 32, filters))
        assert packing is None or packing.size <= table.PACKED_GROWTH * 9 * 32 * filters


def test_frequencies_are_taken_of_whole_vectors_and_where_squares_fit():
    same = Window((1, 1), ((1, 1), (1, 1)), (1, 1))
    assert packing_of(same, (8, 7, 7, 512), (3, 3, 512, 512)).frequencies
    assert not packing_of(same, (8, 7, 7, 24), (3, 3, 24, 48)).frequencies  # few channels
    assert not packing_of(same, (8, 5, 5, 64), (3, 3, 64, 64)).frequencies  # 9 squares for 25 places
    assert jnp.isfinite(pack(normal(3, 3, 32, 32), packing_of(same, (8, 8, 8, 32), (3, 3, 32, 32)))).all()
