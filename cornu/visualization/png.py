"""SVG to PNG, with the fonts that come with the package and no system library."""

from __future__ import annotations

import re
import struct
import warnings
import zlib

from cornu.visualization.text import FILES, has_glyphs

_CSS_DPI = 96.0
# Cairo, and with it many viewers, stops at 32,767 pixels a side; 64 million pixels take
# 256 MB to draw and 4 s.
_MOST_PIXELS_A_SIDE = 32_767
_MOST_PIXELS = 64_000_000


def to_png(svg: str, dpi: float = 200) -> bytes:
    """The picture ``svg`` as a PNG file with ``dpi`` pixels to the inch.

    A pixel of the SVG is 1/96 inch. The system's fonts are looked at only for characters
    that the shipped ones lack, so elsewhere the same SVG gives the same pixels everywhere.

    A picture of more than 32,767 pixels a side or 64 million in all is drawn with a lower
    ``dpi``, and a warning says with which.

    Raises:
        ValueError: ``dpi`` is not a positive number.
    """
    if not (isinstance(dpi, int | float) and 0 < dpi < float("inf")):
        raise ValueError(f"dpi needs a positive number; got {dpi!r}. The default is 200.")
    dpi = _affordable(svg, dpi)
    import resvg_py  # only who draws pixels needs it

    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=dpi / _CSS_DPI,
        font_files=[str(path) for path in FILES.values()],
        font_family="Inter",
        sans_serif_family="Inter",
        skip_system_fonts=has_glyphs(svg),
    )
    return _with_resolution(bytes(png), dpi)


def _affordable(svg: str, dpi: float) -> float:
    """``dpi``, or the highest one at which the picture keeps to the limits above."""
    size = re.match(r'<svg [^>]*?width="([0-9.]+)" height="([0-9.]+)"', svg)
    if size is None:
        return dpi
    width, height = (float(number) for number in size.groups())
    side = _MOST_PIXELS_A_SIDE / max(width, height)
    area = (_MOST_PIXELS / (width * height)) ** 0.5
    most = _CSS_DPI * min(side, area)
    if dpi <= most:
        return dpi
    fitting = max(1.0, float(int(most)))
    warnings.warn(
        f"A PNG of this picture needs a dpi of at most {fitting:.0f} to stay within "
        f"{_MOST_PIXELS_A_SIDE} pixels a side; got dpi={dpi:g}. It is drawn with {fitting:.0f}. "
        "Write an .svg file to have it sharp at any size.",
        stacklevel=3,
    )
    return fitting


def _with_resolution(png: bytes, dpi: float) -> bytes:
    """``png`` with a ``pHYs`` chunk after its header (PNG, third edition, 11.3.4.3)."""
    per_metre = round(dpi / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    after_header = 8 + 25  # signature; length, type, 13 bytes and checksum of IHDR
    return png[:after_header] + chunk + png[after_header:]
