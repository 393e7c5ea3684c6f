"""Which loss, metric, target or weight belongs to which output."""

from __future__ import annotations

import difflib
from typing import Any

from cornu.core import tree
from cornu.core.errors import StructureError, explain


def output_names(model: Any, y_pred: Any) -> list[str]:
    """A name for each output: the graph's own, a flat dict's keys, or ``output_1``, ``output_2``, ..."""
    if isinstance(y_pred, dict) and not any(tree.is_nested(v) for v in y_pred.values()):
        return [str(k) for k in sorted(y_pred)]
    if getattr(model, "functional", None) is not None:
        return list(model.output_names)
    return [f"output_{i + 1}" for i in range(len(tree.flatten(y_pred)))]


def by_output(given: Any, names: list[str], structure: Any, what: str, *, is_item: Any = None) -> list[Any]:
    """One item for each output, in order, from one item, a list, a dict by names, or a structure like the outputs.

    Args:
        given: what the user passed.
        names: of the outputs, flat; two outputs of one layer share a name.
        structure: of the outputs.
        what: for errors: "loss", "y", ...
        is_item: tells an item from a list or dict of items.
    """
    count = len(names)
    if given is None:
        return [None] * count
    if isinstance(given, dict):
        return _by_key(given, names, structure, what)
    if isinstance(given, (list, tuple)) and not (is_item is not None and is_item(given)):
        items = list(given)
        if len(items) == count:
            return items
        if count == 1 and len(items) != 1:
            raise StructureError(explain(what, f"one item, for output {names[0]!r}", f"{len(items)}", "Pass one."))
        flat = tree.flatten(given)
        if len(flat) == count and tree.same_structure(given, structure):
            return flat
        raise StructureError(
            explain(
                what,
                f"{count} items, one for each output ({', '.join(map(repr, names))})",
                f"{len(items)}",
                "Pass one for each, None for no item, or a dict by these names.",
            )
        )
    if count > 1:
        return [given] * count
    return [given]


def _by_key(given: dict[Any, Any], names: list[str], structure: Any, what: str) -> list[Any]:
    if isinstance(structure, dict) and any(tree.is_nested(v) for v in structure.values()):
        if tree.same_structure(given, structure):
            return tree.flatten(given)
        raise StructureError(explain(what, "the outputs' own nesting", "another", "Nest it as model.output."))
    unknown = [key for key in given if key not in names]
    if unknown:
        near = difflib.get_close_matches(str(unknown[0]), names, 1)
        raise StructureError(
            explain(
                what,
                f"names of outputs ({', '.join(map(repr, names))})",
                repr(unknown[0]),
                f"Did you mean {near[0]!r}?" if near else "Rename the key, or give the output's layer that name.",
            )
        )
    return [given.get(name) for name in names]
