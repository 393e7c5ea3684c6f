"""What pictures and tables say of a model: its graph, and each layer's kind, shapes and calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cornu.core.errors import show_shape
from cornu.core.graph import Graph, Node, Operation
from cornu.core.op import FunctionCall
from cornu.core.spec import KerasTensor
from cornu.layers.layer import Layer

# The first that matches the whole name of the class, or of one it derives from.
_KINDS: tuple[tuple[str, str], ...] = (
    ("input", r"InputLayer"),
    ("recurrent", r".*(LSTM|GRU|RNN)(Cell)?|StackedRNNCells|Bidirectional|TimeDistributed"),
    ("attention", r".*Attention"),
    ("convolution", r".*Conv\dD(Transpose)?"),
    ("pooling", r".*Pool(ing)?\dD"),
    ("normalization", r".*Normalization"),
    ("embedding", r".*Embedding"),
    ("regularization", r".*Dropout(\dD)?|Gaussian(Noise|Dropout)|ActivityRegularization|Masking"),
    ("merge", r"Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot|Merge"),
    ("activation", r"Activation|.*(ReLU|ELU|Softmax)|Softmax"),
    ("reshape", r"Reshape|Flatten|Permute|RepeatVector|(Cropping|ZeroPadding|UpSampling)\dD"),
    ("core", r"(Einsum)?Dense"),
)


def graph_of(operation: Any) -> Graph | None:
    """The graph of a functional model or a built sequential one; None for whatever else is called."""
    functional = getattr(operation, "functional", None)
    graph = getattr(functional, "graph", None)
    return graph if isinstance(graph, Graph) else None


def kind_of(operation: Operation) -> str:
    """What an operation is coloured by, a key of ``svg.PALETTE``."""
    if graph_of(operation) is not None:
        return "model"
    names = [cls.__name__ for cls in type(operation).__mro__]
    return next((kind for kind, form in _KINDS if any(re.fullmatch(form, name) for name in names)), "other")


def type_of(operation: Operation) -> str:
    """The class of a layer, the name of a function."""
    if isinstance(operation, FunctionCall):
        return getattr(operation.function, "__name__", "function")
    return type(operation).__name__


def calls_in(graph: Graph) -> dict[int, list[Node]]:
    """The calls that belong to ``graph``, of each operation by its id."""
    calls: dict[int, list[Node]] = {}
    for node in graph.nodes:
        calls.setdefault(id(node.operation), []).append(node)
    for tensor in graph.inputs:
        if tensor.node is not None:
            calls.setdefault(id(tensor.node.operation), []).append(tensor.node)
    return calls


def shapes(tensors: Sequence[KerasTensor], separator: str) -> str:
    """The tensors' shapes, one after another."""
    return separator.join(show_shape(t.shape) for t in tensors)


def is_trained(operation: Operation) -> bool | None:
    """Whether an operation's weights are trained; None if it has none."""
    if not isinstance(operation, Layer) or not operation.weights:
        return None
    return bool(operation.trainable_weights)


def is_chain(graph: Graph) -> bool:
    """Whether each call takes what the one before it returned, and nothing else."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        return False
    uses: dict[int, int] = {}
    for node in graph.nodes:
        if len(node.inputs) != 1 or len(node.results) != 1:
            return False
        uses[id(node.inputs[0])] = uses.get(id(node.inputs[0]), 0) + 1
    once_each = all(len(calls) == 1 for calls in calls_in(graph).values())
    return once_each and all(count == 1 for count in uses.values())
