"""Models of nested inputs and outputs: how data is matched, and what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cornu as keras
from cornu import layers
from cornu.core import tree
from cornu.core.errors import GraphError, StructureError

ONE = np.ones((2, 3), "float32")


def inputs(*names: str) -> list[Any]:
    return [keras.Input((3,), name=name) for name in names]


def shapes(structure: Any) -> Any:
    return tree.map_structure(lambda x: tuple(x.shape), structure)


STRUCTURES: dict[str, Any] = {
    "one": lambda a, b, c: (a, layers.Dense(2)(a)),
    "list of one": lambda a, b, c: ([a], [layers.Dense(2)(a)]),
    "list": lambda a, b, c: ([a, b, c], [a + b, b + c]),
    "tuple": lambda a, b, c: ((a, b), (a + b, a)),
    "dict": lambda a, b, c: ({"b": a, "a": b}, {"z": a * 2.0, "y": b}),
    "nested": lambda a, b, c: ({"x": [a, b], "y": (c,)}, {"p": [a + b, (c,)], "q": {"r": a + c}}),
    "list of dicts": lambda a, b, c: ([{"m": a}, {"n": b, "o": c}], [{"s": a + b}, c]),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_outputs_nest_as_given_also_after_a_config(name: str) -> None:
    given, wanted = STRUCTURES[name](*inputs("a", "b", "c"))
    model = keras.Model(given, wanted)
    values = iter(range(1, 9))
    data = tree.map_structure(lambda _: ONE * next(values), given)
    result = model(data)
    assert tree.same_structure(result, wanted)
    assert type(result) is type(wanted) or not tree.is_nested(wanted)
    again = keras.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    for one, other in zip(tree.flatten(result), tree.flatten(again(data)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert shapes(model.predict(data, verbose=0)) == shapes(result)


def test_dicts_go_by_key_not_by_order() -> None:
    a, b = inputs("a", "b")
    model = keras.Model({"left": a, "right": b}, a - b)
    np.testing.assert_array_equal(model({"right": ONE, "left": ONE * 3}), ONE * 2)


def test_lists_by_the_names_of_inputs() -> None:
    a, b = inputs("first", "second")
    model = keras.Model([a, b], a - b)
    np.testing.assert_array_equal(model({"second": ONE, "first": ONE * 3}), ONE * 2)
    np.testing.assert_array_equal(model([ONE * 3, ONE]), ONE * 2)
    np.testing.assert_array_equal(model((ONE * 3, ONE)), ONE * 2)


def test_two_inputs_and_one_array() -> None:
    a, b = inputs("first", "second")
    model = keras.Model([a, b], a - b, name="difference")
    with pytest.raises(StructureError) as error:
        model(ONE)
    assert str(error.value) == (
        "Model 'difference' needs 2 inputs: 'first' (None, 3), 'second' (None, 3); "
        "got 1 array nested as (2, 3). Pass one array for each input, in this order, or a dict by these names."
    )


def test_a_key_that_is_missing() -> None:
    a, b = inputs("first", "second")
    model = keras.Model({"left": a, "right": b}, a - b, name="difference")
    with pytest.raises(StructureError) as error:
        model({"left": ONE, "rigth": ONE})
    assert str(error.value) == (
        "Model 'difference' needs data for the inputs 'left', 'right'; got a dict with 'left', 'rigth'. Add 'right'."
    )


def test_an_input_that_is_its_own_output() -> None:
    (a,) = inputs("a")
    model = keras.Model(a, [a, layers.Dense(2)(a)])
    np.testing.assert_array_equal(model(ONE)[0], ONE)
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again(ONE)[0], ONE)


def test_an_input_that_leads_nowhere() -> None:
    a, b = inputs("a", "b")
    model = keras.Model([a, b], a * 2.0)
    again = keras.Model.from_config(model.get_config())
    assert [x.name for x in again.layers if isinstance(x, layers.InputLayer)] == ["a", "b"]
    np.testing.assert_array_equal(again([ONE, ONE]), ONE * 2)


def test_layers_are_no_tensors() -> None:
    (a,) = inputs("a")
    with pytest.raises(GraphError) as error:
        keras.Model(a, layers.Dense(2, name="d"), name="m")
    assert str(error.value) == (
        "Model 'm' needs symbolic tensors as outputs; got Dense. Pass the tensor that the layer returned, not the layer."
    )


def test_optional_inputs() -> None:
    a = keras.Input((3,), name="a")
    b = keras.Input((3,), name="b", optional=True)

    @keras.saving.register_keras_serializable("tests")
    class Sum(layers.Layer):
        def call(self, pair: Any) -> Any:
            x, y = pair
            return x if y is None else x + y

        def compute_output_shape(self, shape: Any) -> Any:
            return shape[0]

    model = keras.Model([a, b], Sum()([a, b]))
    np.testing.assert_array_equal(model([ONE, None]), ONE)
    np.testing.assert_array_equal(model([ONE, ONE]), ONE * 2)
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again([ONE, None]), ONE)


def test_named_sizes_survive_configs_and_clones() -> None:
    x = keras.Input(("time", 4), name="x")
    y = keras.Input(("time", 4), name="y")
    model = keras.Model([x, y], layers.Dense(2)(x + y))
    for copy in (keras.Model.from_config(model.get_config()), keras.models.clone_model(model)):
        assert [t.shape for t in copy.inputs] == [(None, "time", 4)] * 2
        assert copy.output_shape == (None, "time", 2)
        with pytest.raises(ValueError, match="one size for 'time' throughout"):
            copy([np.ones((2, 3, 4)), np.ones((2, 5, 4))])
