"""Weights by the names that another library gave them: PyTorch's state dicts above all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from cornu.core.errors import show_shape
from cornu.core.pure import assign_all
from cornu.core.variable import Variable
from cornu.saving.torch_layout import Part, parts_of
from cornu.saving.weights import StoredArray, WeightsReader, handed_over, read_arrays

Names = Mapping[str, str] | Callable[[str], str | None]


def read_by_name(model: Any, reader: WeightsReader, names: Names, source: str, strict: bool = True) -> list[str]:
    """Give a model the arrays that names say; all of them or, if something is wrong, none.

    Args:
        names: for a layer (``"dense"``, ``"encoder/dense"``) the module in the file (``"fc1"``), whose arrays are then
            turned as the layer needs them; for one weight (``"dense/kernel"``) the array. ``*`` stands for the same
            text on both sides. Or a function from our name to theirs, which may return None.
        strict: whether every weight of the model has to be found.

    Returns:
        What was left as it is.
    """
    stored = full_names(reader)
    plans: list[tuple[Variable, StoredArray]] = []
    problems: list[str] = []
    for path, part in parts_by_path(model):
        found = _source(path, part, names, stored)
        if isinstance(found, str):
            problems.append(f"  {path}: {found}")
        else:
            plans.append((part.variable, found))
    if problems and strict:
        raise ValueError(_report(model, source, problems))
    arrays = read_arrays([array for _, array in plans])
    variables = [variable for variable, _ in plans]
    assign_all(variables, [handed_over(array, v.dtype) for v, array in zip(variables, arrays, strict=True)])
    return problems


def full_names(reader: WeightsReader) -> dict[str, StoredArray]:
    """All arrays of a file by their full names."""
    return {f"{path}/{name}" if path else name: array for path in reader for name, array in reader[path].items()}


def layers_with_weights(module: Any, prefix: str = "") -> Iterator[tuple[str, Any, list[Part]]]:
    """Layers, models opened, with their paths and weights; a layer PyTorch lacks gives its weights as they are."""
    inside = module.layers if isinstance(getattr(type(module), "layers", None), property) else None
    if inside is not None:
        for layer in inside:
            yield from layers_with_weights(layer, f"{prefix}{layer.name}/")
        return
    parts = parts_of(module)
    if parts is None:
        parts = [Part(v, (v.name,), lambda shape, array: array) for v in module.weights]
    if parts:
        yield prefix.rstrip("/"), module, parts


def parts_by_path(model: Any) -> Iterator[tuple[str, Part]]:
    """Each weight of a model with its layer's path and its own name."""
    for path, layer, parts in layers_with_weights(model):
        for part in parts:
            # Two weights of one layer may have one name: those of sub-layers say theirs.
            inner = part.variable.path.rsplit(f"{layer.name}/", 1)[-1]
            yield f"{path}/{inner}", part


def _source(path: str, part: Part, names: Names, stored: Mapping[str, StoredArray]) -> StoredArray | str:
    """The array for one weight, or what is wrong."""
    shape = part.variable.shape
    whole, module = _name(path, names), None
    if whole is not None:
        theirs: tuple[str, ...] = (whole,)
    else:
        module = _module_name(path, names)
        if module is None:
            return f"expects {show_shape(shape)}; names has nothing for it."
        # Another library's own name for it, or ours.
        plain = f"{module}.{part.variable.name}" if module else part.variable.name
        theirs = (plain,) if plain in stored else tuple(f"{module}.{t}" if module else t for t in part.theirs)
    missing = [name for name in theirs if name not in stored]
    if missing:
        near = difflib.get_close_matches(missing[0], stored, 1, 0.3)
        hint = f"; nearest is {near[0]!r} {show_shape(stored[near[0]].shape)}" if near else ""
        return f"expects {show_shape(shape)} from {missing[0]!r}, which the file lacks{hint}."
    last = theirs[0].rpartition(".")[2]
    # An array under our own name, and one of several that are made into one weight, is taken as it is.
    as_it_is = len(theirs) != len(part.theirs) or (last == part.variable.name and last not in part.theirs)
    shapes = [stored[name].shape for name in theirs]
    if (shapes[0] if as_it_is else _converted_shape(part, shapes)) != shape:
        there = ", ".join(f"{name!r} {show_shape(s)}" for name, s in zip(theirs, shapes, strict=True))
        return f"expects {show_shape(shape)}; the file has {there}."
    if np.dtype(part.variable.dtype).kind == "i" and stored[theirs[0]].dtype.kind not in "iub":
        return f"expects {part.variable.dtype}; the file has {stored[theirs[0]].dtype} in {theirs[0]!r}."
    return stored[theirs[0]] if as_it_is else _converted(part, [stored[name] for name in theirs])


def _converted(part: Part, sources: list[StoredArray]) -> StoredArray:
    """What a weight is made of, as if it were stored so."""

    def fill(array: np.ndarray) -> None:
        np.copyto(array, part.convert(array.shape, *(source.read() for source in sources)))

    return StoredArray(part.variable.shape, np.result_type(*(source.dtype for source in sources)), fill)


