"""``@declared``: annotated fields are the constructor, the config and the documentation, said once.

Type checkers cannot work such constructors out (``dataclass_transform`` knows neither what a base that is not declared
takes nor fields that move), so the public packages have stubs, which ``make stubs`` writes from the classes.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from cornu.core.errors import explain

T = TypeVar("T", bound=type)
MISSING: Any = dataclasses.MISSING


@dataclasses.dataclass(frozen=True)
class Field:
    """One argument: its default as written in the signature, how it is read, and how it is written.

    Attributes:
        default: value when the argument is not given; a field without one is required.
        converter: turns what the user gave (a name, a config, an object) into what the attribute holds;
            called as ``converter(value)``. It runs on defaults as well.
        serialize: turns the attribute into JSON-able data; the registry's general rule if None.
        keyword: whether the argument can only be given by name.
        config: whether ``get_config`` has it; "changed" if only where it is not the default (Keras's configs
            leave a few arguments out, and files lose them: a default stays out as there, a choice is kept).
        base: whether the first base that is not declared keeps it: its constructor gets it, unconverted.
        after: name of the inherited field behind which this redeclared one moves.
        hidden: accepted by name but not shown in the signature: older names that files and programs still use.
        argument: False takes an inherited field out: the class sets the attribute by itself.
        attribute: where the value is kept, if not under the argument's name (which something else may have).
    """

    default: Any = MISSING
    converter: Callable[[Any], Any] | None = None
    serialize: Callable[[Any], Any] | None = None
    keyword: bool = False
    config: bool | Literal["changed"] = True
    base: bool = False
    after: str = ""
    hidden: bool = False
    argument: bool = True
    attribute: str = ""
    name: str = ""
    annotation: Any = None


def field(
    default: Any = MISSING,
    converter: Callable[[Any], Any] | None = None,
    serialize: Callable[[Any], Any] | None = None,
    *,
    keyword: bool = False,
    config: bool | Literal["changed"] = True,
    base: bool = False,
    after: str = "",
    hidden: bool = False,
    argument: bool = True,
    attribute: str = "",
) -> Any:
    """A field of a ``@declared`` class; see ``Field``."""
    config = False if base else config
    return Field(default, converter, serialize, keyword or hidden, config, base, after, hidden, argument, attribute)


def declared(cls: T) -> T:
    """Give a class the constructor that its annotated fields describe.

    The constructor takes the fields in order, passes every other keyword argument to the first base that is
    not declared, sets the attributes, and calls ``self.check()`` if the class has one (for conditions over
    several fields). Fields of declared bases come first, in place if redeclared.

    Example:
        >>> class Base:
        ...     def __init__(self, name="base"):
        ...         self.name = name
        >>> @declared
        ... class Scale(Base):
        ...     factor: float
        ...     offset: float = field(0.0, float)
        >>> scale = Scale(2.0, offset=1, name="s")
        >>> scale.factor, scale.offset, scale.name
        (2.0, 1.0, 's')
        >>> Scale()
        Traceback (most recent call last):
        ...
        TypeError: Scale needs a value for 'factor'; got none. Pass factor=...
    """
    fields = _collect(cls)
    base = next(b for b in cls.__mro__[1:] if "__declared_fields__" not in vars(b))

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        values, rest = _bind(type(self).__name__, fields, args, kwargs)
        base.__init__(self, **rest, **{f.name: values[f.name] for f in fields.values() if f.base})
        for f in fields.values():
            if f.base:
                continue
            value = values[f.name]
            setattr(self, f.attribute, value if f.converter is None else f.converter(value))
        check = getattr(self, "check", None)
        if check is not None:
            check()

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    __init__.__signature__ = _signature(fields, base)  # functions take any attribute
    cls.__declared_fields__ = fields  # read by declared_config
    cls.__init__ = __init__  # the point of this decorator
    for name, f in fields.items():
        if name in vars(cls) and isinstance(vars(cls)[name], Field):
            if f.default is MISSING or f.base or f.attribute != name:
                delattr(cls, name)
            else:
                setattr(cls, name, f.default)
    return cls


def declared_config(self: Any, serialize: Callable[[Any], Any]) -> dict[str, Any]:
    """The declared fields of an object as JSON-able data."""
    fields: dict[str, Field] = getattr(type(self), "__declared_fields__", {})

    def written(f: Field) -> bool:
        return f.config if isinstance(f.config, bool) else getattr(self, f.attribute) != f.default

    return {name: (f.serialize or serialize)(getattr(self, f.attribute)) for name, f in fields.items() if written(f)}


def _collect(cls: type) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for base in reversed(cls.__bases__):
        # All that it has, its bases' too, in its order, and without what it took out.
        inherited: dict[str, Field] = getattr(base, "__declared_fields__", {})
        fields = {**{name: f for name, f in fields.items() if name not in inherited}, **inherited}
    for name, annotation in inspect.get_annotations(cls).items():
        if name.startswith("_") or "ClassVar" in str(annotation):
            continue
        given = vars(cls).get(name, MISSING)
        f = given if isinstance(given, Field) else Field(given)
        if not f.argument:
            del fields[name]
            delattr(cls, name)
            continue
        fields[name] = dataclasses.replace(f, name=name, attribute=f.attribute or name, annotation=annotation)
        if f.after:
            names = [n for n in fields if n != name]
            names.insert(names.index(f.after) + 1, name)
            fields = {n: fields[n] for n in names}
    return fields


def _bind(
    owner: str, fields: dict[str, Field], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    positional = [name for name, f in fields.items() if not f.keyword]
    if len(args) > len(positional):
        raise TypeError(
            explain(
                owner,
                f"at most {len(positional)} positional arguments",
                len(args),
                f"They are: {', '.join(positional)}.",
            )
        )
    values = dict(zip(positional, args, strict=False))
    for name in values.keys() & kwargs.keys():
        raise TypeError(explain(owner, f"one value for {name!r}", "two", "Pass it by position or by name, not both."))
    rest = {}
    for name, value in kwargs.items():
        (values if name in fields else rest)[name] = value
    for name, f in fields.items():
        if name not in values:
            if f.default is MISSING:
                raise TypeError(explain(owner, f"a value for {name!r}", "none", f"Pass {name}=..."))
            values[name] = f.default
    return values, rest


def _signature(fields: dict[str, Field], base: type) -> inspect.Signature:
    def parameter(f: Field, kind: Any) -> inspect.Parameter:
        default = inspect.Parameter.empty if f.default is MISSING else f.default
        return inspect.Parameter(f.name, kind, default=default, annotation=f.annotation)

    P = inspect.Parameter
    parameters = [P("self", P.POSITIONAL_OR_KEYWORD)]
    parameters += [parameter(f, P.POSITIONAL_OR_KEYWORD) for f in fields.values() if not f.keyword]
    parameters += [parameter(f, P.KEYWORD_ONLY) for f in fields.values() if f.keyword and not f.hidden]
    plain = base.__init__ is object.__init__  # whose signature says (*args, **kwargs), and which takes neither
    accepted = inspect.signature(base.__init__).parameters.values()
    if not plain and any(p.name != "self" and p.name not in fields for p in accepted):
        parameters.append(P("kwargs", P.VAR_KEYWORD))
    return inspect.Signature(parameters)
