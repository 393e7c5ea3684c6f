"""Damage to HDF5 where something stands: fields of its structures, addresses that lead elsewhere, messages moved about."""

from __future__ import annotations

import random
import re
import struct

from tests.fuzz.target import Bytes

STRUCTURES = re.compile(rb"\x89HDF|TREE|SNOD|HEAP|OHDR|OCHK|GCOL|\x01\x00[\x01-\x18]\x00")
HEADER = 8  # of a message: kind, size, flags, reserved


def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
    """One or a few of the file's numbers, messages or blocks changed."""
    places = [match.start() for match in STRUCTURES.finditer(data)]
    if not places or len(data) < 64:
        return damage(data)
    result = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 3))):
        at = draw.choice(places)
        kind = draw.randrange(6)
        if kind == 0:  # One structure's bytes over another's.
            source, size = draw.choice(places), draw.choice((8, 16, 24, 40, 96))
            result[at : at + size] = result[source : source + size]
        elif kind == 1:  # An address that leads to another structure, or to the same one.
            _put(result, at + 8 * draw.randrange(1, 12), "Q", draw.choice(places))
        elif kind == 2:  # Kind or size of a message.
            _put(result, at + 16 + HEADER * draw.randrange(8), "H", draw.choice((*range(0x19), 0xFFFF)))
        elif kind == 3:
            _put(result, at + draw.randrange(96), "B", draw.choice((0, 1, 2, 3, 4, 8, 16, 32, 64, 128, 255)))
        else:
            number = draw.choice((0, 1, 2, len(data), len(data) - 8, 2**31, 2**32 - 1, 2**63, 2**64 - 1))
            _put(result, at + 4 * draw.randrange(24), draw.choice("HIQ"), number)
    return damage(bytes(result)) if draw.random() < 0.1 else bytes(result)


def _put(data: bytearray, at: int, form: str, value: int) -> None:
    size = struct.calcsize(f"<{form}")
    if at + size <= len(data):
        data[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
