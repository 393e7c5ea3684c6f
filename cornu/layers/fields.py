"""The kinds of argument that layers have in common, as fields for ``@declared``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import activations, constraints, initializers, quantizers, regularizers
from cornu.core import config, registry
from cornu.core.declare import MISSING, field
from cornu.core.errors import explain
from cornu.layers.layer import Layer


def activation(default: Any = None, *, after: str = "") -> Any:
    """A function of one array, by name, function, layer or config; None is the identity."""
    return field(default, activations.get, activations.serialize, after=after)


def initializer(default: Any = "glorot_uniform") -> Any:
    """How a weight gets its first value."""
    return field(default, initializers.get)


def regularizer(*, config: bool = True, after: str = "") -> Any:
    """A penalty on a weight or an output, added to the loss."""
    return field(None, regularizers.get, config=config, after=after)


def constraint() -> Any:
    """A projection applied to a weight after each update."""
    return field(None, constraints.get)


def data_format(default: Any = None) -> Any:
    """Position of the channel axis; None is the configured default."""
    return field(default, config.standardize_data_format)


def positive(what: str, default: Any = MISSING) -> Any:
    """An int of 1 or more."""
    return field(default, lambda value: positive_int(value, what))


def elsewhere(what: str, where: str) -> Any:
    """An argument of Keras that only takes its default here, because something outside of the layer does the work."""

    def convert(value: Any) -> None:
        if value is not None:
            raise ValueError(explain(what, "to be None", repr(value)[:80], where))

    return field(None, convert, config=False)


_NO_UPDATES = "Leave it out: low-rank updates are not offered, and files hold the kernel with the update in it."


def lora_rank(layer: str) -> Any:
    """Rank of a low-rank update of the kernel, which is not offered."""
    return elsewhere(f"{layer}'s lora_rank", _NO_UPDATES)


def lora_alpha(layer: str) -> Any:
    """Scale of a low-rank update."""
    return elsewhere(f"{layer}'s lora_alpha", _NO_UPDATES)


def quantization_config() -> Any:
    """By which quantizers large weights and inputs become integers, where the policy says that they do."""
    return field(None, quantizers.config_of)


def rate(what: str, *, below_one: bool = False) -> Any:
    """A probability from 0 to 1."""
    return field(MISSING, lambda value: probability(value, what, below_one=below_one))


def probability(value: Any, what: str, *, below_one: bool = False) -> Any:
    """``value`` if it is a number from 0 to 1, or below 1."""
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 <= value <= 1
        or (below_one and value == 1)
    ):
        condition = "a number from 0 to below 1" if below_one else "a number from 0 to 1"
        raise ValueError(explain(what, condition, repr(value), "Pass for example 0.5."))
    return value


def layer(what: str) -> Any:
    """Another layer, or its config."""

    def convert(value: Any) -> Layer:
        value = registry.deserialize(value) if isinstance(value, dict) else value
        if not isinstance(value, Layer):
            raise ValueError(explain(what, "a layer", repr(value)[:80], "Pass an instance such as Dense(8)."))
        return value

    return field(MISSING, convert)


def positive_int(value: Any, what: str) -> int:
    """``value`` if it is an int of 1 or more."""
    if not is_int(value) or value.__index__() < 1:
        raise ValueError(explain(what, "an int of 1 or more", repr(value), "Correct the argument."))
    return value.__index__()


def sizes(value: Any, rank: int, what: str, *, minimum: int = 1) -> tuple[int, ...]:
    """``rank`` ints, from one int for all or from a sequence.

    Example:
        >>> sizes(3, 2, "kernel_size"), sizes((1, 2), 2, "strides")
        ((3, 3), (1, 2))
    """
    items = (value,) * rank if is_int(value) else value
    if (
        not isinstance(items, (tuple, list))
        or len(items) != rank
        or not all(is_int(i) and i.__index__() >= minimum for i in items)
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


def margins(value: Any, rank: int, what: str) -> tuple[tuple[int, int], ...]:
    """(before, after) for each of ``rank`` axes: from one int for all, one for each axis, or a pair for each axis.

    Example:
        >>> margins(1, 2, "padding"), margins((1, (2, 3)), 2, "padding")
        (((1, 1), (1, 1)), ((1, 1), (2, 3)))
    """
    items = (value,) * rank if is_int(value) else value
    pairs = [(i, i) if is_int(i) else i for i in items] if isinstance(items, (tuple, list)) else []
    if len(pairs) != rank or not all(_is_pair(pair) for pair in pairs):
        raise ValueError(
            explain(
                what,
                f"an int of 0 or more, or for each of {rank} axes an int or a pair (before, after)",
                repr(value),
                f"Write for example {((1, 1),) * rank!r}.",
            )
        )
    return tuple((before.__index__(), after.__index__()) for before, after in pairs)


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, (tuple, list)) and len(pair) == 2 and all(is_int(i) and i.__index__() >= 0 for i in pair)


def is_int(value: Any) -> bool:
    """Whether a value is an integer of Python or NumPy, no bool and no array."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


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
