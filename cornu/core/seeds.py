"""Where seeds come from when nobody gives one."""

from __future__ import annotations

import random

import numpy as np


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and the library's generators: what is made from now on repeats.

    Args:
        seed: 0 to 2**32 - 1.
    """
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed needs an int from 0 to 2**32 - 1; got {seed!r}. Pass for example 1337.")
    random.seed(seed)
    np.random.seed(seed)


def draw_default_seed() -> int:
    """A seed for an object that was given none, from Python's generator."""
    return random.randint(1, 10**9)
