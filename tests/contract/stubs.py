"""What editors and type checkers are told of declared classes: ``__init__.pyi`` beside each package's ``__init__.py``.

A declared class has its constructor from its fields, which no type checker works out: ``dataclass_transform`` knows
neither the arguments of a base that is not declared (name, dtype) nor fields that move (``after=``). So the
constructors are written down from what is there at run time, and a test says when they are old.

``make stubs`` writes them anew.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from cornu.core.declare import MISSING

PACKAGES = (
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "optimizers.schedules",
    "quantizers",
    "regularizers",
)
# Arguments by name alone that Layer takes in its **kwargs.
_OF_LAYERS = ("batch_input_shape", "batch_shape", "input_dim", "input_shape", "remat")
_PLAIN = re.compile(r"(int|float|bool|str|None|Any)( \| (int|float|bool|str|None|Any))*")
_HEAD = """# Written by `make stubs`: constructors of declared classes, as type checkers and editors see them.
from typing import Any
"""


def path_of(package: str) -> Path:
    """Where a package's stub lies."""
    return Path(str(importlib.import_module(f"cornu.{package}").__file__)).with_suffix(".pyi")


def stub_of(package: str) -> str:
    """The text of a package's stub."""
    module = importlib.import_module(f"cornu.{package}")
    imports, classes, functions, aliases = [], [], [], []
    public = dict(sorted(_public(module), key=lambda pair: pair[0]))
    declared = {
        thing: name for name, thing in public.items() if _is_declared(thing) and not _is_alias(name, thing, public)
    }
    for name, thing in public.items():
        if inspect.ismodule(thing):
            imports.append(f"from {module.__name__} import {name} as {name}")
        elif _is_alias(name, thing, public):
            aliases.append(f"{name} = {thing.__name__}")
        elif thing.__module__ == module.__name__:
            functions.append(_function(thing))
        elif thing in declared:
            imports.append(f"from {thing.__module__} import {name} as _{name}")
            # Among themselves they are bases as the classes are.
            bases = [f"_{name}", *[declared[base] for base in thing.__mro__[1:] if base in declared][:1]]
            classes.append(f"class {name}({', '.join(bases)}):\n{_constructor(thing)}")
        else:
            imports.append(f"from {thing.__module__} import {name} as {name}")
    names = "".join(f'    "{name}",\n' for name in module.__all__)
    gap = [""] if functions and aliases else []
    parts = [_HEAD, *sorted(imports), "", *classes, *functions, *gap, *aliases, "", f"__all__ = [\n{names}]", ""]
    return "\n".join(parts)


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, thing in vars(module).items():
        ours = getattr(thing, "__module__", "").startswith(module.__name__)
        if name in module.__all__ or (not name.startswith("_") and ours and callable(thing)):
            yield name, thing


def _is_alias(name: str, thing: Any, public: dict[str, Any]) -> bool:
    return not inspect.ismodule(thing) and thing.__name__ != name and public.get(thing.__name__) is thing


def _is_declared(thing: Any) -> bool:
    return inspect.isclass(thing) and bool(vars(thing).keys() & {"__declared_fields__", "_hyperparameters"})


def _function(function: Any) -> str:
    signature = inspect.signature(function)
    arguments = ", ".join(_argument(p.name, p.annotation, p.default) for p in signature.parameters.values())
    return f"def {function.__name__}({arguments}) -> {_said(signature.return_annotation)}: ..."


def _constructor(cls: Any) -> str:
    fields = vars(cls).get("__declared_fields__", {})
    parameters = list(inspect.signature(cls).parameters.values())
    lines = [_argument(p.name, p.annotation, p.default) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    named = [_argument(p.name, p.annotation, p.default) for p in parameters if p.kind is p.KEYWORD_ONLY]
    named += [_argument(f.name, f.annotation, f.default) for f in fields.values() if f.hidden]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        named += _of_bases(cls, {p.name for p in parameters} | set(fields))
    arguments = "".join(f"        {line},\n" for line in ["self", *lines, *(["*", *named] if named else [])])
    return f"    def __init__(\n{arguments}    ) -> None: ...\n"


def _of_bases(cls: type, known: set[str]) -> list[str]:
    """What bases that are not declared take by name."""
    found: list[str] = []
    for base in cls.__mro__:
        if "__init__" not in vars(base) or _is_declared(base) or base is object:
            continue
        parameters = inspect.signature(base.__init__).parameters.values()  # type: ignore[misc]  # of this very class
        for p in parameters:
            if p.name not in {"self", *known} and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL):
                known.add(p.name)
                found.append(_argument(p.name, p.annotation, p.default))
        if base.__name__ == "Layer":
            found += [f"{name}: Any = ..." for name in _OF_LAYERS if name not in known]
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return found


def _argument(name: str, annotation: Any, default: Any) -> str:
    said = _said(annotation)
    if default is inspect.Parameter.empty or default is MISSING:
        return f"{name}: {said}"
    if default is None and said != "Any" and "None" not in said:
        said += " | None"
    shown = repr(default) if default is None or isinstance(default, (bool, int, float, str)) else "..."
    return f"{name}: {said} = {shown}".replace("'", '"')


def _said(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) and _PLAIN.fullmatch(annotation) else "Any"


if __name__ == "__main__":
    for package in PACKAGES:
        path_of(package).write_text(stub_of(package))
