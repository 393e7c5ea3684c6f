"""Files of weights alone into a model that is there: nothing else than its values may come of it."""

import functools
import random
import warnings

import numpy as np

import cornu
from tests.fuzz import seeds
from tests.fuzz.target import Bytes, Target, on_disk
from tests.fuzz.targets import hdf5, npz, safetensors


@functools.cache
def model() -> cornu.Sequential:
    return cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(3, name="dense")])


def read(data: bytes) -> None:
    ending = ".weights.h5" if data[:4] == b"\x89HDF" else ".npz" if data[:2] == b"PK" else ".safetensors"
    before = [np.array(v) for v in model().get_weights()]
    path = on_disk(data, f"m{ending}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what was skipped
        try:
            model().load_weights(path)
        except ValueError:  # of arrays that do not fit, too
            assert all(np.array_equal(a, b, True) for a, b in zip(before, model().get_weights(), strict=True))
        model().load_weights(path, skip_mismatch=True)


def files() -> list[bytes]:
    return [*seeds.weights(), npz.honest(), safetensors.honest()]


def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    reader = hdf5 if data[:4] == b"\x89HDF" else npz if data[:2] == b"PK" else safetensors
    return reader.TARGET.other(data, draw, damage)


TARGET = Target(read, files, mutate, refusals=(ValueError,))
