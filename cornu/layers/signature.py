"""What a layer class's ``call`` and ``build`` take, looked up once per class."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Mapping
from typing import Any

from cornu.core import spec, tree
from cornu.core.errors import explain


@dataclasses.dataclass(frozen=True)
class CallSignature:
    """The arguments of a class's ``call`` and ``build``.

    Attributes:
        names: positional names of ``call`` without self.
        parameters: all of them.
        build_names: names of ``build`` without self.
        takes_any: whether it has ``**kwargs``.
        variadic: name of its ``*args``, "" if it has none.
    """

    names: tuple[str, ...]
    parameters: dict[str, inspect.Parameter]
    build_names: tuple[str, ...]
    takes_any: bool
    variadic: str

    def takes(self, name: str) -> bool:
        """Whether ``call`` has an argument of that name."""
        return name in self.parameters


@functools.cache
def call_signature(cls: type) -> CallSignature:
    """What ``cls.call`` and ``cls.build`` take."""
    parameters = dict(list(inspect.signature(cls.call).parameters.items())[1:])
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = tuple(n for n, p in parameters.items() if p.kind in positional)
    build = list(inspect.signature(cls.build).parameters)[1:]
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    named = {
        n: p
        for n, p in parameters.items()
        if p.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    }
    variadic = next((n for n, p in parameters.items() if p.kind is inspect.Parameter.VAR_POSITIONAL), "")
    return CallSignature(names, named, tuple(build), takes_any, variadic)


def bind(signature: CallSignature, args: tuple[Any, ...], kwargs: dict[str, Any], layer: str) -> dict[str, Any]:
    """Arguments of a call by name, in the order of the signature."""
    if len(args) > len(signature.names) and not signature.variadic:
        raise TypeError(
            explain(
                layer,
                f"at most {len(signature.names)} positional arguments ({', '.join(signature.names)})",
                len(args),
                "Pass several tensors as one list if the layer merges them.",
            )
        )
    bound: dict[str, Any] = dict(zip(signature.names, args, strict=False))
    if signature.variadic:
        bound[signature.variadic] = args[len(signature.names) :]
    for name, value in kwargs.items():
        if name in bound:
            raise TypeError(
                explain(layer, f"one value for {name!r}", "two", "Pass it by position or by name, not both.")
            )
        if name not in signature.parameters and not signature.takes_any:
            raise TypeError(
                explain(layer, f"arguments among {', '.join(signature.parameters)}", repr(name), "Remove or rename it.")
            )
        bound[name] = value
    for name, parameter in signature.parameters.items():
        if name not in bound and parameter.default is inspect.Parameter.empty:
            raise TypeError(explain(layer, f"a value for {name!r}", "none", f"Pass {name}=..."))
    return bound


def is_tensor_like(x: Any) -> bool:
    """Whether a value has shape and dtype: array, Variable or symbolic tensor."""
    return hasattr(x, "shape") and hasattr(x, "dtype")


def tensor_arguments(bound: Mapping[Any, Any]) -> dict[Any, Any]:
    """Those arguments that are tensors, or nested tensors."""
    found = {}
    for name, value in bound.items():
        leaves = tree.flatten(value)
        if any(is_tensor_like(leaf) for leaf in leaves):
            found[name] = value
    return found


def shapes_of(value: Any) -> Any:
    """The shapes of a tensor or of nested ones, None where there is no tensor."""
    return tree.map_structure(lambda x: tuple(x.shape) if is_tensor_like(x) else None, value)


def known_or_none(shape: Any) -> Any:
    """Shapes with names of unknown sizes replaced by None, as ``build`` methods expect."""
    if isinstance(shape, tuple) and all(d is None or isinstance(d, (int, str)) for d in shape):
        return tuple(d if spec.is_known(d) and d not in spec.PROBES else None for d in shape)
    if isinstance(shape, dict):
        return {k: known_or_none(v) for k, v in shape.items()}
    if isinstance(shape, (list, tuple)):
        return [known_or_none(v) for v in shape]
    return shape
