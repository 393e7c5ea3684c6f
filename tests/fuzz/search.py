"""One target searched for a while: inputs made, read under the witness, and findings kept."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jax

from tests.fuzz.catalogue import TARGETS
from tests.fuzz.target import Target, damaged
from tests.fuzz.witness import Finding, Witness

KEPT = Path(__file__).with_name("corpus")
# Compiled code for each shape that was ever asked for would fill the memory.
BETWEEN_CLEARINGS = 1000
# libFuzzer's: a hang inside of C code, by the wall's clock (so that a process stopped for some minutes is none), and memory
# that grows from input to input.
HANG_SECONDS, PROCESS_MB = 600, 4096
# atheris keeps what a mutator gave it, about 7 kB an input (the readers keep nothing: 0.0 kB over 20,000 inputs without it),
# so that a process ends when it has grown to this.
ENOUGH_MB = 3072


class Search:
    """A target, its witness, and what was found.

    Args:
        folder: gets ``corpus/NAME`` (inputs that reached something new), ``findings/NAME`` (for each kind its smallest
            input, and what it is in a ``.txt``), ``seeds/NAME`` and ``stats/NAME.json``.
    """

    def __init__(self, name: str, folder: Path):
        self.name, self.target = name, TARGETS[name]
        self.places = {kind: folder / kind / name for kind in ("corpus", "seeds", "findings")}
        for place in self.places.values():
            place.mkdir(parents=True, exist_ok=True)
        self._stats = folder / "stats" / f"{name}.json"
        self._stats.parent.mkdir(exist_ok=True)
        self._witness = Witness(self.target)
        self._counts = {"inputs": 0, "read": 0, "findings": 0}
        self._spoken = 0.0
        self._guided = False

    def start(self) -> list[str]:
        """Write the seeds, and read each once: what is imported and compiled at first use is no finding."""
        jax.jit(lambda x: x + 1)(1.0)  # seeds that compile nothing leave JAX's own modules for that unread
        for data in self.target.seeds():
            if len(data) <= self.target.longest:
                (self.places["seeds"] / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
                with suppress(*self.target.refusals):
                    self.target.read(data)
        return [
            str(place) for place in (self.places["corpus"], self.places["seeds"], KEPT / self.name) if place.is_dir()
        ]

    def one(self, data: bytes) -> None:
        """Read an input; a finding is kept, and the search goes on."""
        self._counts["inputs"] += 1
        if self._counts["inputs"] % BETWEEN_CLEARINGS == 0:
            jax.clear_caches()
            self._end_if_full()
        try:
            self._counts["read"] += self._witness.read(data)
        except Finding as finding:
            self._keep(data, str(finding))
        if time.monotonic() > self._spoken + 1:
            self.speak()

    def _end_if_full(self) -> None:
        """End this round, and with it the process: the next one starts with little memory."""
        if self._guided and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > ENOUGH_MB << 10:
            self.speak()
            print(f"This round ends early: its process has grown to {ENOUGH_MB} MB.", file=sys.stderr, flush=True)
            os._exit(0)

    def speak(self) -> None:
        """Write the counts down: libFuzzer ends the process without a word to Python."""
        self._spoken = time.monotonic()
        self._stats.write_text(json.dumps(self._counts))

    def guided(self, seconds: float, atheris: Any) -> None:
        """Search with coverage as the guide."""

        def mutate(data: bytes, most: int, seed: int) -> bytes:
            def damage(part: bytes) -> bytes:
                return atheris.Mutate(part, most) if part else b"\0"

            return self.target.other(data, random.Random(seed), damage)[:most]

        folders = self.start()
        self._guided = True
        options = {"max_total_time": int(seconds), "max_len": self.target.longest, "timeout": HANG_SECONDS}
        options |= {
            "rss_limit_mb": PROCESS_MB,
            "print_final_stats": 1,
            "report_slow_units": 100_000,
            "artifact_prefix": f"{self.places['findings']}/",
        }
        arguments = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), *folders]
        atheris.Setup(arguments, self.one, custom_mutator=mutate)
        atheris.Fuzz()

    def blind(self, seconds: float) -> None:
        """Replay what is kept, then search without a guide."""
        end = time.monotonic() + seconds
        known = [Path(file).read_bytes() for folder in self.start() for file in sorted(Path(folder).iterdir())]
        for data in known:
            self.one(data)
        for data in blind_inputs(self.target, known):
            if time.monotonic() > end:
                break
            self.one(data)
        self.speak()

    def _keep(self, data: bytes, text: str) -> None:
        kind = re.sub(r"[\d'\"][^ :]*", "", text)[:80] if text.startswith(("cost", "event")) else text.split(": ")[0]
        path = self.places["findings"] / hashlib.sha256(kind.encode()).hexdigest()[:12]
        if path.exists() and path.stat().st_size <= len(data):
            return
        self._counts["findings"] += not path.exists()
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(text + "\n")


def blind_inputs(target: Target, known: list[bytes]) -> Iterator[bytes]:
    """Inputs made of known ones, the same at every run."""
    draw = random.Random(0)
    while True:
        data = draw.choice(known)
        for _ in range(draw.choice((1, 1, 2, 4))):
            data = target.other(data, draw, lambda part: damaged(part, draw))
        yield data[: target.longest]


warnings.simplefilter("ignore")  # what a model file is warned about is not this search's matter
