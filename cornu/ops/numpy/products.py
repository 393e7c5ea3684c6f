"""Sums of products over shared axes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import spec
from cornu.core.allowance import bounded
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.core.op import op
from cornu.core.spec import Dimension, SymbolicShape
from cornu.ops.rules import constant_or_batched, same_size, shape_of, shaped, total
from cornu.ops.tensor import Tensor, arrays, axes_of


def wide_ints(x1: Any, x2: Any) -> dict[str, Any]:
    """8-bit ints are added up in int32: 127 * 127 alone would overflow."""
    small = all(getattr(x, "dtype", None) == jnp.int8 for x in (x1, x2))
    return {"preferred_element_type": jnp.int32} if small else {}


def _multiplied(x1: Tensor, x2: Tensor) -> SymbolicShape:
    a, b = shape_of(x1), shape_of(x2)
    if not a or not b:
        raise ShapeError(explain("matmul", "tensors of one axis or more", f"{show_shape([a, b])}", "Use multiply."))
    same_size(a[-1], b[-2:][0], "matmul", [a, b])
    if len(a) == 1 or len(b) == 1:
        return (*a[:-1], *(b[:-2] + b[-1:] if len(b) > 1 else ()))
    return (*spec.broadcast_shapes(a[:-2], b[:-2]), *a[-2:-1], *b[-1:])


@op(spec_rule=shaped(_multiplied), rows=constant_or_batched)
def matmul(x1: Tensor, x2: Tensor) -> Tensor:
    """The product of matrices: ``y[..., i, j] = sum_k x1[..., i, k] x2[..., k, j]``.

    Shapes:
        x1: (..., n, k), or a vector (k,).
        x2: (..., k, m), or a vector (k,).
        y: (..., n, m), first axes broadcast; without the axis that a vector lacks.

    Example:
        >>> matmul([[1, 2], [3, 4]], [1, 1]).tolist()
        [3, 7]
    """
    x1, x2 = arrays(x1, x2)
    return jnp.matmul(x1, x2, **wide_ints(x1, x2))


def _dotted(x1: Tensor, x2: Tensor) -> SymbolicShape:
    a, b = shape_of(x1), shape_of(x2)
    if not a or not b:
        return a or b
    same_size(a[-1], b[-2:][0], "dot", [a, b])
    return (*a[:-1], *(b[:-2] + b[-1:] if len(b) > 1 else ()))


@op(spec_rule=shaped(_dotted), rows=lambda x1, x2: constant_or_batched(x1, x2, rank=np.inf))
def dot(x1: Tensor, x2: Tensor) -> Tensor:
    """The sum of products over x1's last axis and x2's last but one (its only one); a number scales.

    Example:
        >>> dot([1, 2], [3, 4]).tolist()
        11
    """
    return jnp.dot(*arrays(x1, x2))


def _inner(x1: Tensor, x2: Tensor) -> SymbolicShape:
    a, b = shape_of(x1), shape_of(x2)
    if not a or not b:
        return a or b
    same_size(a[-1], b[-1], "inner", [a, b])
    return (*a[:-1], *b[:-1])


@op(spec_rule=shaped(_inner), rows=lambda x1, x2: constant_or_batched(x1, x2, rank=np.inf))
def inner(x1: Tensor, x2: Tensor) -> Tensor:
    """The sum of products over both last axes."""
    return jnp.inner(*arrays(x1, x2))


def _outer(x1: Tensor, x2: Tensor) -> SymbolicShape:
    return total(shape_of(x1)), total(shape_of(x2))


@op(spec_rule=shaped(_outer))
def outer(x1: Tensor, x2: Tensor) -> Tensor:
    """``y[i, j] = x1[i] x2[j]`` of the flattened arguments."""
    return jnp.outer(*arrays(x1, x2))


@op(spec_rule=shaped(lambda x1, x2: ()))
def vdot(x1: Tensor, x2: Tensor) -> Tensor:
    """The sum of products of the flattened arguments, the first one conjugated."""
    return jnp.vdot(*arrays(x1, x2))


def _contracted(axes: Any, ranks: tuple[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(axes, int):
        bounded(axes, "tensordot's axes")
        return tuple(range(ranks[0] - axes, ranks[0])), tuple(range(axes))
    first, second = (axes_of(a, rank) for a, rank in zip(axes, ranks, strict=True))
    return first, second


def _tensordotted(x1: Tensor, x2: Tensor, axes: Any = 2) -> SymbolicShape:
    a, b = shape_of(x1), shape_of(x2)
    first, second = _contracted(axes, (len(a), len(b)))
    for i, j in zip(first, second, strict=True):
        same_size(a[i], b[j], "tensordot", [a, b])
    return (*(d for i, d in enumerate(a) if i not in first), *(d for i, d in enumerate(b) if i not in second))


@op(
    spec_rule=shaped(_tensordotted),
    rows=lambda x1, x2, axes=2: (
        constant_or_batched(x1, x2, rank=np.inf) and 0 not in _contracted(axes, (np.ndim(x1), np.ndim(x2)))[0]
    ),
)
def tensordot(x1: Tensor, x2: Tensor, axes: Any = 2) -> Tensor:
    """The sum of products over pairs of axes; the axes that are left come in order, x1's before x2's.

    Args:
        axes: n: the last n axes of x1 with the first n of x2. A pair of lists: axes of x1, axes of x2.

    Example:
        >>> tensordot([[1, 2], [3, 4]], [[1, 1], [1, 1]], axes=2).tolist()
        10
    """
    return jnp.tensordot(*arrays(x1, x2), axes=axes)


def _terms(subscripts: str, ranks: list[int]) -> tuple[list[list[str]], list[str]]:
    """Letters of each operand and of the result; "..." becomes letters of its own, counted from the last axis."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms: list[list[str]] = []
    ellipsis: list[str] = []
    for term, rank in zip(inputs.split(","), ranks, strict=True):
        count = rank - len(term.replace("...", ""))
        own = [f"...{i}" for i in reversed(range(count))]
        ellipsis = max(ellipsis, own, key=len)
        head, dots, tail = term.partition("...")
        terms.append([*head, *(own if dots else []), *tail])
        if len(terms[-1]) != rank:
            raise ShapeError(
                explain(
                    "einsum",
                    f"one letter for each axis of {term!r}",
                    f"a tensor of {rank} axes",
                    "Correct the subscripts.",
                )
            )
    if arrow:
        head, dots, tail = output.partition("...")
        return terms, [*head, *(ellipsis if dots else []), *tail]
    letters = [x for term in terms for x in term if not x.startswith("...")]
    return terms, [*ellipsis, *sorted(x for x in set(letters) if letters.count(x) == 1)]


