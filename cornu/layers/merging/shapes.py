"""How the shapes of several inputs go together: the batch axis is the same, the others broadcast or match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.spec import Dimension, SymbolicShape, compatible, is_known


def input_shapes(layer: str, shapes: Any, least: int = 1, most: int | None = None) -> list[SymbolicShape]:
    """The shapes of a merging layer's inputs, if they are a list of as many tensors as it takes."""
    wanted = f"exactly {least}" if least == most else f"{least} or more"
    needs = f"a list of {wanted} tensor{'s' if (least, most) != (1, 1) else ''}"
    if not isinstance(shapes, (list, tuple)) or _is_shape(shapes):
        raise ShapeError(explain(layer, needs, f"one of shape {show_shape(shapes)}", "Call it as layer([a, b])."))
    if len(shapes) < least or (most is not None and len(shapes) > most):
        got = f"{len(shapes)}: {_list(shapes)}" if shapes else "none"
        raise ShapeError(explain(layer, needs, got, "Pass them as one list."))
    if not all(_is_shape(s) and len(s) for s in shapes):
        got = "a scalar or something that is no tensor among " + ", ".join(map(show_shape, shapes))
        raise ShapeError(explain(layer, f"{needs} with a batch axis", got, "Convert the numbers to tensors first."))
    return list(shapes)


def broadcast(layer: str, shapes: Sequence[SymbolicShape]) -> SymbolicShape:
    """The shape of an elementwise combination; inputs of lower rank get axes of size 1 after the batch axis.

    Example:
        >>> broadcast("Add", [(None, "time", 8), (None, 8), (4, 1, 8)])
        (4, 'time', 8)
    """
    rank = max(map(len, shapes))
    aligned = [(s[0], *(1,) * (rank - len(s)), *s[1:]) for s in shapes]
    merged: list[Dimension] = []
    for axis, sizes in enumerate(zip(*aligned, strict=True)):
        size, conflict = _agree(sizes, stretch=axis > 0)
        if conflict is not None:
            what = f"{conflict[0]} against {conflict[1]} on axis {axis}"
            raise ShapeError(
                explain(
                    layer,
                    "inputs with the same batch size and, on every other axis, the same size or size 1",
                    f"shapes {_list(shapes)}: {what}",
                    "Bring the inputs to the same shape, with Reshape or with other sizes in the layers before.",
                )
            )
        merged.append(size)
    return tuple(merged)


def concatenated(layer: str, shapes: Sequence[SymbolicShape], axis: int) -> SymbolicShape:
    """The shape of tensors put one after the other along an axis.

    Example:
        >>> concatenated("Concatenate", [(None, "time", 3), (None, None, 5)], -1)
        (None, 'time', 8)
    """
    rank = len(shapes[0])
    if any(len(s) != rank for s in shapes):
        raise ShapeError(
            explain(layer, "inputs of one rank", f"shapes {_list(shapes)}", "Add axes with Reshape where they lack.")
        )
    if not -rank <= axis < rank:
        raise ShapeError(
            explain(
                layer, f"an axis between {-rank} and {rank - 1}", f"axis={axis} for {_list(shapes)}", "Correct axis."
            )
        )
    merged: list[Dimension] = []
    for index, sizes in enumerate(zip(*shapes, strict=True)):
        if index == axis % rank:
            known = [d for d in sizes if isinstance(d, int)]
            merged.append(sizes[0] if len(sizes) == 1 else sum(known) if len(known) == len(sizes) else None)
            continue
        size, conflict = _agree(sizes, stretch=False)
        if conflict is not None:
            what = f"{conflict[0]} against {conflict[1]} on axis {index}"
            raise ShapeError(
                explain(
                    layer,
                    f"inputs that differ on axis {axis % rank} only",
                    f"shapes {_list(shapes)}: {what}",
                    "Choose another axis, or bring the others to the same size.",
                )
            )
        merged.append(size)
    return tuple(merged)


def same_size(a: Dimension, b: Dimension) -> Dimension:
    """The size that two compatible dimensions share: a number before a name before nothing known."""
    return a if b is None or is_known(a) else b


def _agree(sizes: Sequence[Dimension], stretch: bool) -> tuple[Dimension, tuple[Dimension, Dimension] | None]:
    """The common size, where ``stretch`` lets 1 become any other; and the first two that disagree."""
    merged: Dimension = None
    if stretch:
        sizes = [s for s in sizes if s != 1] or [1]
        # An unknown size may turn out to be 1 and is then stretched: it agrees with all.
    for size in sizes:
        if not compatible(merged, size):
            return None, (merged, size)
        merged = same_size(merged, size)
    return merged, None


def _is_shape(x: Any) -> bool:
    return isinstance(x, tuple) and all(d is None or isinstance(d, (int, str)) for d in x)


def _list(shapes: Sequence[SymbolicShape]) -> str:
    return " and ".join(show_shape(tuple(s)) for s in shapes)
