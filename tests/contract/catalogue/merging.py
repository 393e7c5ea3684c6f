"""Lines of ``layers/merging``."""

from tests.contract.catalogue.line import Line, lines

PAIR = [(2, 3, 4), (2, 3, 4)]
LINES = [
    *(
        Line(layer, shapes, unknown=unknown)
        for layer in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
        for shapes, unknown in (
            (PAIR, [(None, None, 4), (None, 3, 4)]),
            ([(2, 3, 4), (2, 1, 4)], [(None, None, 4), (None, 1, 4)]),
            ([(2, 4), (2, 3, 4)], [(None, 4), (None, None, None)]),
        )
    ),
    *lines("Add", [(2, 3), (2, 1), (2, 3)], {}),
    *lines("Average", [(2, 3), (2, 3), (2, 3)], {}),
    *lines("Average", PAIR, {}, dtype="int32"),
    *lines("Multiply", PAIR, {}, dtype="int32"),
    *lines("Maximum", [(2, 3)], {}),
    *lines("Concatenate", PAIR, {}, {"axis": 1}, {"axis": -2}, unknown=[(None, None, 4), (None, 3, 4)]),
    *lines("Concatenate", [(2, 1), (2, 3), (2, 2)], {}),
    *lines("Concatenate", PAIR, {}, dtype="int32"),
    *lines("Concatenate", [(2, 3), (3, 3)], {"axis": 0}),
    *lines("Dot", [(2, 3), (2, 3)], {"axes": 1}, {"axes": -1, "normalize": True}),
    *lines("Dot", [(2, 3, 4), (2, 5, 4)], {"axes": 2}, {"axes": [-1, 2]}, {"axes": (2, 2), "normalize": True}),
    *lines("Dot", [(2, 3, 4), (2, 4, 5)], {"axes": (2, 1)}, unknown=[(None, None, 4), (None, 4, None)]),
    *lines("Dot", [(2, 3, 4, 2), (2, 4)], {"axes": (2, 1)}),
    *lines("Dot", [(2, 3), (2, 3)], {"axes": 1}, dtype="int32"),
]
