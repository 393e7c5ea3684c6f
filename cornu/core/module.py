"""A named tree of Variables and Modules: what layers, models, metrics and optimizers are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Self

from cornu.core.errors import explain
from cornu.core.names import snake_case, unique_name
from cornu.core.variable import Variable

_CONTAINERS = (list, tuple, dict)
# How often an attribute that holds children was set or deleted, on any module; see `edits`.
_EDITS = [0]


def edits() -> int:
    """A number that changes whenever some module gets, loses or replaces a child by setting an attribute."""
    return _EDITS[0]


class Module:
    """A named tree: its attributes that are Variables, Modules, or containers of these are its children.

    Children are found by looking, each time, so a list that grows or an attribute that is replaced is never out
    of date. Attributes set before ``super().__init__()`` count as well.

    Example:
        >>> class Pair(Module):
        ...     def __init__(self):
        ...         super().__init__(name="pair")
        ...         self.items = [Variable([1.0], name="a"), Variable([2.0], name="b", trainable=False)]
        >>> [v.name for v in Pair().variables]
        ['a', 'b']
    """

    _children: dict[str, None]
    # Attributes that refer to modules without owning them.
    _references: frozenset[str] = frozenset()
    # Whether its variables are weights; those of seed generators and metrics are not.
    holds_weights = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        instance = super().__new__(cls)
        object.__setattr__(instance, "_children", {})
        object.__setattr__(instance, "_arguments", (args, kwargs))
        return instance

    def __init__(self, name: str | None = None):
        if name is not None and not isinstance(name, str):
            raise TypeError(explain(f"Name of {type(self).__name__}", "a string", repr(name), "Pass name='...'."))
        if name is not None and ("/" in name or not name):
            raise ValueError(
                explain(
                    f"Name of {type(self).__name__}",
                    "at least one character and no '/'",
                    repr(name),
                    "Choose another name.",
                )
            )
        self.name = name or unique_name(snake_case(type(self).__name__))

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (Variable, Module, *_CONTAINERS)) and name not in self._references:
            self._children[name] = None
            _EDITS[0] += 1
        elif name in self._children:
            del self._children[name]
            _EDITS[0] += 1
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._children.pop(name, None)
        _EDITS[0] += 1
        object.__delattr__(self, name)

    def children(self) -> Iterator[tuple[str, Variable | Module]]:
        """Own Variables and Modules with the attribute (and key) that holds them, in order of assignment."""
        for attribute in self._children:
            value = self.__dict__.get(attribute)
            if value is not None:
                yield from _leaves(value, attribute)

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once, parents first."""
        seen: set[int] = set()
        stack: list[Module] = [self]
        while stack:
            module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield module
            stack.extend(reversed([child for _, child in module.children() if isinstance(child, Module)]))

    def own_variables(self) -> list[Variable]:
        """Variables held by this module itself: those made as trainable first, as files store them."""
        own = [child for _, child in self.children() if isinstance(child, Variable)]
        return [v for v in own if v.learned] + [v for v in own if not v.learned]

    def stored_variables(self) -> list[Variable]:
        """Its own variables in the order in which files have them."""
        return self.own_variables()

    @property
    def variables(self) -> list[Variable]:
        """All variables of the tree, each once."""
        found: dict[int, Variable] = {}
        for module in self.modules():
            for variable in module.own_variables():
                found.setdefault(id(variable), variable)
        return list(found.values())


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Variable | Module]]:
    if isinstance(value, (Variable, Module)):
        yield key, value
    elif isinstance(value, dict):
        for k, item in value.items():
            yield from _leaves(item, f"{key}/{k}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{key}/{index}")


_PLAIN = (str, int, float, bool, type(None))


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)


def constructor_config(module: Module, function: Callable[..., Any]) -> dict[str, Any] | None:
    """The arguments with which a module was made, if they are plain data; else None.

    This is what spares most users' own layers a ``get_config``.
    """
    args, kwargs = module.__dict__["_arguments"]
    try:
        bound = inspect.signature(function).bind(module, *args, **kwargs)
    except TypeError:
        return None
    config: dict[str, Any] = {}
    for name, value in list(bound.arguments.items())[1:]:
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            return None
        config.update(value if kind is inspect.Parameter.VAR_KEYWORD else {name: value})
    return config if _is_plain(config) else None
