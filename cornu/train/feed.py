"""How batches come to the thread that runs steps: from one that reads beside it, or read between steps."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any

from cornu.data import Prefetch


@contextlib.contextmanager
def feed(
    source: Iterator[Any], load: Callable[[Any], Any], beside: bool, unused: Callable[[list[Any]], None]
) -> Generator[Iterator[Any]]:
    """``load(batch)`` of each batch, read ahead by a thread if ``beside``. Leaving the block ends reading.

    Args:
        unused: gets batches that were read ahead in vain.
    """
    if not beside:
        yield map(load, source)
        return
    with Prefetch(source, load, unused=unused) as ahead:
        yield _explained(ahead)


def _explained(ahead: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from ahead
    except RuntimeError as error:
        if "deleted" in str(error):
            error.add_note(
                "Batches are read by a thread beside training, which owns the weights. Look at the model in a callback, "
                "or read between steps: a generator, or a keras.utils.PyDataset with workers=0."
            )
        raise


def warn_of_end(done: int, wanted: int) -> None:
    """The data ended before the epoch did."""
    warnings.warn(
        f"Data need {wanted} batches for this epoch; got {done}. Ask for fewer steps, or let the data repeat.",
        stacklevel=2,
    )
