"""Rematerialisation: what a layer computes on the way forward is computed again for the gradient, not kept."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import jax

from cornu.core.errors import explain

MODES = ("full", "activations", "larger_than", "list_of_layers")


class _Open(threading.local):
    def __init__(self) -> None:
        self.scopes: list[RematScope] = []


_OPEN = _Open()


class RematScope:
    """Layers made in a ``with`` block keep fewer values for their gradients, and compute them again instead.

    Args:
        mode: "full": nothing within a layer is kept but what goes into it; "activations": results of matrix products
            are kept, what follows them is not; "larger_than": as "full", for layers whose output has more than
            ``output_size_threshold`` elements; "list_of_layers": as "full", for layers of these names; None: not.
        output_size_threshold: elements, the batch included.
        layer_names: names of layers.

    Raises:
        ValueError: for another mode.

    Example:
        >>> with RematScope("list_of_layers", layer_names=["block"]) as scope:
        ...     scope.applies_to("block", 10), scope.applies_to("head", 10)
        (True, False)

    Source: arguments as ``keras.RematScope``; ``jax.checkpoint`` does the work.
    """

    def __init__(
        self, mode: str | None = "full", output_size_threshold: int = 1024, layer_names: Sequence[str] | None = None
    ):
        if mode is not None and mode not in MODES:
            raise ValueError(explain("RematScope", f"a mode of {list(MODES)}", repr(mode), "Pass one of them."))
        self.mode, self.output_size_threshold, self.layer_names = mode, output_size_threshold, list(layer_names or [])

    def __enter__(self) -> RematScope:
        _OPEN.scopes.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _OPEN.scopes.pop()

    def applies_to(self, name: str, size: int) -> bool:
        """Whether to a layer of this name, whose outputs have so many elements."""
        if self.mode == "larger_than":
            return size > self.output_size_threshold
        return self.mode is not None and (self.mode != "list_of_layers" or name in self.layer_names)

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A pure function that keeps less."""
        policy = jax.checkpoint_policies.dots_saveable if self.mode == "activations" else None
        return jax.checkpoint(function, policy=policy)


def as_scope(given: Any) -> RematScope | None:
    """A scope of what ``remat=`` was: True, False, a mode, or a scope."""
    if isinstance(given, RematScope):
        return given
    return RematScope("full" if given is True else given) if given else None


def current_scope() -> RematScope | None:
    """The innermost open scope."""
    return _OPEN.scopes[-1] if _OPEN.scopes else None


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """A pure function of arrays whose inner values are computed again for its gradient.

    Example:
        >>> import jax.numpy as jnp
        >>> float(jax.grad(remat(lambda x: jnp.sin(jnp.sin(x))))(0.0))
        1.0

    Source: ``keras.remat``.
    """
    return functools.wraps(f)(jax.checkpoint(f))
