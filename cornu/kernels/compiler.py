"""How XLA is asked to compile, by platform and by what a computation contains."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jaxlib.version
from jax.extend.core import ClosedJaxpr, Jaxpr

from cornu.core import collector
from cornu.kernels import compile_cache

# XLA:CPU sends convolutions to a library that is 1.5 to 8 times slower than its older code at most
# shapes (64x30x30x32 -> 64, 3x3: 50 against 314 GFLOP/s; its weight gradient 25 against 200).
_WITHOUT_FUSED_CONVOLUTIONS = ("xla_cpu_experimental_ynn_fusion_type", "")
# XLA:CPU takes barriers away before it joins equal computations, and so keeps what should have been computed again
# (8 blocks of two Dense with a GELU under `jax.checkpoint`: 113 MB without this, 22 MB with it), and computes again
# what should have been kept (`residual.py`).
_WITH_BARRIERS = ("xla_disable_hlo_passes", "cse_barrier_expander")
# Versions of jaxlib whose XLA takes both; any other is asked.
_TAKEN_BY = frozenset({"0.10.2"})
_BARRIERS = frozenset({"checkpoint", "remat", "remat2", "optimization_barrier"})


@dataclasses.dataclass(frozen=True)
class Traced:
    """A function that was traced once: what it contains decides how calls of it are compiled.

    Attributes:
        run: the function, for use in others that are compiled; they find its trace in JAX's cache.
        jaxpr: what it computes.
        outputs: how its results are nested.
    """

    run: Callable[..., Any]
    jaxpr: ClosedJaxpr
    outputs: Any

    @property
    def calls_python(self) -> bool:
        """Whether it may raise anything while it runs."""
        return calls_python(self.jaxpr)

    @property
    def runs_in_loops(self) -> bool:
        """Whether a loop around it costs nothing here."""
        return jax.default_backend() != "cpu" or not has_convolution(self.jaxpr)

    def compiled(
        self, around: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None, donate: tuple[int, ...] = ()
    ) -> Callable[..., Any]:
        """The function as it is called.

        Args:
            around: makes of the function the one that is to be compiled in its place.
            donate: arguments whose memory the call may use.
        """
        outer = around(self.run) if around else lambda *given: self.run(*given)
        return jax.jit(outer, donate_argnums=donate, compiler_options=self.options)

    @property
    def options(self) -> dict[str, str]:
        """How XLA is asked to compile it."""
        return compiler_options(jax.default_backend(), self.jaxpr)


def traced(function: Callable[..., Any], *arguments: Any) -> Traced:
    """Trace a function for arguments like these: arrays, or their shapes and dtypes.

    Example:
        >>> import jax.numpy as jnp
        >>> double = traced(lambda x: 2 * x, jnp.ones(3))
        >>> double.compiled()(jnp.ones(3)).tolist()
        [2.0, 2.0, 2.0]
    """
    compile_cache.use()
    inner = jax.jit(function)
    with collector.paused():
        trace = inner.trace(*arguments)
    return Traced(inner, trace.jaxpr, jax.tree_util.tree_structure(trace.out_info))


def compiler_options(platform: str, jaxpr: Jaxpr | ClosedJaxpr | None = None) -> dict[str, str]:
    """Options for ``jax.jit(..., compiler_options=)``.

    Args:
        platform: "cpu", "gpu" or "tpu".
        jaxpr: the computation; one with convolutions if None.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> compiler_options("cpu", jax.make_jaxpr(jnp.sin)(1.0))
        {}
    """
    if platform != "cpu":
        return {}
    wanted = []
    if jaxpr is None or has_convolution(jaxpr):
        wanted.append(_WITHOUT_FUSED_CONVOLUTIONS)
    if jaxpr is not None and _has_primitive(jaxpr, _BARRIERS):
        wanted.append(_WITH_BARRIERS)
    return dict(option for option in wanted if jaxlib.version.__version__ in _TAKEN_BY or _takes(*option))


@functools.cache
def _takes(option: str, value: str) -> bool:
    """Whether this XLA takes the option; asking costs one tiny compilation (20 ms of a first step)."""
    try:
        lowered = jax.jit(lambda: 0).trace().lower(lowering_platforms=("cpu",))
        lowered.compile(compiler_options={option: value})
    except (jax.errors.JaxRuntimeError, RuntimeError, ValueError):
        return False
    return True


def has_convolution(jaxpr: Jaxpr | ClosedJaxpr) -> bool:
    """Whether a computation holds an XLA convolution, at any depth.

    Such a computation must not be put into a loop on the CPU: XLA runs convolutions inside
    ``while`` on one thread (measured 7.7x slower).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> has_convolution(jax.make_jaxpr(jnp.sin)(1.0))
        False
    """
    return _has_primitive(jaxpr, frozenset({"conv_general_dilated"}))


def calls_python(jaxpr: Jaxpr | ClosedJaxpr) -> bool:
    """Whether a computation calls back into Python, at any depth, and so may raise anything while it runs.

    Example:
        >>> import jax
        >>> calls_python(jax.make_jaxpr(lambda x: jax.debug.print("{}", x))(1.0))
        True
    """
    return _has_primitive(jaxpr, frozenset({"pure_callback", "io_callback", "debug_callback", "debug_print"}))


def _has_primitive(jaxpr: Jaxpr | ClosedJaxpr, names: frozenset[str]) -> bool:
    inner = jaxpr.jaxpr if isinstance(jaxpr, ClosedJaxpr) else jaxpr
    return any(
        equation.primitive.name in names
        or any(_has_primitive(part, names) for part in _inner_jaxprs(tuple(equation.params.values())))
        for equation in inner.eqns
    )


def _inner_jaxprs(value: object) -> Iterator[Jaxpr | ClosedJaxpr]:
    if isinstance(value, Jaxpr | ClosedJaxpr):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _inner_jaxprs(part)
