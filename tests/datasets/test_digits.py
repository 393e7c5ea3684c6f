"""The digits are the published ones, and every split of them is a partition."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.datasets import digits

DIGITS = 1797


def rows(examples):
    """Each image with its label as one row of bytes."""
    images, labels = examples
    return [image.tobytes() + bytes([label]) for image, label in zip(images, labels, strict=True)]


def test_values_are_the_published_ones():
    (images, labels), _ = digits.load_data(test_split=0.0)
    assert images.shape == (DIGITS, 8, 8) and labels.shape == (DIGITS,)
    assert images.dtype == labels.dtype == np.uint8
    # Figures of the published file (optdigits.tes), computed from it and not from our archive.
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images.min() == 0 and images.max() == 16
    digest = hashlib.sha256(b"".join(sorted(rows((images, labels))))).hexdigest()
    assert digest == "f67d6a29d0e1f70e7f0cd9dcf25816b694881f4b8f27f5cc1db59551f0499fb8"


def test_first_digits_of_a_seed_never_change():
    (_, y_train), (_, y_test) = digits.load_data()
    assert y_train[:10].tolist() == [1, 0, 9, 1, 1, 2, 3, 0, 0, 1]
    assert y_test[-10:].tolist() == [2, 7, 5, 5, 6, 4, 6, 5, 7, 5]


@given(test_split=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_a_split_is_a_partition(test_split, seed):
    train, test = digits.load_data(test_split, seed)
    everything, nothing = digits.load_data(test_split=0.0)
    assert len(nothing[1]) == 0
    assert len(test[1]) == int(DIGITS * test_split)
    assert sorted(rows(train) + rows(test)) == sorted(rows(everything))


def test_calls_do_not_share_arrays():
    (images, _), _ = digits.load_data()
    before = images.copy()
    images[:] = 0
    np.testing.assert_array_equal(digits.load_data()[0][0], before)


@pytest.mark.parametrize("test_split", [-0.1, 1.5, float("nan")])
def test_a_fraction_is_needed(test_split):
    with pytest.raises(ValueError) as error:
        digits.load_data(test_split=test_split)
    assert str(error.value) == (
        f"digits.load_data needs 0 <= test_split <= 1; got {test_split!r}. "
        "Give the fraction of the digits to keep for the test, such as 0.2."
    )
