"""A placed diagram as an SVG document.

One look, quiet: white boxes with a tinted head in the colour of what the layer does, grey
arrows, pale frames. Text is measured with the shipped fonts, and ``textLength`` holds it to
the measured width where the viewer has to substitute another font, so nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, hypot
from xml.sax.saxutils import escape

from cornu.visualization.diagram import Arrow, Box, Diagram, Group
from cornu.visualization.layout import Frame, Point, Rect, Size, Sizes, layout
from cornu.visualization.text import Weight, text_width

_FAMILY = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_MARGIN = 20.0
_CORNER = 8.0
_INK, _FAINT, _LINE = "#1e293b", "#64748b", "#94a3b8"


@dataclass(frozen=True)
class Colours:
    """The tint of a box's head, its outline and its title."""

    head: str
    outline: str
    title: str


PALETTE: dict[str, Colours] = {
    "input": Colours("#e7ecf3", "#8ea0b8", "#27364b"),
    "core": Colours("#e4edfd", "#7ba4ee", "#1c449c"),
    "embedding": Colours("#dff3fa", "#62b8d6", "#0c5570"),
    "convolution": Colours("#fdeee0", "#eda160", "#8f430f"),
    "pooling": Colours("#fcf3d2", "#d9b23c", "#6f4f08"),
    "recurrent": Colours("#f0e8fd", "#ab86ea", "#56259f"),
    "attention": Colours("#fae6f6", "#d87fc4", "#85216c"),
    "normalization": Colours("#dcf5ee", "#58bfa2", "#0d5c49"),
    "regularization": Colours("#f1f1ef", "#b3b1ab", "#57534e"),
    "activation": Colours("#fde8e9", "#ea8b91", "#97222c"),
    "merge": Colours("#e5f5e1", "#80c06f", "#2b6320"),
    "reshape": Colours("#eef0fb", "#a0a8dc", "#3c4488"),
    "model": Colours("#e3e6ec", "#66748c", "#17202f"),
    "output": Colours("#d9eef0", "#4da6b0", "#0d545d"),
    "other": Colours("#eff1f4", "#a6b0bf", "#3a4657"),
}


@dataclass(frozen=True)
class _Style:
    size: float
    weight: Weight = "regular"
    colour: str = _INK
    line: float = 17.0  # from one line's middle to the next


_TITLE = _Style(13.0, "semibold", line=18.0)
_SUBTITLE = _Style(11.0, colour=_FAINT, line=15.0)
_LABEL = _Style(10.5, colour=_FAINT)
_VALUE = _Style(11.0)
_GROUP = _Style(12.0, "semibold", "#475569")
_ARROW_LABEL = _Style(10.5, colour="#475569")

_PAD_X, _PAD_HEAD, _PAD_ROWS, _COLUMN_GAP = 12.0, 7.0, 5.0, 14.0
_MIN_WIDTH = 96.0


def to_svg(diagram: Diagram) -> str:
    """``diagram`` as a standalone SVG document, in CSS pixels on a white ground.

    The same diagram gives the same text, character by character.

    Example:
        >>> from cornu.visualization.diagram import Box
        >>> "<title>Dense</title>" in to_svg(Diagram((Box("d", "Dense"),)))
        True
    """
    placed = layout(diagram, measure(diagram))
    width, height = placed.width + 2 * _MARGIN, placed.height + 2 * _MARGIN
    parts: list[str] = []
    for group in diagram.walk_groups():
        parts.extend(_draw_group(group, placed.frames[group.key]))
    for i in placed.routes:
        parts.append(_draw_route(placed.routes[i]))
    for box in diagram.boxes:
        parts.extend(_draw_box(box, placed.boxes[box.key]))
    for i, centre in placed.labels.items():
        parts.extend(_draw_label(diagram.arrows[i], centre))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" font-family="{_FAMILY}">\n'
        f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>\n'
        f'<g transform="translate({_n(_MARGIN)} {_n(_MARGIN)})">\n'
    )
    return head + "\n".join(parts) + "\n</g>\n</svg>\n"


