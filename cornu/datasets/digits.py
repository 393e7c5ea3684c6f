"""Handwritten digits, 8 by 8 pixels: a real data set inside the package, no network needed."""

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

__all__ = ["load_data"]

Examples = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def load_data(test_split: float = 0.2, seed: int = 113) -> tuple[Examples, Examples]:
    """The 1,797 digits, shuffled by ``seed`` and split in two.

    The last ``floor(1797 * test_split)`` of the shuffled digits are the test examples. The 13
    writers are mixed over both parts, so the test score says nothing about a new writer's hand.

    Shapes:
        images: (examples, 8, 8) uint8, ink from 0 (none) to 16 (full); divide by 16 for [0, 1].
        labels: (examples,) uint8, the digit, 0 to 9.

    Args:
        test_split: the fraction that is kept for the test, from 0 to 1.
        seed: chooses the order. The same seed gives the same order on every machine and version.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``; new arrays at every call.

    Raises:
        ValueError: ``test_split`` is not a fraction.

    Example:
        >>> from cornu.datasets import digits
        >>> (x_train, y_train), (x_test, y_test) = digits.load_data()
        >>> x_train.shape, y_train.shape, x_test.shape
        ((1438, 8, 8), (1438,), (359, 8, 8))

    Source:
        E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine
        Learning Repository, https://doi.org/10.24432/C50P49, the test part; CC BY 4.0, see
        ``digits_license.txt``. The arguments are those of Keras's ``boston_housing.load_data``.
    """
    if not 0.0 <= test_split <= 1.0:
        raise ValueError(
            f"digits.load_data needs 0 <= test_split <= 1; got {test_split!r}. "
            "Give the fraction of the digits to keep for the test, such as 0.2."
        )
    with (
        files("cornu.datasets").joinpath("digits.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        images, labels = arrays["images"], arrays["labels"]
    # RandomState, not Generator: NumPy promises that its streams never change (NEP 19).
    order = np.random.RandomState(seed).permutation(len(labels))
    train, test = np.split(order, [len(labels) - int(len(labels) * test_split)])
    return (images[train], labels[train]), (images[test], labels[test])
