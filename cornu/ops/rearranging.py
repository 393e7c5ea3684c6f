"""Axes taken apart, reordered and joined by a written pattern."""

from __future__ import annotations

import re

import jax.numpy as jnp
import numpy as np

from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.ops.tensor import Tensor


def _groups(side: str, pattern: str) -> list[list[str]]:
    """The axes of one side of a pattern, each a list of the names it is made of."""
    if not re.fullmatch(r"(\s*(\((\s*\w+)*\s*\)|\w+|\.\.\.))*\s*", side):
        raise ValueError(
            explain("rearrange", "names, (groups of names), 1 and ...", repr(pattern), "Write 'b (h w) -> b h w'.")
        )
    found = re.findall(r"\(([^)]*)\)|(\w+|\.\.\.)", side)
    return [
        [n for n in group.split() if n != "1"] if not name else [n for n in [name] if n != "1"] for group, name in found
    ]


def _spread(groups: list[list[str]], count: int) -> list[list[str]]:
    """``...`` as axes of its own."""
    result: list[list[str]] = []
    for group in groups:
        result.extend([[f".{i}"] for i in range(count)] if group == ["..."] else [group])
    return result


def _sizes(shape: tuple[int, ...], groups: list[list[str]], given: dict[str, int], pattern: str) -> dict[str, int]:
    sizes = dict(given)
    for size, group in zip(shape, groups, strict=True):
        known = int(np.prod([sizes.get(n, 1) for n in group]))
        missing = [n for n in group if n not in sizes]
        if len(missing) > 1 or size % max(known, 1) or (not missing and known != size):
            raise ShapeError(
                explain(
                    f"rearrange {pattern!r}",
                    f"sizes of {' '.join(group) or '1'} whose product is {size}",
                    f"{ {n: sizes.get(n) for n in group} } for shape {show_shape(shape)}",
                    "Give all but one of them by keyword.",
                )
            )
        sizes.update(dict.fromkeys(missing, size // known))
    return sizes


@op
def rearrange(tensor: Tensor, pattern: str, **axes_lengths: int) -> Tensor:
    """Axes named on the left of ``->`` in the order of the right; (groups) are several in one, the last fastest.

    Args:
        pattern: for example "b (h w) c -> b c h w"; 1 is an axis of size 1, ... any further axes.
        axes_lengths: sizes of names, where a group has more than one unknown.

    Example:
        >>> rearrange([[1, 2, 3, 4]], "b (h w) -> b h w", h=2).tolist()
        [[[1, 2], [3, 4]]]

    Source: the notation of einops (Rogozhnikov 2022).
    """
    x = jnp.asarray(tensor)
    left, arrow, right = pattern.partition("->")
    if not arrow:
        raise ValueError(explain("rearrange", "a pattern with ->", repr(pattern), "Write 'a b -> b a'."))
    before, after = _groups(left, pattern), _groups(right, pattern)
    more = x.ndim - len(before) + before.count(["..."])
    before, after = (_spread(side, more) for side in (before, after))
    names, targets = ([n for group in side for n in group] for side in (before, after))
    if len(before) != x.ndim or sorted(names) != sorted(targets) or len(set(names)) != len(names):
        raise ShapeError(
            explain(
                f"rearrange {pattern!r}",
                "each name once on both sides, as many axes as the tensor",
                f"shape {show_shape(x.shape)}",
                "Correct the pattern.",
            )
        )
    sizes = _sizes(x.shape, before, axes_lengths, pattern)
    apart = jnp.reshape(x, [sizes[n] for n in names])
    ordered = jnp.transpose(apart, [names.index(n) for n in targets])
    return jnp.reshape(ordered, [int(np.prod([sizes[n] for n in group])) for group in after])
