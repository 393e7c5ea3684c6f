"""A diagram in Graphviz's DOT language, for those who want to go on with other programs."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from cornu.visualization.diagram import Box, Diagram, Group
from cornu.visualization.render import Picture


@dataclass(frozen=True)
class Dot:
    """A diagram as DOT text; notebooks show it drawn, which needs no Graphviz."""

    picture: Picture

    def to_string(self) -> str:
        """The DOT text."""
        return to_dot(self.picture.diagram, self.picture.dpi)

    def _repr_svg_(self) -> str:
        return self.picture.svg


def to_dot(diagram: Diagram, dpi: float = 200) -> str:
    """``diagram`` in the DOT language: boxes as HTML-like labels, groups as clusters.

    Example:
        >>> from cornu.visualization.diagram import Arrow
        >>> print(to_dot(Diagram((Box("x", "Input"), Box("y", "Dense")), (Arrow("x", "y"),))).splitlines()[-2])
        "x" -> "y" [label=""];
    """
    boxes = {box.key: box for box in diagram.boxes}
    grouped = {key for group in diagram.walk_groups() for key in group.boxes}
    lines = [
        "digraph model {",
        f'graph [rankdir={diagram.rankdir}, dpi={dpi:g}, splines=ortho, fontname="Helvetica"];',
        'node [shape=plaintext, fontname="Helvetica"];',
        'edge [color="#94a3b8"];',
        *(_box(box) for box in diagram.boxes if box.key not in grouped),
        *(line for group in diagram.groups for line in _cluster(group, boxes)),
        *(f"{_quoted(a.source)} -> {_quoted(a.target)} [label={_quoted(a.label)}];" for a in diagram.arrows),
        "}",
    ]
    return "\n".join(lines)


def _cluster(group: Group, boxes: dict[str, Box]) -> list[str]:
    title = f"{group.title} {group.subtitle}".strip()
    inner = [line for part in group.groups for line in _cluster(part, boxes)]
    head = [f"subgraph {_quoted('cluster_' + group.key)} {{", f"label={_quoted(title)};"]
    return [*head, *(_box(boxes[key]) for key in group.boxes), *inner, "}"]


def _box(box: Box) -> str:
    from cornu.visualization.svg import PALETTE  # with the layout, when something is drawn

    colours = PALETTE.get(box.kind, PALETTE["other"])
    head = f"<b>{_text(box.title)}</b>" + (f"<br/>{_text(box.subtitle)}" if box.subtitle else "")
    rows = [f'<tr><td colspan="2" bgcolor="{colours.head}">{head}</td></tr>']
    for label, value in box.rows:
        rows.append(f"<tr><td>{_text(label)}</td><td>{'<br/>'.join(map(_text, value.splitlines()))}</td></tr>")
    table = f'<table border="0" cellborder="1" cellspacing="0" color="{colours.outline}">{"".join(rows)}</table>'
    return f"{_quoted(box.key)} [label=<{table}>];"


def _text(text: str) -> str:
    """Text in an HTML-like label; Graphviz refuses formatting tags around nothing."""
    return escape(text) or " "


def _quoted(text: str) -> str:
    # A backslash before the closing quote would keep the string open.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
