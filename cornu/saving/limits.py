"""How much a file may claim before it is refused.

Budgets come from the caller, in code. Nothing that is read from a file, an environment variable
or a global setting changes them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cornu.saving.errors import UnsafeFileError

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Budgets of one reading.

    The defaults leave room for about 25,000 layers and any amount of weights that is truly
    stored: uncompressed weights are bounded by the size of the file alone.

    Args:
        expansion: how many bytes one stored (compressed) byte may become. Weights compress by
            1.1 to 2, JSON by 10 to 30, and deflate cannot pass 1,032.
        free_bytes: what may be claimed whatever the ratio, so that small texts may compress well.
        inflated_bytes: the most that a compressed member may become: it is held in memory.
        members: entries of a zip, of an npz or of an unzipped folder.
        name_length: characters of a member's, group's, array's or attribute's name.
        json_bytes: size of ``config.json``, ``metadata.json`` or a safetensors header.
        json_values: scalars, lists and objects in one JSON text (about 70 bytes of memory each).
        json_depth: nesting of lists and objects.
        json_number: characters of one number.
        json_string: characters of one string or key.
        asset_bytes: size of one asset; it is read into memory.
        nodes: groups and arrays of one weights file.
        depth: nesting of groups.
        metadata_bytes: bytes of structure (all that is not array data) parsed in a weights file.
        attributes: attributes of one group or array.
        attribute_bytes: size of one attribute, its strings included. Old ``.h5`` files keep the
            whole model configuration in one.
        rank: axes of an array.

    Example:

    >>> Limits().rank
    32
    """

    expansion: int = 100
    free_bytes: int = 16 * MIB
    inflated_bytes: int = 4096 * MIB
    members: int = 10_000
    name_length: int = 1024
    json_bytes: int = 32 * MIB
    json_values: int = 1_000_000
    json_depth: int = 200
    json_number: int = 64
    json_string: int = MIB
    asset_bytes: int = 1024 * MIB
    nodes: int = 100_000
    depth: int = 64
    metadata_bytes: int = 256 * MIB
    attributes: int = 1_000
    attribute_bytes: int = 32 * MIB
    rank: int = 32

    def check(self, what: str, value: int, budget: str) -> None:
        """Refuse `value` above the field named `budget`."""
        most = getattr(self, budget)
        if value > most:
            raise UnsafeFileError(
                f"{what} needs to be at most {most:,}; got {value:,}. "
                f"If you trust the file, pass limits=Limits({budget}=...)."
            )

    def check_shape(self, what: str, shape: Sequence[int], itemsize: int) -> None:
        """Refuse a shape that no array has; ``(0, 1 << 62)`` holds nothing and is none either."""
        self.check(f"{what} (axes)", len(shape), "rank")
        if itemsize * math.prod(max(size, 1) for size in shape) >= 1 << 62:
            raise UnsafeFileError(f"{what} needs a possible shape; got {tuple(shape)}.")

    def check_expansion(self, what: str, claimed: int, stored: int) -> None:
        """Refuse a claim of many more bytes than are stored for it."""
        most = max(self.free_bytes, self.expansion * stored)
        if claimed > most:
            raise UnsafeFileError(
                f"{what} needs to claim at most {self.expansion} times the bytes that it stores; "
                f"got {claimed:,} claimed and {stored:,} stored. "
                "If you trust the file, pass limits=Limits(expansion=...)."
            )


DEFAULT_LIMITS = Limits()
