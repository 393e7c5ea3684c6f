"""The SVG is valid, holds every text whole and within its box, and is the same each time."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given

from cornu.visualization import svg, text
from cornu.visualization.diagram import Arrow, Box, Diagram
from cornu.visualization.layout import layout
from tests.visualization import examples

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<a & \"b\"> 'c' ]]> \x00\x1b\ufffe <script>alert(1)</script>"


def number(element, name):
    return float(element.get(name))


@pytest.mark.parametrize("example", ["ticket", "resnet", "nested"])
def test_text_lies_within_its_box(example):
    diagram = getattr(examples, example)()
    boxes = layout(diagram, svg.measure(diagram)).boxes
    tree = ElementTree.fromstring(svg.to_svg(diagram))
    drawn = [g for g in tree.iter(f"{SVG}g") if (g.get("class") or "").startswith("box ")]
    assert len(drawn) == len(diagram.boxes)
    for box, element in zip(diagram.boxes, drawn, strict=True):
        rect, lines = boxes[box.key], list(element.iter(f"{SVG}text"))
        bottoms = []
        for line in lines:
            assert number(line, "x") >= rect.x + 8
            assert number(line, "x") + number(line, "textLength") <= rect.right - 8
            assert rect.y + 8 <= number(line, "y") <= rect.bottom - 6
            bottoms.append((number(line, "y"), number(line, "x"), number(line, "textLength")))
        # No two texts on one line of the box run into each other.
        for (y, x, width), (next_y, next_x, _) in zip(sorted(bottoms), sorted(bottoms)[1:], strict=False):
            assert next_y - y > 10 or next_x >= x + width + 5


def test_every_text_is_there_whole():
    diagram = examples.nested()
    texts = [t.text for t in ElementTree.fromstring(svg.to_svg(diagram)).iter(f"{SVG}text")]
    for box in diagram.boxes:
        assert box.title in texts and box.subtitle in texts
    assert "a_projection_head_with_a_long_name" in texts


def test_a_box_grows_with_its_name():
    name = "block14_sepconv2_with_a_name_that_nobody_would_want_to_type_twice" * 3
    diagram = Diagram((Box("x", "Dense", name),))
    width, _ = svg.measure(diagram).boxes["x"]
    assert width >= text.text_width(name, 11) + 20
    assert f">{name}</text>" in svg.to_svg(diagram)


def test_names_are_data_and_never_markup():
    box = Box("x", NASTY, NASTY, ((NASTY, NASTY + "\n" + NASTY),), NASTY)
    markup = svg.to_svg(Diagram((box,), (Arrow("x", "x", NASTY),)))
    tree = ElementTree.fromstring(markup)
    assert not list(tree.iter(f"{SVG}script"))
    seen = [t.text for t in tree.iter(f"{SVG}text")]
    readable = NASTY.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\ufffe", "\ufffd")
    assert seen.count(readable) == 6


def test_tooltip_says_what_the_box_says_unless_given():
    tips = [
        e.text
        for e in ElementTree.fromstring(
            svg.to_svg(Diagram((Box("a", "Dense", "d", (("output", "(1,)"),)), Box("b", "B", tooltip="more"))))
        ).iter(f"{SVG}title")
    ]
    assert tips == ["Dense\nd\noutput: (1,)", "more"]


@given(examples.diagrams(models=False))
def test_same_diagram_same_characters_and_valid_numbers(diagram):
    markup = svg.to_svg(diagram)
    assert markup == svg.to_svg(diagram)
    tree = ElementTree.fromstring(markup)
    assert not re.search(r'="[^"]*(nan|inf|e[-+]\d)[^"]*"', re.sub(r">[^<]*<", "><", markup))
    width, height = number(tree, "width"), number(tree, "height")
    for rect in tree.iter(f"{SVG}rect"):
        assert number(rect, "width") <= width and number(rect, "height") <= height


def test_every_kind_has_readable_colours():
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for kind, colours in svg.PALETTE.items():
        contrast = (luminance(colours.head) + 0.05) / (luminance(colours.title) + 0.05)
        assert contrast >= 4.5, f"{kind}: {contrast:.1f} (WCAG 2.2, 1.4.3 asks for 4.5)"
