"""Initializers: distributions, exact values, seeds, configs."""

import inspect
import json

import jax.numpy as jnp
import keras
import numpy as np
import pytest

from cornu import initializers
from cornu.core.errors import ShapeError
from cornu.core.variable import Variable
from cornu.random import SeedGenerator

CLASSES = sorted(
    {
        cls.__name__
        for name in initializers.__all__
        if (cls := getattr(initializers, name)) is not initializers.Initializer
    }
)
RANDOM = [name for name in CLASSES if "seed" in inspect.signature(getattr(initializers, name)).parameters]
CUT = 0.87962566  # deviation of a unit normal cut at two deviations

# name, arguments, deviation, bound (None: unbounded) for shape (4, 50, 200): fans 200 and 800.
DISTRIBUTIONS = [
    ("RandomNormal", {"stddev": 0.5}, 0.5, None),
    ("TruncatedNormal", {"stddev": 0.5}, 0.5 * CUT, 1.0),
    ("RandomUniform", {"minval": -2.0, "maxval": 2.0}, 4 / 12**0.5, 2.0),
    ("GlorotUniform", {}, (2 / 1000) ** 0.5, (6 / 1000) ** 0.5),
    ("GlorotNormal", {}, (2 / 1000) ** 0.5, 2 * (2 / 1000) ** 0.5 / CUT),
    ("HeUniform", {}, (2 / 200) ** 0.5, (6 / 200) ** 0.5),
    ("HeNormal", {}, (2 / 200) ** 0.5, 2 * (2 / 200) ** 0.5 / CUT),
    ("LecunUniform", {}, (1 / 200) ** 0.5, (3 / 200) ** 0.5),
    ("LecunNormal", {}, (1 / 200) ** 0.5, 2 * (1 / 200) ** 0.5 / CUT),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out"}, (3 / 800) ** 0.5, 2 * (3 / 800) ** 0.5 / CUT),
    ("VarianceScaling", {"distribution": "untruncated_normal"}, (1 / 200) ** 0.5, None),
    ("VarianceScaling", {"input_axes": [0], "output_axes": (1, 2), "distribution": "uniform"}, 0.5, 0.75**0.5),
]


@pytest.mark.parametrize(("name", "kwargs", "deviation", "bound"), DISTRIBUTIONS)
def test_distribution(name, kwargs, deviation, bound):
    shape = (4, 50, 200)
    values = getattr(initializers, name)(**kwargs, seed=3)(shape)
    theirs = np.asarray(getattr(keras.initializers, name)(**kwargs, seed=3)(shape))
    assert values.shape == shape
    assert values.dtype == "float32"
    # 40,000 draws: the mean errs by deviation / 200, the deviation by less than that.
    for draws in (values, theirs):
        assert abs(draws.mean()) < 4 * deviation / 200
        assert abs(draws.std() / deviation - 1) < 0.02
        if bound is not None:
            # Reaches its bound, and does not pass it.
            assert 0.98 * bound < np.abs(draws).max() <= bound * (1 + 1e-6)


def test_means_and_limits_that_are_not_zero():
    assert abs(initializers.RandomNormal(3.0, 0.5, seed=1)((10_000,)).mean() - 3) < 0.02
    assert abs(initializers.TruncatedNormal(3.0, 0.5, seed=1)((10_000,)).mean() - 3) < 0.02
    values = initializers.RandomUniform(1.0, 3.0, seed=1)((10_000,))
    assert values.min() >= 1.0
    assert values.max() < 3.0
    assert abs(values.mean() - 2) < 0.03


@pytest.mark.parametrize("shape", [(40, 16), (16, 40), (30, 30), (3, 3, 4, 20), (5, 1), (0, 3)])
def test_orthogonal(shape):
    matrix = initializers.Orthogonal(gain=2.0, seed=1)(shape)
    assert matrix.shape == shape
    flat = matrix.reshape(-1, shape[-1]).astype("float64") / 2
    product = flat.T @ flat if flat.shape[0] >= flat.shape[1] else flat @ flat.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-6)


