"""Datasets that users write as a class: batch by number, read by threads or processes."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from cornu.core.errors import explain
from cornu.data.batches import Batches, Order
from cornu.data.workers import Processes, in_order


class PyDataset:
    """Batches by number: a subclass defines ``__getitem__(self, index)``, which returns a whole batch ``x``, ``(x, y)`` or
    ``(x, y, sample_weight)``, and ``__len__``, the number of batches.

    Batches are trained on in the order of their numbers, or with ``fit(shuffle=True)`` in a new order each epoch,
    however many workers read them.

    Args:
        workers: how many batches are read at a time. With 0, batches are read between steps by the thread that
            trains (and may look at the model).
        use_multiprocessing: read in processes instead of threads. They are fresh Pythons: the dataset is pickled for
            them anew each epoch if it changed, and a script needs ``if __name__ == "__main__":``. NumPy's and Python's
            global random numbers are seeded for each batch, so that results do not depend on which process read it.
        max_queue_size: how many batches are read ahead.

    Example:
        >>> import numpy as np
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 10
        ...
        ...     def __getitem__(self, index):
        ...         x = np.full((4, 1), index, "float32")
        ...         return x, x**2
        >>> Squares(workers=2).num_batches
        10

    Source: behaves as Keras's, with these differences: the order of batches follows the seed of the run, processes are
        spawned instead of forked, and a forgotten ``super().__init__()`` does no harm.
    """

    _workers: int = 1
    _use_multiprocessing: bool = False
    _max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10):
        self._workers, self._use_multiprocessing = workers, use_multiprocessing
        self._max_queue_size = max_queue_size

    @property
    def workers(self) -> int:
        """How many batches are read at a time."""
        return self._workers

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """Whether processes read, instead of threads."""
        return self._use_multiprocessing

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = value

    @property
    def max_queue_size(self) -> int:
        """How many batches are read ahead."""
        return self._max_queue_size

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    @property
    def num_batches(self) -> int | None:
        """Batches per epoch; None, where a subclass says so, if there is no end to them."""
        if hasattr(self, "__len__"):
            return len(self)  # type: ignore[arg-type]  # a subclass defines it
        needs, do = "__len__, or num_batches (None if endless)", "Define one of them."
        raise NotImplementedError(explain(type(self).__name__, needs, "neither", do))

    def __getitem__(self, index: int) -> Any:
        """Batch number ``index``."""
        needs, do = "__getitem__(self, index)", "Define it to return the batch of that number."
        raise NotImplementedError(explain(type(self).__name__, needs, "a class without it", do))

    def on_epoch_begin(self) -> None:
        """Called before the first batch of an epoch is read."""

    def on_epoch_end(self) -> None:
        """Called when the last batch of an epoch has been used."""


class IndexedBatches(Batches):
    """Batches of a ``PyDataset``, or of an object with the same members.

    Args:
        dataset: has ``num_batches`` and ``__getitem__``.
        convert: from what it returns to ``(x, y, sample_weight)``.
        shuffle: whether the batches come in a new order each epoch.
    """

    def __init__(self, dataset: Any, convert: Callable[[Any], Any], shuffle: bool = False):
        self.dataset, self.convert, self.shuffle = dataset, convert, shuffle
        self.steps = dataset.num_batches
        self.endless = self.steps is None
        if self.steps == 0:
            raise ValueError(explain(type(dataset).__name__, "at least one batch", "a length of 0", "Check __len__."))
        self._workers = getattr(dataset, "workers", 1)
        self._ahead = getattr(dataset, "max_queue_size", 10)
        self.beside = self._workers > 0
        processes = getattr(dataset, "use_multiprocessing", False) and self.beside
        self._processes = Processes(self._workers) if processes else None
        self._pending: collections.deque[Future[Any]] = collections.deque()
        # Numbers that are left of a pass over the dataset: an epoch may end before it does.
        self._left: list[int] = []
        self._passed = 0

    def sample(self) -> Any:
        return self.convert(self.dataset[0])

    def read(self, order: Order, steps: int | None, skip: int = 0) -> Iterator[Any]:
        keys = self._keys(order, steps)[skip:]
        if self._processes is not None:
            readers = self._processes.hold(self.dataset)
        elif self.beside:
            readers = [lambda key: self.dataset[key[0]]] * self._workers
        else:
            return (self.convert(self.dataset[index]) for index, _ in keys)
        self._cancel()
        return (self.convert(batch) for batch in in_order(readers, keys, self._ahead, self._pending))

    def pass_over(self, orders: Iterable[Order], steps: int | None) -> None:
        for order in orders:
            self.begin()
            self._keys(order, steps)
            self.end()

    def begin(self) -> None:
        self._tell("on_epoch_begin")

    def end(self) -> None:
        self._tell("on_epoch_end")

    def close(self) -> None:
        self._cancel()
        if self._processes is not None:
            self._processes.close()

    def _cancel(self) -> None:
        """Nobody waits any longer for what is being read."""
        for reading in list(self._pending):
            reading.cancel()
        self._pending = collections.deque()

    def _tell(self, event: str) -> None:
        if hasattr(self.dataset, event):
            getattr(self.dataset, event)()

    def _keys(self, order: Order, steps: int | None) -> list[tuple[int, int]]:
        """The number and a seed of each batch of an epoch."""
        if self.steps is None:
            assert steps is not None  # the caller of fit was told
            numbers = list(range(self._passed, self._passed + steps))
            self._passed += steps
        else:
            if steps is None or not self._left:
                shuffled = self.shuffle and order is not None
                self._left = order.permutation(self.steps).tolist() if shuffled else list(range(self.steps))  # type: ignore[union-attr]
            numbers, self._left = self._left[:steps], self._left[len(self._left[:steps]) :]
        base = 0 if order is None else int(order.integers(1 << 31))
        return [(number, (base + number) % (1 << 32)) for number in numbers]
