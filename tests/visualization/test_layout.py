"""Boxes stand apart, arrows keep out of boxes and of frames that are not theirs."""

import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given

from cornu.visualization.diagram import Arrow, Box, Diagram, Group
from cornu.visualization.layout import Rect, layout
from cornu.visualization.svg import measure
from tests.visualization import examples


def placed(diagram):
    return layout(diagram, measure(diagram))


def overlap(a: Rect, b: Rect, slack: float = 0.6) -> bool:
    return a.x < b.right - slack and b.x < a.right - slack and a.y < b.bottom - slack and b.y < a.bottom - slack


def segments(route):
    for (x0, y0), (x1, y1) in pairwise(route):
        yield Rect(min(x0, x1), min(y0, y1), abs(x1 - x0) + 1.3, abs(y1 - y0) + 1.3).moved(-0.65, -0.65)


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x - 0.01
        and inner.y >= outer.y - 0.01
        and inner.right <= outer.right + 0.01
        and inner.bottom <= outer.bottom + 0.01
    )


def on_border(point, rect: Rect) -> bool:
    x, y = point
    at_side = min(abs(x - rect.x), abs(x - rect.right)) < 0.01 and rect.y <= y <= rect.bottom
    at_end = min(abs(y - rect.y), abs(y - rect.bottom)) < 0.01 and rect.x <= x <= rect.right
    return at_side or at_end


def assert_complete(diagram):
    """Everything is there, boxes and frames stand apart, arrows begin and end at their boxes."""
    drawing = placed(diagram)
    boxes, canvas = drawing.boxes, Rect(0, 0, drawing.width, drawing.height)
    assert boxes.keys() == {box.key for box in diagram.boxes}
    assert not [(a, b) for a, b in combinations(boxes, 2) if overlap(boxes[a], boxes[b])]
    assert all(inside(box, canvas) for box in boxes.values())
    assert drawing.routes.keys() == set(range(len(diagram.arrows)))
    for i, route in drawing.routes.items():
        assert on_border(route[0], boxes[diagram.arrows[i].source])
        assert on_border(route[-1], boxes[diagram.arrows[i].target])
    for group in diagram.walk_groups():
        frame, members = drawing.frames[group.key], contents(group)
        assert inside(frame.rect, canvas) and inside(frame.title, frame.rect)
        assert all(inside(drawing.frames[part.key].rect, frame.rect) for part in group.walk())
        for key, box in boxes.items():
            assert inside(box, frame.rect) if key in members else not overlap(box, frame.rect)
            assert not overlap(box, frame.title)
    return drawing


def contents(group):
    return {key for part in group.walk() for key in part.boxes}


def assert_drawn_well(diagram):
    """Moreover arrows are level or upright, and touch only the boxes and frames of their ends."""
    drawing = assert_complete(diagram)
    for i, route in drawing.routes.items():
        arrow = diagram.arrows[i]
        obstacles = list(drawing.boxes.values()) + [
            drawing.frames[group.key].rect
            for group in diagram.walk_groups()
            if not contents(group) & {arrow.source, arrow.target}
        ]
        for segment in segments(route):
            assert min(segment.width, segment.height) < 2.0, f"slanted: {route}"
            assert not [o for o in obstacles if overlap(segment, o, 1.3)], f"hit: {route}"
    return drawing


@pytest.mark.parametrize("rankdir", ["TB", "LR", "BT", "RL"])
@pytest.mark.parametrize("example", ["ticket", "resnet", "nested"])
def test_models_of_the_guide(example, rankdir):
    assert_drawn_well(getattr(examples, example)(rankdir))


@given(examples.diagrams(models=True))
def test_any_model(diagram):
    assert_drawn_well(diagram)


@given(examples.diagrams(models=False))
def test_any_diagram(diagram):
    assert_complete(diagram)


@pytest.mark.parametrize(("rankdir", "axis", "sign"), [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)])
def test_a_chain_is_one_straight_line_in_its_direction(rankdir, axis, sign):
    drawing = assert_drawn_well(examples.chain(20, rankdir))
    assert all(len(route) == 2 for route in drawing.routes.values())
    starts = [sign * drawing.routes[i][0][axis] for i in range(19)]
    assert starts == sorted(starts)
    assert len({round(drawing.routes[i][0][1 - axis]) for i in range(19)}) == 1


def test_a_skip_runs_beside_the_boxes_that_it_skips():
    diagram = examples.resnet()
    drawing = placed(diagram)
    skip = drawing.routes[diagram.arrows.index(Arrow("pool", "add"))]
    skipped = [drawing.boxes[key] for key in ("conv_2", "conv_3")]
    beside = max(x for x, _ in skip)
    assert beside >= max(box.right for box in skipped) + 10
    main = [drawing.boxes[key] for key in ("img", "pool", "conv_2", "add", "add_1", "out")]
    assert len({box.x + box.width / 2 for box in main}) == 1, "the main path is not straight"


def test_title_of_a_frame_keeps_clear_of_arrows():
    for rankdir in ("TB", "LR", "BT", "RL"):
        drawing = placed(examples.nested(rankdir))
        titles = [frame.title for frame in drawing.frames.values()]
        parts = [part for route in drawing.routes.values() for part in segments(route)]
        assert not [1 for title in titles for part in parts if overlap(part, title)]


def test_double_arrows_and_loops_are_all_seen():
    edges = examples.arrows("x x", "x add", "x add")
    drawing = assert_drawn_well(Diagram((Box("x", "Input"), Box("add", "Add")), edges))
    assert len({tuple(route) for route in drawing.routes.values()}) == 3


def test_empty_diagram_and_empty_group():
    assert placed(Diagram(())).boxes == {}
    assert_drawn_well(Diagram((Box("x", "x"),), (), (Group("g", "empty"),)))


def test_313_boxes_take_less_than_a_second():
    diagram = examples.inception()
    assert len(diagram.boxes) == 313
    start = time.process_time()
    placed(diagram)
    assert time.process_time() - start < 1.0  # 0.06 s on two cores of 2026
    assert_drawn_well(diagram)
