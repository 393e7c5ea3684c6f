"""What all optimizers do besides their rule."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu import optimizers
from cornu.core.pure import holding, raw_values
from cornu.core.variable import Variable


class Momentum(optimizers.Optimizer):
    """A user's optimizer, as Keras users write them."""

    def __init__(self, learning_rate=0.5, name=None, **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.calls = 0

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = self.add_optimizer_variables(variables, "m")

    def update_step(self, gradient, variable, learning_rate):
        self.calls += 1
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, 0.5 * m + gradient)
        self.assign_sub(variable, learning_rate * m)


def small():
    return [Variable([1.0, 2.0], name="a"), Variable([[3.0]], name="b")]


GRADIENTS = [np.array([1.0, -1.0], "float32"), np.array([[2.0]], "float32")]


def test_users_optimizer_runs_as_written_and_traced():
    optimizer, variables = Momentum(), small()
    optimizer.apply(GRADIENTS, variables)
    optimizer.apply_gradients(zip(GRADIENTS, variables, strict=True))
    assert optimizer.calls == 4
    np.testing.assert_allclose(variables[0].numpy(), [1 - 0.5 - 0.75, 2 + 0.5 + 0.75])
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate", "a_m", "b_m"]
    assert int(optimizer.iterations) == 2

    before = [v.numpy() for v in [*variables, *optimizer.variables]]
    step = jax.jit(optimizer.stateless_apply)
    weights, state = step(raw_values(optimizer.variables), GRADIENTS, raw_values(variables))
    for kept, variable in zip(before, [*variables, *optimizer.variables], strict=True):
        np.testing.assert_array_equal(kept, variable.numpy())
    optimizer.apply(GRADIENTS)
    for new, variable in zip([*weights, *state], [*variables, *optimizer.variables], strict=True):
        np.testing.assert_allclose(new, variable.numpy())


def traces(optimizer):
    """How often each compiled step was traced."""
    return [step._cache_size() for step in optimizer._compiled.values()]


def test_apply_compiles_once():
    optimizer, variables = optimizers.Adam(0.1), small()
    for _ in range(3):
        optimizer.apply(GRADIENTS, variables)
    assert traces(optimizer) == [1]


def test_a_new_rate_needs_no_compilation_and_a_new_option_takes_effect():
    optimizer, variables = optimizers.SGD(1.0), small()
    optimizer.apply(GRADIENTS, variables)
    optimizer.learning_rate = 0.25
    optimizer.learning_rate.assign(0.5)
    optimizer.apply(GRADIENTS, variables)
    assert traces(optimizer) == [1]
    np.testing.assert_allclose(variables[0].numpy(), [-0.5, 3.5])
    optimizer.clipvalue = 0.5
    optimizer.apply(GRADIENTS, variables)
    np.testing.assert_allclose(variables[0].numpy(), [-0.75, 3.75])


def test_values_stay_readable():
    optimizer, variables = optimizers.SGD(1.0), small()
    before = variables[0].value
    optimizer.apply(GRADIENTS, variables)
    np.testing.assert_array_equal(before, [1.0, 2.0])


@pytest.mark.parametrize("steps", [None, 2])
def test_one_traced_function_for_a_step(steps):
    optimizer, variables = optimizers.Adam(0.1, gradient_accumulation_steps=steps, use_ema=True), small()
    optimizer.build(variables)
    everything = [*variables, *optimizer.variables]

    @jax.jit
    def step(current, gradients):
        with holding(everything, current):
            optimizer.apply(gradients, variables)
            return raw_values(everything)

    current = raw_values(everything)
    for _ in range(3):
        current = step(current, GRADIENTS)
        optimizer.apply(GRADIENTS, variables)
    for new, variable in zip(current, everything, strict=True):
        np.testing.assert_allclose(new, variable.numpy(), rtol=1e-6)


def test_learning_rate_can_be_set():
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(0.25, 10, 0.5)
    assert float(optimizer.learning_rate) == 0.25
    assert [v.name for v in optimizer.variables] == ["iteration"]
    with pytest.raises(TypeError) as caught:
        optimizer.learning_rate = 0.1
    assert str(caught.value) == (
        f"Setting the learning rate of {optimizer.name!r} needs one that is a number; got one made with "
        "ExponentialDecay. Make the optimizer with a number, or assign another schedule."
    )


def test_a_users_schedule_may_look_at_the_step():
    class Late(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 1.0 if int(step) > 0 else 0.0

    optimizer, variables = optimizers.SGD(Late()), small()
    optimizer.apply(GRADIENTS, variables)
    np.testing.assert_allclose(variables[0].numpy(), [1.0, 2.0])
    optimizer.apply(GRADIENTS, variables)
    np.testing.assert_allclose(variables[0].numpy(), [0.0, 3.0])


def test_finalize_gives_averages():
    optimizer, variables = optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5), small()
    optimizer.apply(GRADIENTS, variables)
    optimizer.apply(GRADIENTS, variables)
    optimizer.finalize_variable_values(variables)
    np.testing.assert_allclose(variables[0].numpy(), [0.25, 2.75])


