"""The table says what Keras's says, and never cuts a name."""

import re

import keras
import pytest

from cornu.layers.core.dense import Dense
from cornu.layers.core.input_layer import Input
from cornu.visualization.summary import summary
from tests.visualization import models


def text(model, **arguments):
    printed = []
    summary(model, print_fn=printed.append, **arguments)
    assert len(printed) == 1
    return printed[0]


def cells(table):
    """The table's rows, cells that go on in a next line joined, without spaces."""
    rows = [[]]
    for line in table.splitlines():
        if line[:1] in "┏┡├└":
            rows.append([])
        elif line[:1] in ("│", "┃"):
            parts = [part.strip() for part in line[1:-1].split(line[0])]
            rows[-1] = [a + b for a, b in zip(rows[-1] or [""] * len(parts), parts, strict=True)]
    return [[re.sub(r"\s", "", cell) for cell in row] for row in rows if row]


def keras_residual(name="residual"):
    inputs = keras.Input((8,), name=f"{name}_in")
    x = keras.layers.Dense(16, name=f"{name}_first")(inputs)
    y = keras.layers.Add(name=f"{name}_add")([x, keras.layers.Dense(16, name=f"{name}_second")(x)])
    return keras.Model(inputs, y, name=name)


@pytest.mark.parametrize("show_trainable", [False, True])
def test_same_cells_and_totals_as_keras(show_trainable, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # Keras cuts what does not fit in a terminal
    printed = []
    theirs, ours = keras_residual(), models.residual()
    for model in (theirs, ours):
        next(layer for layer in model.layers if layer.name == "residual_second").trainable = False
    theirs.summary(print_fn=printed.append, line_length=120, show_trainable=show_trainable)
    mine = text(ours, line_length=120, show_trainable=show_trainable)
    assert cells(mine) == cells(printed[0])
    assert mine.splitlines()[-3:] == printed[0].rstrip().splitlines()[-3:]
    assert mine.splitlines()[0] == 'Model: "residual"'


def test_a_chain_has_no_column_of_connections():
    inputs = Input((8,), name="x")
    model = models.Functional(inputs, Dense(2, name="y")(Dense(4, name="h")(inputs)), "chain")
    assert cells(text(model)) == [
        ["Layer(type)", "OutputShape", "Param#"],
        ["x(InputLayer)", "(None,8)", "0"],
        ["h(Dense)", "(None,4)", "36"],
        ["y(Dense)", "(None,2)", "10"],
    ]


def test_a_sequential_model_does_not_list_its_input():
    inputs = Input((8,), name="x")
    model = models.Functional(inputs, Dense(4, name="h")(inputs), "chain")
    model.layers = model.layers[1:]  # as Sequential.layers has it
    assert [row[0] for row in cells(text(model))[1:]] == ["h(Dense)"]


@pytest.mark.parametrize("line_length", [40, 60, 80, None])
def test_no_name_is_cut(line_length):
    name = "block14_sepconv2_whose_name_is_much_longer_than_anybody_would_like_to_type"
    table = text(models.residual(name), line_length=line_length)
    assert "…" not in table
    assert f"{name}_first(Dense)" in [row[0] for row in cells(table)]
    if line_length is not None:
        assert max(map(len, table.splitlines()[1:])) <= line_length


def test_nested_models():
    model = models.nested()
    assert [row[0] for row in cells(text(model))][3:] == [
        "encoder(Functional)",
        "merge(Add)",
        "outer(Functional)",
        "last(Dense)",
    ]
    names = [line.split("│")[1].rstrip() for line in text(model, expand_nested=True).splitlines() if "└ " in line]
    assert names == [
        " └ encoder_in (InputLayer)",
        " └ encoder_first (Dense)",
        " └ encoder_second (Dense)",
        " └ encoder_add (Add)",
        " └ inner_in (InputLayer)",
        names[5],  # the function's name is numbered through the process
        " └ heads (Functional)",
        "    └ code (InputLayer)",
        "    └ aside (Dense)",
        "    └ class (Dense)",
    ]
    merge = next(row for row in cells(text(model)) if row[0] == "merge(Add)")
    assert merge[3] == "encoder[0][0],encoder[1][0]"


def test_layer_range():
    rows = cells(text(models.residual(), layer_range=[".*first", "residual_second"]))
    assert [row[0] for row in rows[1:]] == ["residual_first(Dense)", "residual_second(Dense)"]
    with pytest.raises(ValueError) as error:
        text(models.residual(), layer_range=["residual_in", "nothing"])
    assert str(error.value) == (
        "layer_range needs names of layers of the model (residual_in, residual_first, residual_second, residual_add); "
        "got 'nothing'. Choose among these."
    )


def test_positions_say_where_columns_end():
    head = text(models.residual(), line_length=100, positions=[0.3, 0.5, 0.6, 1.0]).splitlines()[1]
    assert [m.start() for m in re.finditer("[┳┓]", head)] == [30, 50, 60, 100]
    with pytest.raises(ValueError, match=r"^positions needs 4 rising ends of columns at least 5 characters wide; got"):
        text(models.residual(), positions=[0.5, 1.0])


def test_printed_whole_when_piped(capsys):
    summary(models.residual("a_name_that_makes_the_table_wider_than_eighty_characters"))
    assert "a_name_that_makes_the_table_wider_than_eighty_characters_second (Dense)" in capsys.readouterr().out


def test_unbuilt_layers_say_so():
    layer = models.Add(name="plain")
    layer.layers = [Dense(3, name="inside")]
    assert cells(text(layer))[1] == ["inside(Dense)", "?", "0(unbuilt)"]