def test_orthogonal_is_the_positive_qr_factor_by_either_way():
    from cornu.initializers.matrices import orthonormal_columns

    a = np.random.default_rng(0).normal(size=(8, 5))
    q, r = np.linalg.qr(a)
    np.testing.assert_allclose(orthonormal_columns(a), q * np.sign(np.diagonal(r)), atol=1e-12)
    # Columns that differ by 1e-6 of themselves are beyond Cholesky's precision.
    a[:, 1] = a[:, 0] + 1e-6 * a[:, 1]
    q = orthonormal_columns(a)
    np.testing.assert_allclose(q.T @ q, np.eye(5), atol=1e-12)


def test_orthogonal_draws_evenly():
    # Of a rotation drawn evenly the first element has mean 0 and mean square 1 / n.
    first = np.array([initializers.Orthogonal(seed=s)((3, 3))[0, 0] for s in range(400)])
    assert abs(first.mean()) < 0.1
    assert abs((first**2).mean() - 1 / 3) < 0.05


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(name):
    cls = getattr(initializers, name)
    shape = (4, 6)
    np.testing.assert_array_equal(cls(seed=1)(shape), cls(seed=1)(shape))
    assert not np.array_equal(cls(seed=1)(shape), cls(seed=2)(shape))
    unseeded = cls()
    np.testing.assert_array_equal(unseeded(shape), unseeded(shape))
    assert not np.array_equal(unseeded(shape), unseeded.clone()(shape))
    np.testing.assert_array_equal(cls(seed=1).clone()(shape), cls(seed=1)(shape))
    moving = cls(seed=SeedGenerator(1))
    assert not np.array_equal(moving(shape), moving(shape))
    assert jnp.dtype(cls(seed=1)(shape, "bfloat16").dtype) == "bfloat16"
    assert cls(seed=np.int64(1)).get_config()["seed"] == 1


def test_scalars_and_empty_shapes():
    for name in ("TruncatedNormal", "RandomNormal", "RandomUniform", "GlorotUniform", "HeNormal"):
        assert getattr(initializers, name)(seed=1)(()).shape == ()
        assert getattr(initializers, name)(seed=1)((0, 3)).shape == (0, 3)


EXACT = [
    ("Zeros", {}, (2, 3)),
    ("Ones", {}, (2, 3)),
    ("Constant", {"value": 3.0}, (2, 3)),
    ("Constant", {"value": [1.0, 2.0, 3.0]}, (2, 3)),
    ("Identity", {"gain": 2.0}, (2, 3)),
    ("Identity", {}, (3, 2)),
    ("STFT", {}, (4, 1, 3)),
    ("STFT", {"side": "imag", "window": "hamming", "scaling": "spectrum"}, (6, 1, 5)),
    ("STFT", {"window": "blackman", "periodic": True, "scaling": None}, (5, 1, 4)),
    ("STFT", {"window": None}, (4, 1, 3)),
    ("STFT", {"window": np.arange(4.0)}, (4, 1, 3)),
]


@pytest.mark.parametrize(("name", "kwargs", "shape"), EXACT)
def test_values_equal_kerass(name, kwargs, shape):
    ours = getattr(initializers, name)(**kwargs)(shape)
    theirs = np.asarray(getattr(keras.initializers, name)(**kwargs)(shape))
    assert ours.dtype == "float32"
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_other_dtypes():
    assert initializers.Zeros()((2,), "bool").dtype == "bool"
    assert initializers.Ones()((2,), "int32").dtype == "int32"
    assert Variable(initializers.Ones(), shape=(2,), dtype="bfloat16").dtype == "bfloat16"


@pytest.mark.parametrize("name", CLASSES)
def test_config_and_signature_equal_kerass(name):
    def read(cls):
        return [(p.name, p.kind, p.default) for p in inspect.signature(cls).parameters.values()]

    ours, theirs = getattr(initializers, name), getattr(keras.initializers, name)
    assert read(ours) == read(theirs)
    assert ours().get_config() == theirs().get_config()


