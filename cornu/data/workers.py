"""Items read by several threads or processes, handed out in order.

A process is a fresh Python ("spawn"): one forked from a process in which JAX has started threads can wait for ever
for a lock that no thread of its own holds. Each is asked through a pipe of its own by a thread of its own, so that
one that dies is noticed as the end of its pipe.
"""

from __future__ import annotations

import collections
import contextlib
import multiprocessing
import pickle
import queue
import random
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from typing import Any

import jax
import numpy as np

from cornu.core.errors import explain

_DO_PICKLE = "Define it at the top level of a module, or read with threads: use_multiprocessing=False."


class WorkerTraceback(Exception):
    """Where, in a worker process, the exception was raised that this is the cause of."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


def in_order(
    readers: Sequence[Callable[[Any], Any]],
    keys: Iterable[Any],
    ahead: int,
    pending: collections.deque[Future[Any]] | None = None,
) -> Iterator[Any]:
    """What the readers, each in a thread, make of the keys; in the order of the keys, ``ahead`` of who asks.

    Args:
        pending: will hold what is being read, for who may want to cancel it.

    Example:
        >>> list(in_order([abs, abs], [-3, 1, -2], ahead=2))
        [3, 1, 2]
    """
    tasks: queue.SimpleQueue[tuple[Future[Any], Any] | None] = queue.SimpleQueue()
    pending = collections.deque() if pending is None else pending

    def work(read: Callable[[Any], Any]) -> None:
        while (task := tasks.get()) is not None:
            future, key = task
            with contextlib.suppress(InvalidStateError):  # cancelled: nobody waits for it
                try:
                    future.set_result(read(key))
                except BaseException as error:  # whatever it is, it belongs to who waits
                    future.set_exception(error)

    for read in readers:
        threading.Thread(target=work, args=(read,), daemon=True, name="cornu-worker").start()
    try:
        for key in keys:
            pending.append(Future())
            tasks.put((pending[-1], key))
            if len(pending) >= max(ahead, 1):
                yield _first(pending)
        while pending:
            yield _first(pending)
    finally:
        while not tasks.empty():
            tasks.get()
        for _ in readers:
            tasks.put(None)


def _first(pending: collections.deque[Future[Any]]) -> Any:
    result = pending[0].result()
    pending.popleft()
    return result


class Processes:
    """Worker processes that hold a copy of a dataset and read its batches.

    Args:
        count: how many; they start when first asked.
    """

    def __init__(self, count: int):
        self._workers = [_Process() for _ in range(count)]
        self._held: bytes | None = None

    def hold(self, dataset: Any) -> list[Callable[[Any], Any]]:
        """Readers of ``dataset`` as it is now, called with ``(index, seed)``."""
        held = _pickled(dataset)
        if self._held is not None and held == self._held:
            held = self._held  # the very object, by which a worker knows it
        self._held = held
        name = type(dataset).__name__
        return [lambda key, worker=worker: worker.read(held, name, *key) for worker in self._workers]

    def close(self) -> None:
        """End them all, whatever they do."""
        for worker in self._workers:
            worker.close()


class _Process:
    """One worker process and our end of its pipe."""

    def __init__(self) -> None:
        self.holds: bytes | None = None
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._process: Any = None
        self._pipe: Any = None
        self._answered = self._closed = False

    def read(self, text: bytes, name: str, index: int, seed: int) -> Any:
        with self._lock:
            self._start()
            try:
                self._pipe.send((None if self.holds is text else text, index, seed))
                self.holds = text
                right, answer = pickle.loads(self._pipe.recv_bytes())
            except (EOFError, OSError) as error:
                raise self._died() from error
            self._answered = True
            worker = self._process.pid
        if right:
            return answer
        raise _retold(answer, f"In worker process {worker}, reading batch {index} of {name}.")

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        with self._starting:  # a process that starts while we are closed would be left
            if self._process is not None:
                return
            if self._closed:
                raise EOFError
            self._pipe, theirs = spawn.Pipe()
            process = spawn.Process(target=_serve, args=(theirs,), daemon=True, name="cornu-worker")
            process.start()
            self._process = process
            theirs.close()

    def _died(self) -> RuntimeError:
        self._process.join(5)
        code = self._process.exitcode
        if code is not None and code < 0:
            got, do = (
                f"an end by {signal.Signals(-code).name}",
                "If memory ran out, use fewer workers or smaller batches.",
            )
        elif self._answered:
            got, do = f"exit code {code}", "What it printed says why."
        else:
            got = f"exit code {code} before its first batch"
            do = "What it printed says why; a script needs `if __name__ == '__main__':` before what it runs."
        return RuntimeError(explain(f"Worker process {self._process.pid}", "to live as long as fit", got, do))

    def close(self) -> None:
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._process.kill()
                self._process.join()


def _retold(answer: tuple[BaseException | None, str, str], note: str) -> BaseException:
    """What a worker raised, to be raised here."""
    raised, line, text = answer
    error = (
        RuntimeError(f"{line} (the exception itself cannot be sent between processes)") if raised is None else raised
    )
    error.__cause__ = WorkerTraceback(text)
    error.add_note(note)
    return error


def _pickled(dataset: Any) -> bytes:
    try:
        return pickle.dumps(dataset, protocol=5)
    except Exception as error:
        name, culprit = _culprit(dataset)
        raise TypeError(
            explain(
                f"{type(dataset).__name__} in worker processes",
                "what can be pickled",
                f"{name} = {culprit!r}",
                _DO_PICKLE,
            )
        ) from error


def _culprit(dataset: Any) -> tuple[str, Any]:
    """The attribute that cannot be pickled, or the class."""
    for name, value in vars(dataset).items():
        try:
            pickle.dumps(value, protocol=5)
        except Exception:
            return f"self.{name}", value
    return "its class", type(dataset)


# In the worker.


def _serve(pipe: Any) -> None:
    """Answer until the pipe ends. Ctrl-C is for the parent, who ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jax.config.update("jax_platforms", "cpu")  # the accelerator belongs to the parent
    dataset: Any = None
    while True:
        try:
            text, index, seed = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            if text is not None:
                dataset = _unpickled(text)
            # Each batch has random numbers of its own, whoever reads it.
            random.seed(seed)
            np.random.seed(seed)
            answer = pickle.dumps((True, dataset[index]), protocol=5)
        except BaseException as error:
            answer = pickle.dumps((False, _told(error)), protocol=5)
        pipe.send_bytes(answer)


def _unpickled(text: bytes) -> Any:
    try:
        return pickle.loads(text)
    except (AttributeError, ImportError) as error:
        needs = "its class in a module that they can import"
        raise TypeError(explain("A dataset in worker processes", needs, str(error), _DO_PICKLE)) from error


def _told(error: BaseException) -> tuple[BaseException | None, str, str]:
    text = "".join(traceback.format_exception(error))
    line = traceback.format_exception_only(error)[-1].strip()
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return None, line, text
    return error, line, text
