"""The constructor of an optimizer, from the hyperparameters that its class annotates."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from cornu.core.registry import serialize

T = TypeVar("T", bound=type)
_OWN = "_hyperparameters"


def hyperparameters(*, learning_rate: float, last: str | None = None) -> Callable[[T], T]:
    """Give an optimizer class a constructor: ``(learning_rate, <its own annotated fields>, <its base's>, **kwargs)``.

    Own fields are set as attributes first; everything else then goes to the base's constructor, which ends with
    ``check_options``. A field that the base has as well gets another default and place, and still reaches the base.

    Args:
        learning_rate: its default.
        last: the first of the own fields that come after all of the base's, if some do.

    Example:
        >>> class Base:
        ...     def __init__(self, learning_rate, name=None, **kwargs):
        ...         self.learning_rate, self.name = learning_rate, name
        >>> @hyperparameters(learning_rate=0.1)
        ... class Scaled(Base):
        ...     scale: float = 2.0
        >>> print(inspect.signature(Scaled).replace(return_annotation=inspect.Signature.empty))
        (learning_rate=0.1, scale: 'float' = 2.0, name=None, **kwargs)
        >>> scaled = Scaled(0.5, name="s")
        >>> scaled.learning_rate, scaled.scale, scaled.name
        (0.5, 2.0, 's')
    """

    def decorate(cls: T) -> T:
        base = cls.__mro__[1]
        own = {name: _parameter(cls, name) for name in inspect.get_annotations(cls) if not name.startswith("_")}
        inherited = inspect.signature(base.__init__).parameters
        signature = _merged(own, dict(inherited), learning_rate, last)

        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            arguments = dict(bound.arguments)
            del arguments["self"]
            unknown = arguments.pop("kwargs", {})
            for name in own:
                if name not in inherited:
                    setattr(self, name, arguments.pop(name))
            base.__init__(self, **arguments, **unknown)

        __init__.__qualname__ = f"{cls.__qualname__}.__init__"
        __init__.__signature__ = signature
        cls.__init__ = __init__
        setattr(cls, _OWN, tuple(name for name in own if name not in inherited))
        return cls

    return decorate


def own_config(optimizer: Any) -> dict[str, Any]:
    """The hyperparameters that an optimizer's classes annotate, as JSON-able data."""
    names = [name for cls in reversed(type(optimizer).__mro__) for name in vars(cls).get(_OWN, ())]
    return {name: serialize(getattr(optimizer, name)) for name in names}


def _parameter(cls: type, name: str) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=vars(cls)[name], annotation=inspect.get_annotations(cls)[name])


def _merged(
    own: dict[str, inspect.Parameter], inherited: dict[str, inspect.Parameter], learning_rate: float, last: str | None
) -> inspect.Signature:
    rest = {name: p for name, p in inherited.items() if name not in own}
    first = [rest.pop("self"), rest.pop("learning_rate").replace(default=learning_rate)]
    swallow = [rest.pop("kwargs")]
    cut = list(own).index(last) if last else len(own)
    fields = list(own.values())
    return inspect.Signature([*first, *fields[:cut], *rest.values(), *fields[cut:], *swallow])
