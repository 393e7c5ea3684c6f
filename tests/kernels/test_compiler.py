"""What is asked of the compiler."""

import jax
import jax.numpy as jnp
import jaxlib.version
from jax import lax

from cornu.kernels import compiler, compiler_options, conv, has_convolution, native

X, KERNEL = jnp.ones((1, 8, 8, 8)), jnp.ones((3, 3, 8, 4))


def step(x, kernel):
    return conv(x, kernel).sum()


def test_the_cpu_is_asked_about_convolutions():
    options = compiler_options("cpu")
    assert options == {"xla_cpu_experimental_ynn_fusion_type": ""}
    assert jax.jit(step, compiler_options=options)(X, KERNEL) == 36 * 8 * 9 * 4
    assert compiler_options("cpu", jax.make_jaxpr(jnp.sin)(X)) == {}
    assert compiler_options("gpu") == {}


def test_what_is_to_be_computed_again_is_not_kept():
    def loss(weights, x):
        for a, b in weights:
            x += jax.checkpoint(lambda x, a, b: jax.nn.gelu(x @ a) @ b)(x, a, b)
        return (x**2).sum()

    weights = [(jnp.ones((8, 64)) / 64, jnp.ones((64, 8)) / 8)] * 6
    gradient, x = jax.jit(jax.grad(loss)), jnp.ones((256, 8))
    options = compiler_options("cpu", jax.make_jaxpr(gradient)(weights, x))
    plain, less = (gradient.lower(weights, x).compile(compiler_options=o) for o in ({}, options))
    sizes = [c.memory_analysis().temp_size_in_bytes for c in (plain, less)]
    assert sizes[1] < sizes[0] / 2
    for a, b in zip(*(jax.tree_util.tree_leaves(c(weights, x)) for c in (plain, less)), strict=True):
        assert jnp.allclose(a, b, rtol=1e-5)


def test_an_option_that_xla_does_not_know_is_left_out():
    assert not compiler._takes("xla_cpu_no_such_option", "")


def test_an_xla_that_is_not_asked_would_take_the_options():
    options = [compiler._WITHOUT_FUSED_CONVOLUTIONS, compiler._WITH_BARRIERS]
    assert jaxlib.version.__version__ not in compiler._TAKEN_BY or all(compiler._takes(*option) for option in options)


def test_another_xla_is_asked(monkeypatch):
    monkeypatch.setattr(compiler, "_TAKEN_BY", frozenset[str]())
    monkeypatch.setattr(compiler, "_takes", lambda option, value: False)
    assert compiler_options("cpu") == {}


def test_convolutions_of_xla_are_found_at_any_depth(level):
    @jax.custom_vjp
    def custom(x):
        return step(x, KERNEL)

    custom.defvjp(lambda x: (custom(x), None), lambda _, d: (d * X,))
    nested = [
        lambda x: step(x, KERNEL),
        jax.jit(lambda x: step(x, KERNEL)),
        jax.grad(lambda x: step(x, KERNEL)),
        jax.checkpoint(lambda x: step(x, KERNEL)),
        custom,
        lambda x: lax.scan(lambda c, _: (c + step(x, KERNEL), None), 0.0, length=2),
        lambda x: lax.cond(x.sum() > 0, lambda: step(x, KERNEL), lambda: 0.0),
    ]
    # A native kernel keeps its threads inside a loop, so that nothing need be known of it.
    of_xla = level == "jax" or not native.available()
    found = [has_convolution(jax.make_jaxpr(function)(X)) for function in nested]
    assert found == [of_xla] * len(nested)
    others = [jnp.sin, lambda x: x @ x, lambda x: conv(x, jnp.ones((1, 1, 8, 4)))]
    assert not any(has_convolution(jax.make_jaxpr(function)(X)) for function in others)