@pytest.mark.parametrize("name", CLASSES)
def test_round_trip(name):
    initializer = getattr(initializers, name)()
    data = json.loads(json.dumps(initializers.serialize(initializer)))
    assert data["module"] == "keras.initializers"
    assert data["class_name"] == name
    again = initializers.deserialize(data)
    assert type(again) is type(initializer)
    assert again.get_config() == initializer.get_config()


def test_seeds_and_gains_are_kept_in_configs():
    again = initializers.deserialize(initializers.serialize(initializers.HeNormal(seed=SeedGenerator(7))))
    assert again.seed.initial_seed == 7
    assert initializers.deserialize(initializers.serialize(initializers.Identity(3.0))).gain == 3.0
    array = initializers.deserialize(initializers.serialize(initializers.Constant(np.ones(2))))
    assert array((2,)).tolist() == [1.0, 1.0]


def test_get():
    for name, expected in {
        "zero": "Zeros",
        "one": "Ones",
        "normal": "RandomNormal",
        "uniform": "RandomUniform",
        "GlorotUniform": "GlorotUniform",
        "glorot_uniform": "GlorotUniform",
        "OrthogonalInitializer": "Orthogonal",
        "stft": "STFT",
    }.items():
        assert type(initializers.get(name)).__name__ == expected
    assert isinstance(initializers.get({"class_name": "zeros", "config": {}}), initializers.Zeros)
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    assert initializers.get(None) is None


class Twos(initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return np.full(shape, 2.0, dtype)


def test_a_users_initializer():
    assert Variable(initializers.get(Twos()), shape=(2,)).numpy().tolist() == [2.0, 2.0]
    assert isinstance(initializers.deserialize(initializers.serialize(Twos()), {"Twos": Twos}), Twos)


MESSAGES = {
    "An initializer's seed needs an int from 0, a SeedGenerator, or None; got 'a'. Pass one of these.": (
        lambda: initializers.RandomNormal(seed="a")
    ),
    "RandomUniform needs a float dtype; got int32. Pass for example dtype='float32'.": (
        lambda: initializers.RandomUniform()((2,), "int32")
    ),
    "VarianceScaling's scale needs a positive number; got 0. Correct the argument.": (
        lambda: initializers.VarianceScaling(0)
    ),
    "VarianceScaling's mode needs 'fan_in', 'fan_out' or 'fan_avg'; got 'fan'. Correct the argument.": (
        lambda: initializers.VarianceScaling(mode="fan")
    ),
    "Orthogonal needs a shape of at least 2 axes; got (3,). Use RandomNormal.": (
        lambda: initializers.Orthogonal()((3,))
    ),
    "Identity needs a shape of 2 axes; got (3,). Use another.": lambda: initializers.Identity()((3,)),
    "Constant needs a value that broadcasts to (3,); got one of shape (2,). Reshape the value.": (
        lambda: initializers.Constant([1.0, 2.0])((3,))
    ),
    "STFT's side needs one of 'real', 'imag'; got 'x'. Correct the argument.": lambda: initializers.STFT("x"),
    "STFT needs a window of shape (4,); got (3,). Pass one value a sample.": (
        lambda: initializers.STFT(window=[1.0, 1.0, 1.0])((4, 1, 3))
    ),
    "STFT needs a shape of 3 axes, (frame length, 1, bins); got (4, 3). Use it for the kernel of a Conv1D.": (
        lambda: initializers.STFT()((4, 3))
    ),
    "An initializer needs a known name; got 'glorot'. Did you mean 'glorot_normal'?": (
        lambda: initializers.get("glorot")
    ),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_errors(message):
    with pytest.raises((ValueError, ShapeError)) as caught:
        MESSAGES[message]()
    assert str(caught.value) == message
