"""Weights that were packed once, kept for as long as the arrays that they were made of."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.core import Tracer

from cornu.kernels.packing import Packing, pack

# By array and packing, so that all programs over the same weights share what is packed: the array, and the packed one.
# At most `table.PACKED_GROWTH` times the kernels' memory for each packing (16/9 for 3x3 windows, 1 for the others where
# filters fill vectors; ResNet50: 129 MB beside weights of 102 MB).
_kept: dict[tuple[int, int], tuple[weakref.ref[jax.Array], jax.Array]] = {}
_numbers: dict[Packing, int] = {}
_unused = itertools.count()


def packer(packings: Sequence[Packing]) -> Callable[[Sequence[Any]], list[jax.Array]]:
    """A function of kernels, each of a packing's size, that packs each only once.

    Arrays do not change, so that one which is still there is packed as it was. When an array dies, as when a variable
    is assigned another one, what was packed of it goes with it.
    """
    numbers = [_numbers.setdefault(packing, next(_unused)) for packing in packings]
    pack_all = jax.jit(lambda kernels: [pack(k.reshape(p.kernel), p) for k, p in zip(kernels, packings, strict=True)])

    def packed(kernels: Sequence[Any]) -> list[jax.Array]:
        found = []
        for kernel, number in zip(kernels, numbers, strict=True):
            entry = _kept.get((id(kernel), number))
            if entry is None or entry[0]() is not kernel:
                break
            found.append(entry[1])
        else:
            return found
        made = pack_all(list(kernels))
        for kernel, number, array in zip(kernels, numbers, made, strict=True):
            if isinstance(kernel, jax.Array) and not isinstance(kernel, Tracer):
                _keep((id(kernel), number), kernel, array)
        return made

    return packed


def _keep(key: tuple[int, int], kernel: jax.Array, packed: jax.Array) -> None:
    # The table is bound here: when the interpreter ends, arrays may outlive the names of this module.
    _kept[key] = weakref.ref(kernel, lambda _, kept=_kept: kept.pop(key, None)), packed
