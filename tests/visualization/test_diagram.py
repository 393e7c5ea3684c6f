"""A diagram that cannot be drawn is refused when it is made, with the reason."""

import pytest

from cornu.visualization.diagram import Arrow, Box, Diagram, Group

X, Y = Box("x", "Input"), Box("y", "Dense")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Diagram((X,), rankdir="down"),
            "rankdir needs 'TB', 'LR', 'BT' or 'RL'; got 'down'. Pass 'TB' to draw from top to bottom.",
        ),
        (
            lambda: Diagram((X, X)),
            "Each box of a diagram needs a key of its own; got 'x' twice. Rename one of the two.",
        ),
        (
            lambda: Diagram((X, Y), (Arrow("x", "z"),)),
            "An arrow needs the keys of boxes in the diagram; got 'z'. Add a Box with this key.",
        ),
        (
            lambda: Diagram((X,), (), (Group("g", "g", ("y",)),)),
            "A group needs the keys of boxes in the diagram; got 'y'. Add a Box with this key.",
        ),
        (
            lambda: Diagram((X,), (), (Group("g", "g", ("x",), (Group("h", "h", ("x",)),)),)),
            "Each group member of a diagram needs a key of its own; got 'x' twice. Rename one of the two.",
        ),
    ],
)
def test_refusal(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == message
