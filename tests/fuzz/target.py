"""What a fuzz target is: a reader of untrusted bytes, honest files to start from, and a way to damage them that it may notice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cornu.core.errors import FileFormatError

Bytes = Callable[[bytes], bytes]
# (data, the draw, damage of plain bytes) -> other data
Mutate = Callable[[bytes, random.Random, Bytes], bytes]


@dataclass(frozen=True)
class Target:
    """One reader.

    Attributes:
        read: reads bytes to the end, as the most curious caller would.
        seeds: files to start from, hostile ones among them.
        mutate: damage that keeps checksums, sizes and grammar right, so that it gets past the first check.
        refusals: the errors that are documented for this reader. Any other that escapes is a finding.
        longest: bytes of an input; longer ones find the same at a lower rate.
    """

    read: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]]
    mutate: Mutate | None = None
    refusals: tuple[type[Exception], ...] = (FileFormatError,)
    longest: int = 32 << 10

    def other(self, data: bytes, draw: random.Random, damage: Bytes = lambda data: data) -> bytes:
        """Another input made of this one: by structure three times out of four."""
        if self.mutate is None or draw.random() < 0.25:
            return damage(data)
        return self.mutate(data, draw, damage)


def damaged(data: bytes, draw: random.Random) -> bytes:
    """A few bytes changed, for where no coverage-guided engine does it."""
    result = bytearray(data or b"\0")
    for _ in range(draw.randint(1, 4)):
        result[draw.randrange(len(result))] = draw.choice((0, 1, 127, 128, 255, draw.randrange(256)))
    if draw.random() < 0.2:
        start = draw.randrange(len(result))
        del result[start : start + draw.randrange(1, 64)]
    return bytes(result)


_SCRATCH = TemporaryDirectory(prefix="cornu-fuzz-", ignore_cleanup_errors=True)
FOLDER = Path(_SCRATCH.name)


def on_disk(data: bytes, name: str) -> Path:
    """The bytes as a file in this process's scratch folder, for readers that take a path."""
    path = FOLDER / name
    path.write_bytes(data)
    return path