def measure(diagram: Diagram) -> Sizes:
    """How large boxes, titles of groups and labels have to be for their text."""
    return Sizes(
        {box.key: _box_size(box) for box in diagram.boxes},
        {group.key: _group_title_size(group) for group in diagram.walk_groups()},
        {i: _label_size(arrow) for i, arrow in enumerate(diagram.arrows) if arrow.label},
    )


def _width(text: str, style: _Style) -> float:
    return text_width(text, style.size, style.weight)


def _columns(box: Box) -> tuple[float, float]:
    """The widths of a box's two columns, labels and values."""
    labels = max((_width(label, _LABEL) for label, _ in box.rows), default=0.0)
    values = (_width(line, _VALUE) for _, value in box.rows for line in value.split("\n"))
    return labels, max(values, default=0.0)


def _head_height(box: Box) -> float:
    return 2 * _PAD_HEAD + _TITLE.line + (_SUBTITLE.line if box.subtitle else 0.0)


def _box_size(box: Box) -> Size:
    labels, values = _columns(box)
    table = labels + (_COLUMN_GAP if labels else 0.0) + values
    widest = max(_width(box.title, _TITLE), _width(box.subtitle, _SUBTITLE), table)
    height = _head_height(box)
    if box.rows:
        lines = sum(value.count("\n") + 1 for _, value in box.rows)
        height += 2 * _PAD_ROWS + lines * _VALUE.line
    # Even whole pixels: centres, and with them arrows, then fall on whole pixels too.
    return 2.0 * ceil(max(widest + 2 * _PAD_X, _MIN_WIDTH) / 2), 2.0 * ceil(height / 2)


def _group_title_size(group: Group) -> Size:
    width = _width(group.title, _GROUP)
    if group.subtitle:
        width += 8.0 + _width(group.subtitle, _SUBTITLE)
    return float(ceil(width)), _GROUP.line


def _label_size(arrow: Arrow) -> Size:
    return ceil(_width(arrow.label, _ARROW_LABEL)) + 8.0, 16.0


def _draw_box(box: Box, rect: Rect) -> Iterator[str]:
    kind = box.kind if box.kind in PALETTE else "other"
    colours = PALETTE[kind]
    tooltip = box.tooltip or "\n".join([t for t in (box.title, box.subtitle) if t] + [f"{k}: {v}" for k, v in box.rows])
    yield f'<g class="box {kind}"><title>{_escape(tooltip)}</title>'
    outline = f'stroke="{colours.outline}" stroke-width="1.25"'
    head = _head_height(box)
    if box.rows:
        yield _draw_rect(rect, "#ffffff", "")
        yield (
            f'<path d="M{_n(rect.x)} {_n(rect.y + head)}v{_n(7 - head)}q0 -7 7 -7'
            f'h{_n(rect.width - 14)}q7 0 7 7v{_n(head - 7)}z" fill="{colours.head}"/>'
        )
        yield _draw_rect(rect, "none", outline)
    else:
        yield _draw_rect(rect, colours.head, outline)
        head = rect.height
    middle = rect.x + rect.width / 2
    title_y = rect.y + head / 2 - (_SUBTITLE.line / 2 if box.subtitle else 0.0)
    yield _draw_text(box.title, middle, title_y, _TITLE, "middle", colours.title)
    if box.subtitle:
        y = title_y + (_TITLE.line + _SUBTITLE.line) / 2
        yield _draw_text(box.subtitle, middle, y, _SUBTITLE, "middle")
    yield from _draw_rows(box, rect, rect.y + head + _PAD_ROWS)
    yield "</g>"


def _draw_rows(box: Box, rect: Rect, y: float) -> Iterator[str]:
    labels, _ = _columns(box)
    left = rect.x + _PAD_X
    for label, value in box.rows:
        yield _draw_text(label, left, y + _LABEL.line / 2, _LABEL)
        for line in value.split("\n"):
            at = left + labels + (_COLUMN_GAP if labels else 0.0)
            yield _draw_text(line, at, y + _VALUE.line / 2, _VALUE)
            y += _VALUE.line


