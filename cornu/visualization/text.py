"""How wide text is, read from the fonts that come with the package.

Inter was chosen for being legible at 11 px. The two shipped faces hold Latin, Greek,
Cyrillic, arrows and mathematics, and carry no kerning: a text is as wide as the sum of its
advances, in every program that draws it.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

Weight = Literal["regular", "semibold"]

_FONTS = Path(__file__).with_name("fonts")
FILES: dict[Weight, Path] = {
    "regular": _FONTS / "Inter-Regular.ttf",
    "semibold": _FONTS / "Inter-SemiBold.ttf",
}


def text_width(text: str, size: float, weight: Weight = "regular") -> float:
    """The width of one line of ``text`` in pixels, at a font size of ``size`` pixels.

    A character that the shipped fonts lack is counted as a full em if it is wide (Chinese,
    Japanese, Korean, emoji), else as 0.7 em; whichever font then draws it stays within.

    Example:
        >>> text_width("dense", 20.0) == 2 * text_width("dense", 10.0)
        True
    """
    advances = _advances(weight)
    return size * sum(advances.get(character) or _guess(character) for character in text)


def has_glyphs(text: str) -> bool:
    """Whether the shipped fonts can draw every character of ``text``."""
    return _advances("regular").keys() >= {c for c in text if c not in "\n\r\t"}


def _guess(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.7


@cache
def _advances(weight: Weight) -> dict[str, float]:
    """Each character's advance in em, from the tables ``cmap`` (format 4) and ``hmtx``."""
    data = FILES[weight].read_bytes()
    tables = {
        name.decode("ascii"): data[offset : offset + length]
        for name, _, offset, length in struct.iter_unpack(
            ">4sIII", data[12 : 12 + 16 * struct.unpack_from(">H", data, 4)[0]]
        )
    }
    units_per_em = struct.unpack_from(">H", tables["head"], 18)[0]
    long_metrics = struct.unpack_from(">H", tables["hhea"], 34)[0]
    widths = struct.unpack_from(">" + "Hh" * long_metrics, tables["hmtx"])[::2]
    return {chr(code): widths[min(glyph, long_metrics - 1)] / units_per_em for code, glyph in _glyphs(tables["cmap"])}


def _glyphs(cmap: bytes) -> list[tuple[int, int]]:
    """``(code point, glyph)`` of the first format-4 subtable (OpenType 1.9, "cmap")."""
    count = struct.unpack_from(">H", cmap, 2)[0]
    offsets = [struct.unpack_from(">I", cmap, 8 + 8 * i)[0] for i in range(count)]
    start = next(o for o in offsets if struct.unpack_from(">H", cmap, o)[0] == 4)
    segments = struct.unpack_from(">H", cmap, start + 6)[0] // 2

    def column(index: int, code: str, pad: int = 0) -> tuple[int, ...]:
        return struct.unpack_from(f">{segments}{code}", cmap, start + 14 + 2 * segments * index + pad)

    ends, starts = column(0, "H"), column(1, "H", 2)
    deltas, ranges = column(2, "h", 2), column(3, "H", 2)
    ranges_at = start + 16 + 6 * segments
    pairs: list[tuple[int, int]] = []
    for i in range(segments):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if ranges[i]:
                position = ranges_at + 2 * i + ranges[i] + 2 * (code - starts[i])
                glyph = struct.unpack_from(">H", cmap, position)[0]
                if not glyph:
                    continue
            pairs.append((code, (glyph + deltas[i]) & 0xFFFF))
    return pairs
