"""Where every box, frame and arrow of a diagram goes.

graphlay places one level at a time. A group is laid out first, as a picture of its own in
which each arrow that crosses its frame ends at an inlet or an outlet; then it is one large
box of the level above, and the arrows meet it exactly where its inlets and outlets are. So
no arrow passes through a frame that it has no business in, at any depth. (graphlay's own
compound nodes were tried: arrows ran through boxes in 107 of 300 random diagrams.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from cornu.visualization.diagram import Arrow, Diagram, Group, RankDir

Point = tuple[float, float]
Size = tuple[float, float]

_FRAME_PADDING = 16.0
_FRAME_HEADER = 28.0
_TITLE_CLEARANCE = 10.0
_MOST_WIDENING = 160.0
_STRAIGHT = 0.6  # the engine leaves steps of 0.5 px where ports are nearly opposite
_LEAST_CLEARANCE = 3.0
_OPTIONS: dict[str, Any] = {
    "spacing": {
        "layer_gap": 34.0,
        "node_gap": 28.0,
        "dummy_gap": 20.0,
        "port_gap": 16.0,
        "isolated_gap": 28.0,
        "stub": 12.0,
    },
}
_ROOMY = {**_OPTIONS["spacing"], "layer_gap": 60.0, "node_gap": 60.0}
# The first draws almost everything, with a straight main path. Of 2,842 levels of dense random
# diagrams with cycles it left a fault in 37; the others mended 31 of these.
_ATTEMPTS: tuple[dict[str, Any], ...] = (
    {},
    {"coords": {"placement": "brandes_koepf"}},
    {"spacing": _ROOMY},
    {
        "spacing": _ROOMY,
        "coords": {"placement": "brandes_koepf"},
        "routing": {"bundle_parallel": False},
    },
)


@dataclass(frozen=True)
class Sizes:
    """Widths and heights: of boxes and titles by key, of labels by position in ``arrows``."""

    boxes: Mapping[str, Size]
    titles: Mapping[str, Size]
    labels: Mapping[int, Size]


@dataclass(frozen=True)
class Rect:
    """An upright rectangle: left, top, width, height, in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def moved(self, dx: float, dy: float) -> Rect:
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True)
class Frame:
    """A group's frame, and within it the place of its title."""

    rect: Rect
    title: Rect


@dataclass
class Layout:
    """A placed diagram: ``routes[i]`` and ``labels[i]`` (its centre) belong to ``arrows[i]``."""

    width: float = 0.0
    height: float = 0.0
    boxes: dict[str, Rect] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)
    routes: dict[int, list[Point]] = field(default_factory=dict)
    labels: dict[int, Point] = field(default_factory=dict)

    def place(self, rect: Callable[[Rect], Rect], point: Callable[[Point], Point]) -> None:
        """Moves everything by the two given maps of the plane."""
        self.boxes = {key: rect(box) for key, box in self.boxes.items()}
        self.frames = {key: Frame(rect(frame.rect), rect(frame.title)) for key, frame in self.frames.items()}
        self.routes = {i: [point(p) for p in route] for i, route in self.routes.items()}
        self.labels = {i: point(p) for i, p in self.labels.items()}

    def crop(self, rects: list[Rect]) -> None:
        """Moves the top left corner of everything drawn to (0, 0) and takes its size."""
        points = [point for route in self.routes.values() for point in route]
        left = min([r.x for r in rects] + [x for x, _ in points])
        top = min([r.y for r in rects] + [y for _, y in points])
        self.width = max([r.right for r in rects] + [x for x, _ in points]) - left
        self.height = max([r.bottom for r in rects] + [y for _, y in points]) - top
        self.move(-left, -top)

    def move(self, dx: float, dy: float) -> None:
        self.place(lambda r: r.moved(dx, dy), lambda p: (p[0] + dx, p[1] + dy))


def layout(diagram: Diagram, sizes: Sizes) -> Layout:
    """Places ``diagram``, its top left corner at (0, 0), without a margin."""
    placer = _Placer(diagram.arrows, diagram.rankdir, sizes)
    grouped = {key for group in diagram.walk_groups() for key in group.boxes}
    free = tuple(box.key for box in diagram.boxes if box.key not in grouped)
    drawing = placer.arrange(free, diagram.groups)
    if diagram.rankdir in ("BT", "RL"):
        _mirror(drawing, vertical=diagram.rankdir == "BT")
    drawing.routes = {i: _simplified(route) for i, route in sorted(drawing.routes.items())}
    return drawing


