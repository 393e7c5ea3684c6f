"""The next batches are read, and put on the device, by a thread beside the one that computes."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

# How long a reader that is in the middle of a batch is waited for, when nobody wants the batch (seconds).
_PATIENCE = 2.0
_END = object()


class Prefetch(Generic[T, U]):
    """``map(work, source)`` in order, up to ``depth`` items ahead of who asks for them.

    What ``source`` or ``work`` raises is raised where the item is asked for, with the traceback that it has. Leaving
    the ``with`` block ends the thread.

    Args:
        unused: gets the items of ``source`` that nobody asked for, when the block is left.

    Example:
        >>> with Prefetch(iter([1, 2, 3]), lambda x: 10 * x) as ready:
        ...     list(ready)
        [10, 20, 30]
    """

    def __init__(
        self,
        source: Iterator[T],
        work: Callable[[T], U],
        depth: int = 2,
        unused: Callable[[list[T]], None] | None = None,
    ):
        self._source, self._work, self._depth, self._unused = source, work, depth, unused
        self._ready: collections.deque[tuple[T, U]] = collections.deque()
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._error: BaseException | None = None
        # A daemon: a source that never yields must not keep the program from ending.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run,), daemon=True, name="cornu-prefetch")

    def __enter__(self) -> Prefetch[T, U]:
        self._thread.start()
        return self

    def __iter__(self) -> Iterator[U]:
        return self

    def __next__(self) -> U:
        with self._changed:
            while not self._ready and not self._ended:
                self._changed.wait()
            if self._ready:
                self._changed.notify()
                return self._ready.popleft()[1]
        error, self._error = self._error, None
        if error is not None:
            raise error
        raise StopIteration

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_PATIENCE)
        if self._unused is not None and self._ready:
            self._unused([item for item, _ in self._ready])
        self._ready.clear()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            with contextlib.ExitStack() as stack:
                if hasattr(self._source, "close"):
                    stack.callback(self._source.close)  # type: ignore[attr-defined]  # a generator
                while self._has_room():
                    item: Any = next(self._source, _END)
                    if item is _END:
                        break
                    done = self._work(item)
                    with self._changed:
                        self._ready.append((item, done))
                        self._changed.notify()
        except BaseException as raised:  # whatever it is, it belongs to who waits for the batch
            error = raised
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify()

    def _has_room(self) -> bool:
        """Wait until an item is wanted; False if none will be."""
        with self._changed:
            while len(self._ready) >= self._depth and not self._closed:
                self._changed.wait()
            return not self._closed