def _einsummed(subscripts: str, *operands: Tensor, **kwargs: Any) -> SymbolicShape:
    shapes = [shape_of(x) for x in operands]
    terms, output = _terms(subscripts, [len(s) for s in shapes])
    sizes: dict[str, Dimension] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for letter, size in zip(term, shape, strict=True):
            known = sizes.get(letter, 1)
            sizes[letter] = size if known == 1 else known if size == 1 else same_size(known, size, "einsum", shapes)
    return tuple(sizes[letter] for letter in output)


def _batch_letter(subscripts: str, *operands: Tensor, **kwargs: Any) -> bool:
    terms, output = _terms(subscripts, [np.ndim(x) for x in operands])
    batched = [t for t, x in zip(terms, operands, strict=True) if not constant_or_batched(None, x, rank=np.inf)]
    return bool(output) and all(t[:1] == output[:1] and output[0] not in t[1:] for t in batched)


@op(spec_rule=shaped(_einsummed), rows=_batch_letter)
def einsum(subscripts: str, *operands: Tensor, **kwargs: Any) -> Tensor:
    """Sums of products, written by letters for the axes: those missing after ``->`` are summed over.

    Args:
        subscripts: for example "bij,bjk->bik"; "..." stands for any further axes.
        kwargs: ``optimize``, as for ``jax.numpy.einsum``.

    Example:
        >>> einsum("ij->ji", [[1, 2], [3, 4]]).tolist()
        [[1, 3], [2, 4]]
    """
    full = arrays(*operands)
    small = all(getattr(x, "dtype", None) == jnp.int8 for x in full)
    wide = {"preferred_element_type": jnp.int32} if small else {}
    return jnp.einsum(subscripts, *full, **wide, **kwargs)


@op
def cross(x1: Tensor, x2: Tensor, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Tensor:
    """The vector product of vectors with 3 (or 2) components, which lie along an axis.

    Args:
        axisa, axisb, axisc: where the components are in x1, in x2 and in the result.
        axis: all three at once.

    Example:
        >>> cross([1, 0, 0], [0, 1, 0]).tolist()
        [0, 0, 1]
    """
    return jnp.cross(*arrays(x1, x2), axisa=axisa, axisb=axisb, axisc=axisc, axis=axis)


@op
def kron(x1: Tensor, x2: Tensor) -> Tensor:
    """Kronecker's product: x2, times each element of x1, in blocks."""
    return jnp.kron(*arrays(x1, x2))
