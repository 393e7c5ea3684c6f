"""Batches: rows of arrays that are all there, and batches that come one by one."""

from __future__ import annotations

import abc
import collections
import contextlib
import dataclasses
import itertools
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from cornu.core import tree
from cornu.core.errors import explain
from cornu.data.stored import BlockOrder, StoredArray

Order = np.random.Generator | None


class Batches(abc.ABC):
    """Batches ``(x, y, sample_weight)`` for one run of fit, evaluate or predict.

    Attributes:
        steps: batches per epoch, None if not known.
        endless: whether an epoch ends only where the caller says so.
        beside: whether batches may be read by another thread while a step computes.
        exhausted: whether there will be no further epoch.
        weigh: to be applied to each batch (class weights), if not None.
    """

    steps: int | None
    endless: bool = False
    beside: bool = True
    exhausted: bool = False
    weigh: Callable[[Any], Any] | None = None

    @abc.abstractmethod
    def sample(self) -> Any:
        """A batch, or arrays like one, for shapes and dtypes."""

    @abc.abstractmethod
    def read(self, order: Order, steps: int | None, skip: int = 0) -> Iterator[Any]:
        """The batches of one epoch: all, or the next ``steps``; without the first ``skip`` of them.

        Args:
            order: draws the order of what has one to be drawn; None for the order as given.
        """

    def pass_over(self, orders: Iterable[Order], steps: int | None) -> None:  # noqa: B027
        """Be where epochs with these orders would have left off (they were run by a process before this one)."""

    def give_back(self, batches: list[Any]) -> None:  # noqa: B027
        """Take batches that were read ahead and not used; they come first next time."""

    def begin(self) -> None:  # noqa: B027
        """An epoch begins."""

    def end(self) -> None:  # noqa: B027
        """An epoch has ended."""

    def close(self) -> None:  # noqa: B027
        """The run is over."""


class ArrayBatches(Batches):
    """Rows of arrays.

    Args:
        structure: ``(x, y, sample_weight)``, its leaves being arrays or None.
        batch_size: rows per batch.
        shuffle: whether each epoch has a new order.

    Attributes:
        arrays: the arrays, flat, without the Nones; all have ``rows`` rows.
    """

    def __init__(self, structure: Any, batch_size: int, shuffle: bool = False):
        self.structure, self.batch_size, self.shuffle = structure, batch_size, shuffle
        self.arrays: list[Any] = [leaf for leaf in tree.flatten(structure) if leaf is not None]
        self.rows: int = int(self.arrays[0].shape[0])
        in_files = [a for a in self.arrays if isinstance(a, StoredArray)]
        self._blocks = BlockOrder(self.arrays) if shuffle and any(a.chunk for a in in_files) else None
        self.in_memory = all(a.mapped for a in in_files)

    @property
    def steps(self) -> int:  # type: ignore[override]  # follows batch_size
        """Batches per epoch, the last one perhaps smaller."""
        return -(-self.rows // self.batch_size)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(int(a.nbytes) for a in self.arrays)

    def sample(self) -> Any:
        return self.structure

    def order(self, generator: Order, steps: int | None = None) -> np.ndarray:
        """Row numbers of an epoch, (steps * batch_size,) int32: the rest of the last batch repeats row 0."""
        order = np.zeros(self.steps * self.batch_size, np.int32 if self.rows < 1 << 31 else np.int64)
        if not self.shuffle or generator is None:
            order[: self.rows] = np.arange(self.rows)
        else:
            order[: self.rows] = (
                generator.permutation(self.rows) if self._blocks is None else self._blocks.draw(generator)
            )
        return order if steps is None else order[: steps * self.batch_size]

    def read(self, order: Order, steps: int | None, skip: int = 0) -> Iterator[Any]:
        rows = self.order(order)
        for start in range(0, self.rows, self.batch_size)[skip:steps]:
            index = rows[start : min(start + self.batch_size, self.rows)]
            yield self.pack(_rows(a, index) for a in self.arrays)

    def pack(self, leaves: Iterable[Any]) -> Any:
        """``(x, y, sample_weight)`` with other leaves in place of the arrays."""
        supply = iter(leaves)
        return tree.pack(self.structure, [None if a is None else next(supply) for a in tree.flatten(self.structure)])

    def close(self) -> None:
        for array in self.arrays:
            if isinstance(array, StoredArray):
                array.forget()

    def key(self) -> Any:
        """What distinguishes structures: same key, same compiled function."""
        return structure_key(self.structure)


# What was read of generators but not used by the run that read it: they may be given to another.
_unused: weakref.WeakKeyDictionary[Any, collections.deque[Any]] = weakref.WeakKeyDictionary()


@dataclasses.dataclass
class StreamedBatches(Batches):
    """Batches from an iterable.

    Attributes:
        source: what is iterated over.
        convert: from what it yields to ``(x, y, sample_weight)``.
        steps: batches per epoch, None if not known.
        begins: makes an iterator of it.
    """

    source: Any
    convert: Callable[[Any], Any]
    steps: int | None = None
    endless: bool = False
    weigh: Callable[[Any], Any] | None = None
    begins: Callable[[Any], Iterator[Any]] = iter
    beside: bool = False

    def __post_init__(self) -> None:
        # An iterator goes on where it stopped; anything else begins anew.
        self.restarts = not hasattr(self.source, "__next__")
        self._iterator: Iterator[Any] | None = None
        self._kept: collections.deque[Any] = collections.deque()
        if not self.restarts:
            with contextlib.suppress(TypeError):  # some iterators cannot be referred to weakly
                self._kept = _unused.setdefault(self.source, self._kept)

    def sample(self) -> Any:
        first = self._next()
        if first is _END:
            needs, do = "at least one batch", "Check it, or make it anew for each run."
            raise ValueError(explain("Training data", needs, "an iterable that yields none", do))
        self._kept.appendleft(first)
        return first

    def read(self, order: Order, steps: int | None, skip: int = 0) -> Iterator[Any]:
        if self.restarts and steps is None and not self._kept:
            self._iterator = None
        for taken in itertools.count():
            if taken == steps:
                return
            batch = self._next()
            if batch is _END and self.restarts and steps is not None and taken == 0:
                batch = self._next()  # the last epoch ended where the data did
            if batch is _END:
                self.exhausted = not self.restarts
                return
            if taken >= skip:
                yield batch

    def pass_over(self, orders: Iterable[Order], steps: int | None) -> None:
        if self.restarts and steps is None:
            return
        for order in orders:
            for _ in self.read(order, steps):
                pass

    def give_back(self, batches: list[Any]) -> None:
        if not self.restarts:
            self._kept.extendleft(reversed(batches))

    def close(self) -> None:
        if self.restarts and hasattr(self._iterator, "close"):
            self._iterator.close()  # type: ignore[union-attr]  # a generator, made by us
        self._iterator = None

    def _next(self) -> Any:
        if self._kept:
            return self._kept.popleft()
        if self._iterator is None:
            self._iterator = self.begins(self.source)
        raw = next(self._iterator, _END)
        if raw is _END:
            self._iterator = None
            return _END
        return self.convert(raw)


_END = object()


def _rows(array: Any, index: np.ndarray) -> np.ndarray:
    return array.rows(index) if isinstance(array, StoredArray) else np.asarray(array)[index]


def structure_key(structure: Any) -> Any:
    """A hashable picture of nesting, with None apart from arrays."""
    if isinstance(structure, dict):
        return tuple((k, structure_key(structure[k])) for k in sorted(structure))
    if isinstance(structure, (list, tuple)):
        return (type(structure).__name__, *map(structure_key, structure))
    return structure is not None