def _converted_shape(part: Part, shapes: list[tuple[int, ...]]) -> tuple[int, ...] | None:
    """The shape that arrays of these shapes are turned into; None if they cannot be. Nothing is read."""
    # Their elements are one byte, shared: at most a quarter of the weight is made.
    arrays = [np.broadcast_to(np.zeros((), np.int8), shape) for shape in shapes]
    try:
        return tuple(part.convert(part.variable.shape, *arrays).shape)
    except (ValueError, IndexError):
        return None


def _name(path: str, names: Names) -> str | None:
    """What names say for a whole path, by itself or by a pattern."""
    if not isinstance(names, Mapping):
        return names(path)
    for candidate in (path, path.rpartition("/")[0].rpartition("/")[2] + "/" + path.rpartition("/")[2]):
        if candidate in names:
            return names[candidate]
    for ours, theirs in names.items():
        if "*" in ours:
            pattern = "([^/]+)".join(re.escape(piece) for piece in ours.split("*"))
            match = re.fullmatch(pattern, path)
            if match is not None:
                return _filled(theirs, match.groups())
    return None


def _filled(pattern: str, texts: tuple[str, ...]) -> str:
    """A pattern with texts in place of its stars."""
    pieces = pattern.split("*")
    return pieces[0] + "".join(text + piece for text, piece in zip(texts, pieces[1:], strict=False))


def _module_name(path: str, names: Names) -> str | None:
    """The module for the layer that a weight belongs to: the longest beginning of its path that has a name."""
    parts = path.split("/")
    for end in range(len(parts) - 1, 0, -1):
        for start in (0, end - 1):
            found = _name("/".join(parts[start:end]), names)
            if found is not None:
                return found
    return None


def _report(model: Any, source: str, problems: list[str]) -> str:
    shown = problems[:12] + ([f"  ... and {len(problems) - 12} more."] if len(problems) > 12 else [])
    return "\n".join(
        [
            f"Model {model.name!r} needs an array for each of its weights; {source!r} does not give them by these names.",
            *shown,
            "Correct names=, let cornu.saving.propose_names(model, file) propose them, or pass strict=False.",
        ]
    )


def propose_names(model: Any, reader: WeightsReader, print_fn: Callable[[str], Any] = print) -> dict[str, str]:
    """Names for a model's layers from the shapes in a file, in the order of both; printed as a table."""
    stored = full_names(reader)
    modules = sorted({name.rpartition(".")[0] for name in stored} | _outer(stored), key=_natural)
    names: dict[str, str] = {}
    lines: list[str] = []
    for path, layer, parts in layers_with_weights(model):
        fitting = [m for m in modules if m not in names.values() and _fits(parts, m, stored)]
        shapes = ", ".join(show_shape(p.variable.shape) for p in parts)
        if not fitting:
            lines.append(f"{path} ({type(layer).__name__}): {shapes} <- nothing in the file fits")
            continue
        same = [m for m in fitting if m.rpartition(".")[2] == layer.name]
        names[path] = (same or fitting)[0]
        note = "" if len(fitting) == 1 or same else f"   (first of {len(fitting)} that fit)"
        lines.append(f"{path} ({type(layer).__name__}): {shapes} <- {names[path]!r}{note}")
    used = tuple(f"{module}." if module else "" for module in names.values())
    left = [name for name in stored if not name.startswith(used) and not name.endswith("num_batches_tracked")]
    lines += [f"(not used) {name!r} {show_shape(stored[name].shape)}" for name in left[:20]]
    for line in lines:
        print_fn(line)
    return names


def _outer(stored: Mapping[str, StoredArray]) -> set[str]:
    """Modules that hold others' arrays too: ``attn`` of ``attn.out_proj.weight``."""
    return {name.rsplit(".", 2)[0] for name in stored if name.count(".") >= 2}


def _natural(name: str) -> list[tuple[int, str]]:
    """Order in which ``layers.2`` comes before ``layers.10``."""
    return [(int(p), "") if p.isdigit() and len(p) < 10 else (-1, p) for p in name.split(".")]


def _fits(parts: list[Part], module: str, stored: Mapping[str, StoredArray]) -> bool:
    prefix = f"{module}." if module else ""
    for part in parts:
        wanted = [f"{prefix}{name}" for name in part.theirs]
        if not all(name in stored for name in wanted):
            return False
        if _converted_shape(part, [stored[name].shape for name in wanted]) != part.variable.shape:
            return False
    own = {f"{prefix}{name}" for part in parts for name in part.theirs}
    # A module with arrays that the layer lacks (a bias, statistics) is another kind of module.
    rest = {n for n in stored if n.startswith(prefix) and "." not in n[len(prefix) :]} - own
    return all(name.endswith("num_batches_tracked") for name in rest)
