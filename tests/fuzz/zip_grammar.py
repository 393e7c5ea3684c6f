"""Damage to zips that leaves them zips: members changed under right checksums, and single fields of their headers."""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable

from tests.fuzz.target import Bytes, Mutate

NAMES = (
    "config.json",
    "metadata.json",
    "model.weights.h5",
    "model.weights.npz",
    "assets/a",
    "a/../b",
    "/a",
    "0.npy",
    "CONFIG.json",
    "é",
    "x" * 1100,
)
# Bombs are damaged as bytes: this process has to unpack what it changes (50 members of one stream took 4 GB).
MOST_UNPACKED = 1 << 22
# Where a header's fields begin behind its signature.
FIELDS = re.compile(rb"PK(\x01\x02|\x03\x04|\x05\x06|\x06\x06|\x06\x07)")


def member_mutation(inner: Callable[[str], Mutate | None]) -> Mutate:
    """Mutation of zips; ``inner`` says by its name how a member's content is damaged."""

    def mutate(data: bytes, draw: random.Random, damage: Bytes) -> bytes:
        if draw.random() < 0.2:
            return field_changed(data, draw)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()[:50]
                if sum(info.file_size for info in infos) > MOST_UNPACKED:
                    return damage(data)
                members = [(info.filename, archive.read(info), info.compress_type) for info in infos]
        except Exception:  # a damaged zip may raise anything
            return damage(data)
        if not members:
            return damage(data)
        at = draw.randrange(len(members))
        name, content, method = members[at]
        kind = draw.randrange(12)
        if kind < 8:
            change = inner(name)
            members[at] = (name, change(content, draw, damage) if change and kind < 6 else damage(content), method)
        elif kind == 8:
            members[at] = (draw.choice(NAMES), content, method)
        elif kind == 9:
            members.insert(draw.randrange(len(members)), (draw.choice(NAMES), draw.choice(members)[1], method))
        elif kind == 10:
            del members[at]
        else:
            members[at] = (name, content, zipfile.ZIP_DEFLATED if method == zipfile.ZIP_STORED else zipfile.ZIP_STORED)
        return packed(members)

    return mutate


def packed(members: list[tuple[str, bytes, int]]) -> bytes:
    """A zip of members (name, content, method)."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")  # of a name that is there already
        for name, content, method in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def field_changed(data: bytes, draw: random.Random) -> bytes:
    """One number in one header replaced."""
    headers = [match.start() for match in FIELDS.finditer(data)]
    if not headers:
        return data
    at = draw.choice(headers) + draw.randrange(4, 46)
    form = draw.choice("BHLQ")
    known = draw.choice([0, 1, 2, 8, 0xFFFF, 0xFFFFFFFF, len(data), draw.choice(headers), draw.randrange(1 << 16)])
    value = struct.pack(f"<{form}", known & ((1 << 8 * struct.calcsize(f"<{form}")) - 1))
    return (data[:at] + value + data[at + len(value) :])[: len(data)]
