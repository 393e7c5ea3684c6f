"""Two kinds of batches: rows of arrays that are all there, and batches that come one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from cornu.core import tree
from cornu.core.errors import StructureError, explain


@dataclasses.dataclass
class ArrayBatches:
    """Rows of arrays.

    Attributes:
        structure: ``(x, y, sample_weight)``, its leaves being arrays or None.
        arrays: the arrays, flat, without the Nones; all have ``rows`` rows.
        batch_size: rows per batch.
        shuffle: whether each epoch has a new order.
    """

    structure: Any
    batch_size: int
    shuffle: bool = False

    def __post_init__(self) -> None:
        self.arrays: list[Any] = [leaf for leaf in tree.flatten(self.structure) if leaf is not None]
        if not self.arrays:
            raise StructureError(explain("Training data", "at least one array", "none", "Pass x=."))
        self.rows: int = int(self.arrays[0].shape[0])

    @property
    def steps(self) -> int:
        """Batches per epoch, the last one perhaps smaller."""
        return -(-self.rows // self.batch_size)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(int(a.nbytes) for a in self.arrays)

    def order(self, generator: np.random.Generator | None, steps: int | None = None) -> np.ndarray:
        """Row numbers of an epoch, (steps * batch_size,) int32: the rest of the last batch repeats row 0."""
        order = np.zeros(self.steps * self.batch_size, np.int32)
        order[: self.rows] = (
            generator.permutation(self.rows) if self.shuffle and generator is not None else np.arange(self.rows)
        )
        return order if steps is None else order[: steps * self.batch_size]

    def pack(self, leaves: Iterable[Any]) -> Any:
        """``(x, y, sample_weight)`` with other leaves in place of the arrays."""
        supply = iter(leaves)
        return tree.pack(self.structure, [None if a is None else next(supply) for a in tree.flatten(self.structure)])

    def key(self) -> Any:
        """What distinguishes structures: same key, same compiled function."""
        return structure_key(self.structure)


@dataclasses.dataclass
class StreamedBatches:
    """Batches from an iterable; each is ``x``, ``(x, y)`` or ``(x, y, sample_weight)``, or a dict of inputs.

    Attributes:
        source: makes an iterator for each epoch.
        steps: batches per epoch, None if not known.
        restarts: whether ``source`` begins anew each time (a generator goes on where it stopped).
        prepare: applied to each unpacked batch (class weights).
    """

    source: Callable[[], Iterator[Any]]
    steps: int | None = None
    restarts: bool = True
    prepare: Callable[[Any], Any] | None = None
    on_epoch_end: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self._iterator: Iterator[Any] | None = None

    def take(self, steps: int | None) -> Iterator[Any]:
        """The batches of one epoch: all, or the next ``steps``."""
        if self._iterator is None or (self.restarts and steps is None):
            self._iterator = iter(self.source())
        taken = 0
        while steps is None or taken < steps:
            batch = next(self._iterator, _END)
            if batch is _END:
                self._iterator = None
                if steps is None or taken or not self.restarts:
                    return
                self._iterator = iter(self.source())
                batch = next(self._iterator, _END)
                if batch is _END:
                    return
            taken += 1
            yield batch if self.prepare is None else self.prepare(batch)


_END = object()
Batches = ArrayBatches | StreamedBatches


def structure_key(structure: Any) -> Any:
    """A hashable picture of nesting, with None apart from arrays."""
    if isinstance(structure, dict):
        return tuple((k, structure_key(structure[k])) for k in sorted(structure))
    if isinstance(structure, (list, tuple)):
        return (type(structure).__name__, *map(structure_key, structure))
    return structure is not None