def test_state_goes_through_a_store_and_weights():
    first, second = optimizers.Adam(0.1), optimizers.Adam(0.2)
    variables = small()
    first.apply(GRADIENTS, variables)
    second.build(variables)
    store = {}
    first.save_own_variables(store)
    assert list(store) == ["0", "1", "2", "3", "4", "5"]
    second.load_own_variables(store)
    third = optimizers.Adam(0.3)
    third.build(variables)
    third.set_weights([v.numpy() for v in first.variables])
    for other in (second, third):
        for a, b in zip(first.variables, other.variables, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    del store["5"]
    with pytest.warns(UserWarning, match="needs 6 arrays; got 5. It starts fresh"):
        second.load_own_variables(store)


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_is_independent(clone):
    optimizer, variables = optimizers.SGD(1.0, momentum=0.5), small()
    optimizer.apply(GRADIENTS, variables)
    other = clone(optimizer)
    others = other._trainable_variables
    other.apply(GRADIENTS, others)
    assert (int(optimizer.iterations), int(other.iterations)) == (1, 2)
    np.testing.assert_allclose(variables[0].numpy(), [0.0, 3.0])
    np.testing.assert_allclose(others[0].numpy(), [-1.5, 4.5])


def test_sixteen_bit_weights_are_updated_in_float32():
    weight = Variable(np.full(2, 0.5, "float32"), dtype="bfloat16", name="w")
    optimizer = optimizers.Adam(0.25)
    optimizer.apply([jnp.ones(2, "bfloat16")], [weight])
    assert [v.dtype for v in optimizer.variables] == ["int32", "float32", "bfloat16", "bfloat16"]
    assert weight.dtype == "bfloat16"
    np.testing.assert_allclose(weight.numpy().astype("float32"), 0.25, rtol=1e-2)


MESSAGES = {
    "SGD needs only arguments that it has; got foo. Its arguments are in help(); Keras 2's 'lr' is learning_rate, "
    "its 'decay' a schedule.": lambda: optimizers.SGD(foo=1),
    "SGD needs at most one of clipnorm, clipvalue and global_clipnorm; got clipnorm=1.0, clipvalue=2.0. Choose one.": (
        lambda: optimizers.SGD(clipnorm=1.0, clipvalue=2.0)
    ),
    "SGD's ema_momentum needs a number from 0 to 1; got 2. Try 0.99.": lambda: optimizers.SGD(
        use_ema=True, ema_momentum=2
    ),
    "SGD's ema_overwrite_frequency needs an int from 1, or None; got 0. Correct it.": lambda: optimizers.SGD(
        use_ema=True, ema_overwrite_frequency=0
    ),
    "SGD's gradient_accumulation_steps needs an int from 2, or None; got 1. Pass None to update in each step.": (
        lambda: optimizers.SGD(gradient_accumulation_steps=1)
    ),
    "SGD's momentum needs a number from 0 to 1; got 2. Try 0.9.": lambda: optimizers.SGD(momentum=2),
    "AdamW needs a weight_decay that is a number; got None. Pass one, or use Adam.": lambda: optimizers.AdamW(
        weight_decay=None
    ),
    "Learning rate of 'o' needs a number, a LearningRateSchedule, or a function without arguments; got 'fast'. "
    "Pass for example 0.001.": lambda: optimizers.SGD("fast", name="o"),
    "apply of optimizer 'o' needs the weights, or to be built; got gradients alone. Pass apply(grads, "
    "trainable_variables), or call build(trainable_variables) first.": lambda: optimizers.SGD(name="o").apply([1.0]),
    "apply of optimizer 'o' needs one gradient for each of 2 weights; got 1. Pass None for weights without a "
    "gradient.": lambda: optimizers.SGD(name="o").apply([1.0], small()),
    "Optimizer 'o' needs a gradient for at least one weight; got None for all of them. Check that the loss depends "
    "on the weights.": lambda: optimizers.SGD(name="o").apply([None, None], small()),
    "The gradient of 'a' needs the weight's shape (2,); got (3,). Pass gradients in the order of the weights.": (
        lambda: optimizers.SGD().apply([np.ones(3), GRADIENTS[1]], small())
    ),
    "stateless_apply of optimizer 'o' needs an optimizer that is built; got one that is not. Call "
    "build(trainable_variables) first.": lambda: optimizers.SGD(name="o").stateless_apply([], [], []),
    "An optimizer needs a known name; got 'adem'. Did you mean 'adam'?": lambda: optimizers.get("adem"),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_errors(message):
    with pytest.raises(ValueError) as caught:
        MESSAGES[message]()
    assert str(caught.value) == message


def test_weights_must_be_known():
    optimizer = optimizers.SGD(name="o")
    optimizer.build(small())
    with pytest.raises(ValueError) as caught:
        optimizer.apply([np.ones(2)], [Variable([1.0, 2.0], name="other")])
    assert str(caught.value) == (
        "Optimizer 'o' needs the weights that it was built on; got another one, 'other'. Make a new optimizer for "
        "new weights."
    )


def test_exclusions_come_before_build():
    optimizer = optimizers.SGD(name="o")
    optimizer.build(small())
    with pytest.raises(ValueError) as caught:
        optimizer.exclude_from_weight_decay(var_names=["a"])
    assert str(caught.value) == (
        "exclude_from_weight_decay needs an optimizer that is not built; got 'o', which is. Call it before compile "
        "or apply."
    )


def test_missing_gradients_are_said():
    with pytest.warns(UserWarning, match="These weights have no gradient and stay as they are: a. If the loss"):
        optimizers.SGD().apply([None, GRADIENTS[1]], small())
