"""Reads the seeds and the kept corpus of targets, each input once, under the witness: one JSON line for each target.

In a process of its own, because an audit hook cannot be taken away again: ``python -m tests.fuzz.replay [TARGET ...]``.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from tests.fuzz.catalogue import TARGETS
from tests.fuzz.search import KEPT
from tests.fuzz.witness import Finding, Witness


def kept(name: str) -> list[bytes]:
    """The corpus that lies in the repository."""
    folder = KEPT / name
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []


def main(names: list[str]) -> None:
    for name in names or TARGETS:
        target = TARGETS[name]
        seeds = list(target.seeds())
        for data in seeds:
            with suppress(*target.refusals):
                target.read(data)  # whatever is imported or compiled at first use
        inputs = [*seeds, *kept(name)]
        witness, findings = Witness(target), []
        for number, data in enumerate(inputs):
            try:
                witness.read(data)
            except Finding as finding:
                findings.append(f"input {number}: {finding}")
        print(json.dumps({"target": name, "inputs": len(inputs), "findings": findings}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
