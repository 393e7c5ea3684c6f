"""A model's picture shows each layer once, each tensor as an arrow, models inside as frames."""

import pytest

from cornu import utils
from cornu.layers.core.dense import Dense
from cornu.visualization.diagram import Arrow
from cornu.visualization.plot_model import Details, model_diagram, plot_model
from cornu.visualization.render import Picture
from tests.visualization import models


@pytest.fixture(scope="module")
def model():
    utils.clear_session()  # names that count up are the same whatever ran before
    return models.nested()


def test_nested_models_are_boxes_unless_expanded(model):
    diagram = model_diagram(model, Details())
    assert [(box.key, box.title, box.kind) for box in diagram.boxes] == [
        ("left", "InputLayer", "input"),
        ("right", "InputLayer", "input"),
        ("encoder", "Functional", "model"),
        ("merge", "Add", "merge"),
        ("outer", "Functional", "model"),
        ("last", "Dense", "output"),
    ]
    pairs = [("left", "encoder"), ("right", "encoder"), ("encoder", "merge"), ("encoder", "merge")]
    pairs += [("merge", "outer"), ("outer", "last")]
    assert sorted(diagram.arrows, key=str) == sorted((Arrow(*pair) for pair in pairs), key=str)
    assert diagram.groups == ()


def test_expanded_models_are_frames_and_arrows_reach_into_them(model):
    diagram = model_diagram(model, Details(), expand_nested=True)
    arrows = {(arrow.source, arrow.target) for arrow in diagram.arrows}
    assert {("left", "encoder/encoder_in"), ("right", "encoder/encoder_in")} <= arrows
    assert ("encoder/encoder_add", "merge") in arrows
    assert ("outer/fold", "outer/heads/code") in arrows
    assert ("outer/heads/class", "last") in arrows
    encoder, outer = diagram.groups
    assert (encoder.title, encoder.subtitle, len(encoder.boxes)) == ("encoder", "Functional", 4)
    assert [group.boxes for group in outer.groups] == [("outer/heads/code", "outer/heads/aside", "outer/heads/class")]
    kinds = {box.key: box.kind for box in diagram.boxes}
    # The model returns what "aside" and "last" return; "class" is an output of inner models alone.
    assert [key for key, kind in kinds.items() if kind == "output"] == ["outer/heads/aside", "last"]


def test_details_become_rows():
    details = Details(shapes=True, dtype=True, names=True, activations=True, trainable=True)
    boxes = {box.key: box for box in model_diagram(models.residual(), details).boxes}
    assert boxes["residual_in"].rows == (("output", "(None, 8)"), ("dtype", "float32"))
    assert boxes["residual_add"].rows[0] == ("input", "(None, 16)\n(None, 16)")
    assert boxes["residual_first"].subtitle == "residual_first"
    assert boxes["residual_first"].rows == (
        ("input", "(None, 8)"),
        ("output", "(None, 16)"),
        ("dtype", "float32"),
        ("activation", "linear"),
        ("trainable", "yes"),
    )


@pytest.mark.parametrize(("name", "start"), [("m.png", b"\x89PNG"), ("m.svg", b"<svg"), ("m", b"\x89PNG")])
def test_file(tmp_path, name, start):
    picture = plot_model(models.residual(), tmp_path / name, dpi=40)
    assert isinstance(picture, Picture)
    written = tmp_path / (name if "." in name else "m.png")
    assert written.read_bytes().startswith(start)


def test_no_file_if_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plot_model(models.residual(), to_file=None)
    assert not list(tmp_path.iterdir())


def test_a_layer_without_a_graph_is_one_box():
    layer = Dense(3)
    layer.build((None, 2))
    assert [box.title for box in model_diagram(layer, Details()).boxes] == ["Dense"]


def test_refusals():
    with pytest.raises(ValueError) as error:
        plot_model(Dense(3, name="plain"), to_file=None)
    assert str(error.value) == (
        "plot_model of 'plain' needs a model whose layers are connected; got one that has not been built. "
        "Begin it with Input(shape=...), or call it on data first."
    )
    with pytest.raises(ValueError) as error:
        plot_model(models.residual(), to_file=None, show_layers=True)
    assert str(error.value) == (
        "plot_model needs arguments that it knows; got show_layers=. "
        "Leave them out; help(plot_model) lists those there are."
    )
