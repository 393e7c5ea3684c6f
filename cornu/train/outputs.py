"""Which loss, metric, target or weight belongs to which output."""

from __future__ import annotations

import dataclasses
import difflib
from typing import Any

from cornu.core import tree
from cornu.core.errors import StructureError, explain


@dataclasses.dataclass(frozen=True)
class Output:
    """How one output of a model is called.

    Attributes:
        name: in dicts of losses and targets, and in errors.
        prefix: of its metrics in logs; None for outputs that nobody named.
        path: keys and indices that lead to it.
    """

    name: str
    prefix: str | None
    path: tuple[Any, ...]

    def loss_name(self, loss: Any) -> str:
        """Name of its loss in logs: the keys that lead to the output, or else the output's name or the loss's."""
        last = self.path[-1] if self.path and isinstance(self.path[-1], str) else self.prefix or loss.name
        return "/".join([*map(str, self.path[:-1]), last]) + "_loss"


def describe_outputs(model: Any, y_pred: Any) -> list[Output]:
    """The outputs, flat: named by a flat dict's keys, by the graph's layers, or ``output_1``, ``output_2``, ..."""
    paths = [path for path, _ in tree.flatten_with_path(y_pred)]
    if isinstance(y_pred, dict) and all(len(path) == 1 for path in paths):
        return [Output(str(path[0]), str(path[0]), path) for path in paths]
    if getattr(model, "functional", None) is not None:
        return [Output(name, name, path) for name, path in zip(model.output_names, paths, strict=True)]
    return [Output(f"output_{i + 1}", None, path) for i, path in enumerate(paths)]


def targets_by_output(y: Any, names: list[str], y_pred: Any) -> list[Any]:
    """The target of each output, None where there is none."""
    if y is None:
        return [None] * len(names)
    if len(names) == 1 and not isinstance(y, dict):
        leaves = tree.flatten(y)
        return leaves if len(leaves) == 1 else by_output(y, names, y_pred, "y")
    if len(names) > 1 and not tree.is_nested(y):
        return by_output([y], names, y_pred, "y")
    return by_output(y, names, y_pred, "y")


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
