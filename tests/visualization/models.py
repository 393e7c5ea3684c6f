"""Models in the way that pictures and tables meet them: layers with a graph inside."""

from __future__ import annotations

from types import SimpleNamespace

import jax.numpy as jnp

from cornu.core import tree
from cornu.core.graph import Graph
from cornu.core.op import op
from cornu.layers.core.dense import Dense
from cornu.layers.core.input_layer import Input
from cornu.layers.layer import Layer


class Functional(Layer):
    """A layer that runs a graph."""

    def __init__(self, inputs, outputs, name):
        super().__init__(name=name)
        graph = Graph(tree.flatten(inputs), tree.flatten(outputs), name)
        self.functional = SimpleNamespace(graph=graph)
        self.layers = [operation for operation in graph.operations if isinstance(operation, Layer)]
        self.built = True

    def call(self, *inputs):
        outputs = self.functional.graph.run(tree.flatten(list(inputs)))
        return outputs if len(outputs) > 1 else outputs[0]


class Add(Layer):
    def call(self, tensors):
        return sum(tensors[1:], tensors[0])


@op
def fold(x):
    return jnp.sin(x)


def residual(name="residual"):
    inputs = Input((8,), name=f"{name}_in")
    x = Dense(16, name=f"{name}_first")(inputs)
    return Functional(inputs, Add(name=f"{name}_add")([x, Dense(16, name=f"{name}_second")(x)]), name)


def nested():
    """Two inputs through a shared encoder, then two heads in a model inside a model."""
    code = Input((16,), name="code")
    heads = Functional(code, [Dense(4, name="aside")(code), Dense(2, name="class")(code)], "heads")
    inner = Input((16,), name="inner_in")
    outer = Functional(inner, list(heads(fold(inner))), "outer")
    left, right = Input((8,), name="left"), Input((8,), name="right")
    encoder = residual("encoder")
    aside, chosen = outer(Add(name="merge")([encoder(left), encoder(right)]))
    return Functional([left, right], [aside, Dense(3, name="last")(chosen)], "whole")
