"""Six steps of each optimizer equal Keras's, with all options."""

import keras
import numpy as np
import pytest

from tests.optimizers.oracle import SHAPES, assert_same_steps, values

CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "rho": 0.8}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
    ("AdamW", {"weight_decay": 0.1}),
    ("Adamax", {}),
    ("Nadam", {}),
    ("Adagrad", {"initial_accumulator_value": 0.5}),
    ("Adadelta", {"rho": 0.8}),
    ("Adafactor", {}),
    ("Adafactor", {"relative_step": False, "clip_threshold": 0.5}),
    ("Ftrl", {}),
    (
        "Ftrl",
        {
            "learning_rate_power": -0.7,
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.3,
            "beta": 0.4,
        },
    ),
    ("Lion", {}),
    ("Lamb", {}),
    ("Lamb", {"weight_decay": 0.1}),
    ("ScheduleFreeAdamW", {}),
    ("ScheduleFreeAdamW", {"warmup_steps": 3, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("name", "kwargs"), CASES, ids=lambda x: x if isinstance(x, str) else "-".join(x))
def test_rule(name, kwargs):
    assert_same_steps(name, {"learning_rate": 0.1, **kwargs})


MUON = [{}, {"nesterov": False, "rms_rate": None, "weight_decay": 0.2, "adam_lr_ratio": 0.5, "adam_weight_decay": 0.1}]


@pytest.mark.parametrize("kwargs", MUON, ids=["defaults", "options"])
def test_muon(kwargs):
    # The iteration multiplies rounding errors: singular values below 0.1 grow by 3.4 in each of five rounds.
    shapes = [*SHAPES[:4], (4, 2)]
    assert_same_steps("Muon", {"learning_rate": 0.1, **kwargs}, shapes=shapes, rtol=1e-5)


@pytest.mark.parametrize("kwargs", [{}, {"exclude_embeddings": False}, {"exclude_layers": ["he.d"]}], ids=str)
def test_muon_leaves_some_matrices_to_adam(kwargs):
    def prepare(optimizer, variables):
        variables[0]._path, variables[1]._path = "words/Embeddings", "head/kernel"

    assert_same_steps("Muon", kwargs, steps=2, shapes=[(2, 3), (2, 3)], prepare=prepare, rtol=1e-5)


OPTIONS = {
    "decay": {"weight_decay": 0.1},
    "clipnorm": {"clipnorm": 0.5},
    "global_clipnorm": {"global_clipnorm": 0.5},
    "clipvalue": {"clipvalue": 0.3},
    "loss_scale": {"loss_scale_factor": 4.0},
    "ema": {"use_ema": True, "ema_momentum": 0.7},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2},
    "accumulate": {"gradient_accumulation_steps": 2},
    "everything": {
        "weight_decay": 0.1,
        "global_clipnorm": 2.0,
        "loss_scale_factor": 2.0,
        "use_ema": True,
        "ema_momentum": 0.7,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
    },
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_options(options):
    assert_same_steps("SGD", {"learning_rate": 0.1, "momentum": 0.9, **options}, shapes=SHAPES[1:3])


def test_options_with_slots_in_groups():
    assert_same_steps("Adam", {"learning_rate": 0.1, "amsgrad": True, **OPTIONS["everything"]}, shapes=SHAPES[1:3])


def test_missing_gradients():
    def gradients(step):
        first, second = values(step + 1, SHAPES[1:3])
        return [None if step in (1, 2) else first, second]

    options = {"weight_decay": 0.1, "use_ema": True, "gradient_accumulation_steps": 2}
    with pytest.warns(UserWarning):
        assert_same_steps("Adam", {"learning_rate": 0.1, **options}, shapes=SHAPES[1:3], gradients=gradients)


def test_decay_exclusions():
    def by_name(optimizer, variables):
        optimizer.exclude_from_weight_decay(var_names=["1$"])

    def by_variable(optimizer, variables):
        optimizer.exclude_from_weight_decay(var_list=[variables[0]])

    for prepare in (by_name, by_variable):
        assert_same_steps("SGD", {"weight_decay": 0.5}, steps=2, shapes=SHAPES[1:3], prepare=prepare)


def test_constraints_follow_updates_and_averages():
    def prepare(optimizer, variables):
        for variable in variables:
            variable.constraint = lambda w: w * (w > 0)

    options = {"use_ema": True, "ema_overwrite_frequency": 3, "gradient_accumulation_steps": 2}
    assert_same_steps("SGD", {"learning_rate": 0.5, **options}, shapes=SHAPES[1:3], prepare=prepare)


@pytest.mark.parametrize("steps", [None, 2])
def test_variables_overwritten_with_their_gradient(steps):
    def prepare(optimizer, variables):
        variables[0].overwrite_with_gradient = True

    options = {"weight_decay": 0.1, "use_ema": True, "loss_scale_factor": 2.0, "gradient_accumulation_steps": steps}
    assert_same_steps("SGD", {"learning_rate": 0.5, **options}, shapes=SHAPES[1:3], prepare=prepare)


@pytest.mark.parametrize("gradient", [0.0, np.inf, np.nan])
@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_of_extreme_gradients(clip, gradient):
    def gradients(step):
        return [np.full(3, gradient, "float32"), np.ones(2, "float32")]

    assert_same_steps("SGD", {clip: 0.5}, steps=1, shapes=[(3,), (2,)], gradients=gradients)


SCHEDULES = {
    "exponential": lambda s: s.ExponentialDecay(0.1, 3, 0.5),
    "stairs": lambda s: s.InverseTimeDecay(0.1, 3, 0.5, staircase=True),
    "polynomial": lambda s: s.PolynomialDecay(0.1, 3, cycle=True),
    "cosine": lambda s: s.CosineDecay(0.0, 4, warmup_target=0.1, warmup_steps=2),
    "restarts": lambda s: s.CosineDecayRestarts(0.1, 2, m_mul=0.5),
    "piecewise": lambda s: s.PiecewiseConstantDecay([1, 3], [0.1, 0.05, 0.01]),
}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_schedules(schedule):
    assert_same_steps("SGD", lambda package: {"learning_rate": schedule(package.schedules)}, shapes=SHAPES[1:2])


def test_a_schedule_with_accumulated_gradients():
    def kwargs(package):
        return {"learning_rate": package.schedules.ExponentialDecay(0.1, 3, 0.5), "gradient_accumulation_steps": 2}

    assert_same_steps("Adam", kwargs, shapes=SHAPES[1:3])


def test_learning_rate_functions():
    assert_same_steps("SGD", {"learning_rate": lambda: 0.25}, steps=2, shapes=SHAPES[1:2])


def test_oracle_is_keras_on_jax():
    assert keras.backend.backend() == "jax"
