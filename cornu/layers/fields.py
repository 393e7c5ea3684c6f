"""The kinds of argument that layers have in common, as fields for ``@declared``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import activations, constraints, initializers, regularizers
from cornu.core import config
from cornu.core.declare import MISSING, field
from cornu.core.errors import explain


def activation(default: Any = None) -> Any:
    """A function of one array, by name, function, layer or config; None is the identity."""
    return field(default, activations.get, activations.serialize)


def initializer(default: Any = "glorot_uniform") -> Any:
    """How a weight gets its first value."""
    return field(default, initializers.get)


def regularizer() -> Any:
    """A penalty on a weight or an output, added to the loss."""
    return field(None, regularizers.get)


def constraint() -> Any:
    """A projection applied to a weight after each update."""
    return field(None, constraints.get)


def data_format(default: Any = None) -> Any:
    """Position of the channel axis; None is the configured default."""
    return field(default, config.standardize_data_format)


def positive(what: str, default: Any = MISSING) -> Any:
    """An int of 1 or more."""
    return field(default, lambda value: positive_int(value, what))


def positive_int(value: Any, what: str) -> int:
    """``value`` if it is an int of 1 or more."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < 1:
        raise ValueError(explain(what, "an int of 1 or more", repr(value), "Correct the argument."))
    return value.__index__()


def sizes(value: Any, rank: int, what: str, *, minimum: int = 1) -> tuple[int, ...]:
    """``rank`` ints, from one int for all or from a sequence.

    Example:
        >>> sizes(3, 2, "kernel_size"), sizes((1, 2), 2, "strides")
        ((3, 3), (1, 2))
    """
    items = (value,) * rank if hasattr(value, "__index__") and not isinstance(value, bool) else value
    if (
        not isinstance(items, (tuple, list))
        or len(items) != rank
        or not all(hasattr(i, "__index__") and i.__index__() >= minimum for i in items)
    ):
        raise ValueError(
            explain(
                what,
                f"an int of {minimum} or more, or {rank} of them",
                repr(value),
                f"Write for example {(minimum + 1,) * rank!r}.",
            )
        )
    return tuple(i.__index__() for i in items)


def choice(what: str, *accepted: str) -> Callable[[Any], str]:
    """A converter that takes one of some words, in any case."""

    def convert(value: Any) -> str:
        word = value.lower() if isinstance(value, str) else value
        if word not in accepted:
            raise ValueError(
                explain(what, f"one of {', '.join(map(repr, accepted))}", repr(value), "Correct the argument.")
            )
        return word

    return convert