@dataclass
class _Placer:
    """What stays the same while levels are laid out from the innermost outwards."""

    arrows: tuple[Arrow, ...]
    rankdir: RankDir
    sizes: Sizes

    @property
    def downwards(self) -> bool:
        return self.rankdir in ("TB", "BT")

    def arrange(self, boxes: tuple[str, ...], groups: tuple[Group, ...]) -> Layout:
        """The picture of one level; arrows that leave it end on its bounds."""
        framed = [self.framed(group) for group in groups]
        member = {key: i for i, key in enumerate(boxes)}
        pictures = dict(enumerate(framed, start=len(boxes)))
        for i, picture in pictures.items():
            member.update(dict.fromkeys(picture.boxes, i))
        nodes = [_node(self.sizes.boxes[key]) for key in boxes]
        nodes += [_node((picture.width, picture.height)) for picture in framed]
        edges: dict[int, dict[str, Any]] = {}
        for i, arrow in enumerate(self.arrows):
            source, target = member.get(arrow.source), member.get(arrow.target)
            elsewhere = source == target and (source is None or source in pictures)
            if not elsewhere:
                edges[i] = self._edge(i, (source, target), nodes, pictures)
        if not nodes:
            return Layout()
        members = len(boxes) + len(framed)
        anchors = _anchors(members, nodes, list(edges.values()))
        placed = self._solve(nodes, [*edges.values(), *anchors])
        return self._assemble(boxes, framed, dict(zip(edges, placed.edges, strict=False)), placed)

    def _edge(
        self,
        arrow: int,
        ends: tuple[int | None, int | None],
        nodes: list[dict[str, Any]],
        framed: Mapping[int, Layout],
    ) -> dict[str, Any]:
        """The engine's edge for an arrow; an end outside the level becomes an inlet or outlet."""
        edge: dict[str, Any] = {}
        for name, rank, end in zip(("source", "target"), ("first", "last"), ends, strict=True):
            if end is None:
                edge[name] = len(nodes)
                nodes.append(_node((1.0, 1.0), rank=rank))
                continue
            edge[name] = end
            if end in framed:
                edge[f"{name}_port"] = self._port(framed[end], arrow, name)
        if None not in ends and arrow in self.sizes.labels:
            width, height = self.sizes.labels[arrow]
            edge["label_size"] = {"width": width, "height": height}
        return edge

    def framed(self, group: Group) -> Layout:
        """The picture of a group with its frame and title around it."""
        picture = self.arrange(group.boxes, group.groups)
        title_width, title_height = self.sizes.titles[group.key]
        below = self.rankdir == "BT"  # the picture is mirrored later
        picture.move(_FRAME_PADDING, _FRAME_PADDING + (0.0 if below else _FRAME_HEADER))
        picture.width += 2 * _FRAME_PADDING
        picture.height += 2 * _FRAME_PADDING + _FRAME_HEADER
        self._make_room(picture, title_width)
        self._cross_frame(picture)
        y = picture.height - _FRAME_HEADER - 4.0 if below else 4.0
        y += (_FRAME_HEADER - title_height) / 2
        frame = Frame(
            Rect(0.0, 0.0, picture.width, picture.height),
            Rect(_FRAME_PADDING, y, title_width, title_height),
        )
        picture.frames = {group.key: frame} | picture.frames
        return picture

    def _cross_frame(self, picture: Layout) -> None:
        """Prolongs to the frame the routes that come from outside it or go there."""
        for i, route in picture.routes.items():
            if self.arrows[i].source not in picture.boxes:
                route.insert(0, self._on_border(picture, route[0], start=True))
            if self.arrows[i].target not in picture.boxes:
                route.append(self._on_border(picture, route[-1], start=False))

    def _make_room(self, picture: Layout, title_width: float) -> None:
        """Widens a frame for its title, and until the arrows that enter it do so in the middle.

        The engine aligns the middles of boxes, so an arrow that meets a frame elsewhere would
        bend on its way in and on its way out.
        """
        enter, leave = self._crossings(picture)
        if self.downwards:
            needed = _FRAME_PADDING + title_width + _TITLE_CLEARANCE
            through_header = leave if self.rankdir == "BT" else enter
            self._widen(picture, max(0.0, needed - min(through_header, default=needed)), 0.0)
        picture.width = max(picture.width, title_width + 2 * _FRAME_PADDING)
        enter, leave = self._crossings(picture)
        crossings = enter or leave
        if crossings:
            extent = picture.width if self.downwards else picture.height
            lean = min(crossings) + max(crossings) - extent
            if abs(lean) <= _MOST_WIDENING:
                self._widen(picture, max(0.0, -lean), max(0.0, lean))

    def _widen(self, picture: Layout, before: float, after: float) -> None:
        """Adds room at the two sides along which the arrows run."""
        if self.downwards:
            picture.move(before, 0.0)
            picture.width += before + after
        else:
            picture.move(0.0, before)
            picture.height += before + after

    def _crossings(self, picture: Layout) -> tuple[list[float], list[float]]:
        """Where arrows enter and leave a picture, along the sides by which they do."""
        axis = 0 if self.downwards else 1
        inside = picture.boxes
        routes = picture.routes.items()
        enter = [route[0][axis] for i, route in routes if self.arrows[i].source not in inside]
        leave = [route[-1][axis] for i, route in routes if self.arrows[i].target not in inside]
        return enter, leave

    def _on_border(self, picture: Layout, point: Point, start: bool) -> Point:
        if self.downwards:
            return (point[0], 0.0 if start else picture.height)
        return (0.0 if start else picture.width, point[1])

    def _port(self, picture: Layout, arrow: int, end: str) -> dict[str, Any]:
        """Where ``arrow`` meets a frame: -1 to 1 along the side by which it comes or goes."""
        point = picture.routes[arrow][-1 if end == "source" else 0]
        if self.downwards:
            side = "bottom" if end == "source" else "top"
            t = 2 * point[0] / picture.width - 1
        else:
            side = "right" if end == "source" else "left"
            t = 2 * point[1] / picture.height - 1
        return {"offset": {"side": side, "t": t}}

    def _solve(self, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> Any:
        """graphlay's answer with the fewest arrows through boxes; as a rule the first has none."""
        import graphlay  # 18 ms, and only who draws needs it

        direction = "topbottom" if self.downwards else "leftright"
        best, fewest = None, float("inf")
        for attempt in _ATTEMPTS:
            options = {"direction": direction, **_OPTIONS, **attempt}
            placed = graphlay.layout({"nodes": nodes, "edges": edges}, options=options)
            faults = _faults(placed)
            if faults < fewest:
                best, fewest = placed, faults
            if not faults:
                break
        return best

    def _assemble(
        self,
        boxes: tuple[str, ...],
        framed: list[Layout],
        edges: Mapping[int, Any],
        placed: Any,
    ) -> Layout:
        """One picture from the engine's answer and the groups' pictures."""
        rects = [_rect(node) for node in placed.nodes]
        drawing = Layout(boxes=dict(zip(boxes, rects, strict=False)))
        starts: dict[int, list[Point]] = {}
        ends: dict[int, list[Point]] = {}
        for picture, rect in zip(framed, rects[len(boxes) :], strict=False):
            picture.move(rect.x, rect.y)
            drawing.boxes |= picture.boxes
            drawing.frames |= picture.frames
            drawing.routes |= picture.routes
            drawing.labels |= picture.labels
            for i, route in picture.routes.items():
                (starts if self.arrows[i].source in picture.boxes else ends)[i] = route
        for i, edge in edges.items():
            between = [(p["x"], p["y"]) for p in edge["points"]]
            drawing.routes[i] = starts.get(i, []) + between + ends.get(i, [])
            if edge["label_anchor"]:
                drawing.labels[i] = (edge["label_anchor"]["x"], edge["label_anchor"]["y"])
        drawing.crop(rects)
        return drawing


def _node(size: Size, **fields: Any) -> dict[str, Any]:
    return {"size": {"width": size[0], "height": size[1]}, "shape": "box", "key": "", **fields}


def _faults(placed: Any) -> int:
    """How often an arrow touches a box that is not its own, or is slanted, or boxes overlap."""
    metrics = placed.metrics()
    clearance = metrics["min_edge_node_clearance"]
    slanted = sum(
        min(abs(p["x"] - q["x"]), abs(p["y"] - q["y"])) > _STRAIGHT
        for edge in placed.edges
        for p, q in pairwise(edge["points"])
    )
    touching = clearance is not None and clearance < _LEAST_CLEARANCE
    return metrics["node_edge_hits"] + metrics["node_overlaps"] + slanted + touching


def _anchors(members: int, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Edges, not drawn, that hold lone boxes of a group among its other boxes.

    The engine puts boxes without arrows below all others; there they would stand between an
    outlet and the frame.
    """
    if len(nodes) == members:
        return []
    tied = {e[name] for e in edges if e["source"] != e["target"] for name in ("source", "target")}
    anchors: list[dict[str, Any]] = []
    for lone in sorted(set(range(members)) - tied):
        anchors.append({"source": len(nodes), "target": lone})
        nodes.append(_node((1.0, 1.0), rank="first"))
    return anchors


def _rect(node: Mapping[str, Any]) -> Rect:
    width, height = node["size"]["width"], node["size"]["height"]
    return Rect(node["center"]["x"] - width / 2, node["center"]["y"] - height / 2, width, height)


def _mirror(drawing: Layout, vertical: bool) -> None:
    width, height = drawing.width, drawing.height
    if vertical:
        drawing.place(lambda r: replace(r, y=height - r.bottom), lambda p: (p[0], height - p[1]))
    else:
        drawing.place(lambda r: replace(r, x=width - r.right), lambda p: (width - p[0], p[1]))


def _simplified(route: list[Point]) -> list[Point]:
    """The route without repeated points and points on a straight line between two others.

    The engine leaves steps of up to 0.5 px where a port is nearly opposite; they are taken
    out with the points, so a nearly straight arrow is two points.
    """
    kept: list[Point] = []
    for point in route:
        if kept and abs(point[0] - kept[-1][0]) < 0.01 and abs(point[1] - kept[-1][1]) < 0.01:
            continue
        if len(kept) > 1 and (
            all(abs(p[0] - point[0]) <= _STRAIGHT for p in kept[-2:])
            or all(abs(p[1] - point[1]) <= _STRAIGHT for p in kept[-2:])
        ):
            kept.pop()
        kept.append(point)
    return kept
