"""The gradient of a residual sum is computed once, and is the gradient."""

import jax
import jax.numpy as jnp
import numpy as np

from cornu.kernels import compiler_options, gradient_kept


def chain(keep, depth=6):
    """Branches beside a stream: the loss of it all."""

    def loss(weights, x):
        for weight in weights[:depth]:
            x = keep(x + jnp.tanh(x) * weight)
        return (x**2).sum()

    return loss


def test_derivatives_are_those_of_the_identity():
    weights, x = jnp.linspace(0.5, 1, 6), jnp.linspace(-1, 1, 4)
    kept, plain = chain(gradient_kept), chain(lambda x: x)
    for transform in (jax.grad, jax.jacfwd, jax.hessian, lambda f: jax.vmap(jax.grad(f), (None, 0))):
        given = x if transform in (jax.grad, jax.jacfwd, jax.hessian) else x[:, None]
        np.testing.assert_allclose(transform(kept)(weights, given), transform(plain)(weights, given), rtol=1e-6)


def test_the_compiled_gradient_reads_a_stored_sum():
    """Each barrier that is left in the program is a sum that fusions cannot reach through."""
    gradient = jax.jit(jax.grad(chain(gradient_kept)))
    arrays = jnp.linspace(0.5, 1, 6), jnp.ones((64, 64))
    options = compiler_options("cpu", gradient.trace(*arrays).jaxpr)
    assert options["xla_disable_hlo_passes"] == "cse_barrier_expander"
    assert gradient.lower(*arrays).compile(compiler_options=options).as_text().count("opt-barrier(") >= 5
