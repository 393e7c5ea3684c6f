"""A diagram to a file, or to a picture that a notebook shows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cornu.core.files import atomic_file
from cornu.visualization.diagram import Diagram

_FORMATS = ("png", "svg")


@dataclass(frozen=True)
class Picture:
    """A drawn diagram: ``svg`` (text) and ``png`` (bytes), each drawn when first asked for.

    Notebooks show it where it is a cell's last value.

    Example:
        >>> from cornu.visualization.diagram import Arrow, Box
        >>> picture = Picture(Diagram((Box("x", "Input"), Box("y", "Dense")), (Arrow("x", "y"),)))
        >>> picture.svg[:4], picture.png[1:4]
        ('<svg', b'PNG')
    """

    diagram: Diagram
    dpi: float = 200

    @cached_property
    def svg(self) -> str:
        # Layout and fonts are only for those who draw: 40 ms of `import cornu` otherwise.
        from cornu.visualization.svg import to_svg

        return to_svg(self.diagram)

    @cached_property
    def png(self) -> bytes:
        from cornu.visualization.png import to_png

        return to_png(self.svg, self.dpi)

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> Path:
        """Writes the picture; ``format`` (``"png"``, ``"svg"``) is else that of the file's name.

        The file appears whole or not at all: an existing one is replaced by a finished one.

        Raises:
            ValueError: the format is neither.
        """
        path = Path(path)
        chosen = (format or path.suffix.removeprefix(".")).lower()
        if chosen not in _FORMATS:
            raise ValueError(
                f"A picture needs one of the formats png, svg; got {str(format or path.name)!r}. "
                "End the file's name in .png or .svg."
            )
        data = self.png if chosen == "png" else self.svg.encode("utf-8")
        with atomic_file(path) as file:
            file.write(data)
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_png_(self) -> bytes:
        return self.png


def render(
    diagram: Diagram,
    path: str | os.PathLike[str] | None = None,
    format: str | None = None,
    dpi: float = 200,
) -> Picture:
    """Draws ``diagram`` and, given a ``path``, writes it there.

    Args:
        path: a file's name ending in ``.png`` or ``.svg``, or in anything if ``format`` is given.
        format: ``"png"`` or ``"svg"``.
        dpi: pixels of a PNG to the inch; a pixel of the SVG is 1/96 inch.

    Raises:
        ValueError: the format is neither, or ``dpi`` is not positive.
    """
    picture = Picture(diagram, dpi)
    if path is not None:
        picture.save(path, format)
    return picture
