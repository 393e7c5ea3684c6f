"""The DOT text names every box, arrow and cluster, and names in it are data."""

import re

import pytest

from cornu.visualization.diagram import Arrow, Box, Diagram
from cornu.visualization.dot import to_dot
from cornu.visualization.plot_model import model_to_dot
from tests.visualization import examples, models


def test_boxes_arrows_and_clusters():
    diagram = examples.nested()
    text = to_dot(diagram)
    assert text.count("{") == text.count("}") == 1 + len(list(diagram.walk_groups()))
    assert text.count(" -> ") == len(diagram.arrows)
    for box in diagram.boxes:
        assert len(re.findall(rf'^"{box.key}" \[label=<', text, re.MULTILINE)) == 1
    outer, inner = text.index('"cluster_encoder"'), text.index('"cluster_head"')
    assert outer < inner < text.index('"h1" [') < text.index('"cluster_decoder"')


def test_names_are_data():
    nasty = 'a"b\\" ]; <b> & \\'
    text = to_dot(Diagram((Box(nasty, nasty),), (Arrow(nasty, nasty, nasty),)))
    quoted = r'"a\"b\\\" ]; <b> & \\"'
    assert f"{quoted} -> {quoted} [label={quoted}];" in text
    assert "<b>a&quot;b\\&quot; ]; &lt;b&gt; &amp; \\</b>" in text


def test_a_model():
    dot = model_to_dot(models.residual(), show_shapes=True)
    text = dot.to_string()
    assert '"residual_first" -> "residual_second"' in text
    assert "(None, 16)<br/>(None, 16)" in text
    assert dot._repr_svg_().startswith("<svg")
    with pytest.raises(ValueError, match=r"^model_to_dot needs arguments that it knows; got subgraph=\."):
        model_to_dot(models.residual(), subgraph=True)