def _draw_group(group: Group, frame: Frame) -> Iterator[str]:
    tooltip = _escape(f"{group.title} {group.subtitle}".strip())
    yield f'<g class="group"><title>{tooltip}</title>'
    yield _draw_rect(frame.rect, "#0f172a", 'fill-opacity="0.03" stroke="#c3cddb"', radius=12)
    y = frame.title.y + frame.title.height / 2
    yield _draw_text(group.title, frame.title.x, y, _GROUP)
    if group.subtitle:
        x = frame.title.x + _width(group.title, _GROUP) + 8.0
        yield _draw_text(group.subtitle, x, y, _SUBTITLE)
    yield "</g>"


def _draw_label(arrow: Arrow, centre: Point) -> Iterator[str]:
    width, height = _label_size(arrow)
    ground = Rect(centre[0] - width / 2, centre[1] - height / 2, width, height)
    yield _draw_rect(ground, "#ffffff", 'fill-opacity="0.85"', radius=4)
    yield _draw_text(arrow.label, *centre, _ARROW_LABEL, "middle")


def _draw_rect(rect: Rect, fill: str, more: str, radius: float = 7) -> str:
    return (
        f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" '
        f'height="{_n(rect.height)}" rx="{_n(radius)}" fill="{fill}" {more}/>'
    )


def _draw_text(text: str, x: float, y: float, style: _Style, anchor: str = "start", colour: str = "") -> str:
    """One line of text, its x-height centred on ``y``; no element for an empty text."""
    width = _width(text, style)
    if not width:
        return ""
    if anchor == "middle":
        x -= width / 2
    weight = ' font-weight="600"' if style.weight == "semibold" else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y + 0.36 * style.size)}" font-size="{_n(style.size)}"{weight} '
        f'fill="{colour or style.colour}" textLength="{_n(width)}" '
        f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{_escape(text)}</text>'
    )


def _draw_route(route: list[Point]) -> str:
    """A line with rounded corners and an arrowhead, 8 px long, at its end."""
    (x0, y0), (x1, y1) = route[-2:]
    length = hypot(x1 - x0, y1 - y0) or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bx, by = x1 - 8 * ux, y1 - 8 * uy
    wing_x, wing_y = -4 * uy, 4 * ux
    head = f"M{_n(x1)} {_n(y1)}L{_n(bx + wing_x)} {_n(by + wing_y)}L{_n(bx - wing_x)} {_n(by - wing_y)}Z"
    line = _rounded(route[:-1] + [(x1 - 6 * ux, y1 - 6 * uy)])
    return (
        f'<path class="arrow" d="{line}" fill="none" stroke="{_LINE}" stroke-width="1.5"/>'
        f'<path d="{head}" fill="{_LINE}"/>'
    )


def _rounded(points: list[Point]) -> str:
    path = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before), _towards(corner, after)
        path += f"L{_n(start[0])} {_n(start[1])}"
        path += f"Q{_n(corner[0])} {_n(corner[1])} {_n(end[0])} {_n(end[1])}"
    return path + f"L{_n(points[-1][0])} {_n(points[-1][1])}"


def _towards(corner: Point, other: Point) -> Point:
    """The point at most the corner's radius away from ``corner``, and at most half way."""
    length = hypot(other[0] - corner[0], other[1] - corner[1]) or 1.0
    share = min(_CORNER, length / 2) / length
    return (
        corner[0] + share * (other[0] - corner[0]),
        corner[1] + share * (other[1] - corner[1]),
    )


def _escape(text: str) -> str:
    """``text`` as XML character data; characters that XML 1.0 forbids become U+FFFD."""
    allowed = (c if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff") else "�" for c in text)
    return escape("".join(allowed).replace("￾", "�").replace("￿", "�"))


def _n(value: float) -> str:
    """A number with at most two decimals, and no ``-0``."""
    return f"{round(value, 2) + 0.0:g}" if abs(value) < 1e4 else f"{round(value, 2):.2f}"
