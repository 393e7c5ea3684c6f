"""Graphs: order, depth, cuts."""

from __future__ import annotations

import numpy as np

import cornu as keras
from cornu import layers, ops
from cornu.core.graph import Graph


def test_each_call_comes_after_those_it_depends_on():
    x = keras.Input((3,))
    a = layers.Dense(3)(x)
    b = layers.Dense(3)(a)
    c = layers.add([a, b])
    graph = Graph([x], [c])
    made = {id(x)}
    for node in graph.nodes:
        assert all(id(t) in made for t in node.inputs)
        made.update(id(t) for t in node.results)


def test_shared_layers_are_one_operation_with_several_calls():
    x, y = keras.Input((3,)), keras.Input((3,))
    dense = layers.Dense(2)
    graph = Graph([x, y], [dense(x), dense(y)])
    assert graph.operations.count(dense) == 1 and len(graph.nodes) == 2


def test_a_graph_runs_on_values():
    x = keras.Input((3,))
    graph = Graph([x], [ops.multiply(x, 2.0) + x])
    (result,) = graph.run([np.ones((2, 3), "float32")])
    np.testing.assert_array_equal(result, np.full((2, 3), 3.0))


def test_depth_is_no_limit():
    x = first = keras.Input((1,))
    for _ in range(3000):
        x = x + 1.0
    graph = Graph([first], [x])
    assert len(graph.nodes) == 3000
    assert float(graph.run([np.zeros((1, 1), "float32")])[0][0, 0]) == 3000.0
