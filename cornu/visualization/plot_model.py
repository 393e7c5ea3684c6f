"""A model's graph of layers as a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from cornu.core.errors import explain
from cornu.core.graph import Graph, Node, Operation
from cornu.core.spec import KerasTensor
from cornu.visualization.diagram import Arrow, Box, Diagram, Group, RankDir
from cornu.visualization.dot import Dot
from cornu.visualization.reading import calls_in, graph_of, is_trained, kind_of, shapes, type_of
from cornu.visualization.render import Picture


@dataclass(frozen=True)
class Details:
    """What a layer's box says besides the layer's type."""

    shapes: bool = False
    dtype: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False


def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: RankDir = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Picture:
    """Draw a model's layers and how they are connected. Needs no Graphviz.

    Args:
        model: a functional or sequential model; any other is drawn as one box.
        to_file: a file's name ending in .png or .svg, .png being added if it has no ending; None writes no file.
        show_shapes: whether boxes show the shapes of inputs and outputs.
        show_dtype: whether boxes show the dtypes of outputs.
        show_layer_names: whether boxes show the layers' names below their types.
        rankdir: where the arrows run to: "TB" (down), "LR" (to the right), "BT" (up), "RL".
        expand_nested: whether models inside the model are drawn as frames with their layers, to any depth.
        dpi: pixels to the inch of a .png.
        show_layer_activations: whether boxes show activation functions.
        show_trainable: whether boxes of layers with weights show if these are trained.
        splines: accepted; arrows always run at right angles and past boxes.

    Returns:
        The picture, which notebooks display; ``save`` writes it to further files.

    Raises:
        ValueError: the model has no layers yet, or the format is neither.

    Source: arguments as ``keras.utils.plot_model``; .svg and .png only.
    """
    _refuse("plot_model", kwargs)
    details = Details(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    picture = Picture(model_diagram(model, details, rankdir, expand_nested), dpi)
    if to_file is not None:
        has_ending = bool(os.path.splitext(os.fspath(to_file))[1])
        picture.save(to_file if has_ending else f"{os.fspath(to_file)}.png")
    return picture


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: RankDir = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Dot:
    """A model's layers and connections in Graphviz's DOT language; ``to_string()`` of the result is the text.

    Args:
        subgraph: True is refused: a model inside another becomes a cluster by ``expand_nested``.
        model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi, show_layer_activations,
        show_trainable, splines: see ``plot_model``.

    Raises:
        ValueError: the model has no layers yet, or an argument is unknown.

    Source: arguments as ``keras.utils.model_to_dot``, whose result is an object of the package pydot.
    """
    _refuse("model_to_dot", {"subgraph": True, **kwargs} if subgraph else kwargs)
    details = Details(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    return Dot(Picture(model_diagram(model, details, rankdir, expand_nested), dpi))


def _refuse(function: str, unknown: dict[str, Any]) -> None:
    if unknown:
        raise ValueError(
            explain(
                function,
                "arguments that it knows",
                ", ".join(f"{name}=" for name in unknown),
                f"Leave them out; help({function}) lists those there are.",
            )
        )


def model_diagram(model: Any, details: Details, rankdir: RankDir = "TB", expand_nested: bool = False) -> Diagram:
    """The picture's contents: a box for each layer, an arrow for each tensor that passes between two."""
    graph = graph_of(model)
    if graph is None:
        if not getattr(model, "built", True):
            raise ValueError(
                explain(
                    f"plot_model of {model.name!r}",
                    "a model whose layers are connected",
                    "one that has not been built",
                    "Begin it with Input(shape=...), or call it on data first.",
                )
            )
        return Diagram((_box(model, "", [], details, False),), (), (), rankdir)
    reader = _Reader(details, expand_nested)
    reader.ends = {reader.source(tensor, "") for tensor in graph.outputs}
    reader.read(graph, "")
    return Diagram(tuple(reader.boxes), tuple(reader.arrows), reader.groups(graph, ""), rankdir)


@dataclass
class _Reader:
    """Turns graphs into boxes and arrows. A box's key is its path: the names of the models around it and its own."""

    details: Details
    expand_nested: bool

    def __post_init__(self) -> None:
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.ends: set[str] = set()  # boxes that the whole model's outputs come from

    def opened(self, operation: Operation) -> Graph | None:
        """The graph to draw in the operation's place."""
        return graph_of(operation) if self.expand_nested else None

    def read(self, graph: Graph, prefix: str) -> None:
        """Boxes and arrows of one graph, and of those inside it."""
        calls = calls_in(graph)
        for operation in graph.operations:
            inner = self.opened(operation)
            if inner is not None:
                self.read(inner, f"{prefix}{operation.name}/")
                continue
            is_end = prefix + operation.name in self.ends
            self.boxes.append(_box(operation, prefix, calls.get(id(operation), []), self.details, is_end))
        for node in graph.nodes:
            for place, tensor in enumerate(node.inputs):
                self.arrows.append(Arrow(self.source(tensor, prefix), self.target(node, place, prefix)))

    def source(self, tensor: KerasTensor, prefix: str) -> str:
        """The box that a tensor comes from."""
        assert tensor.node is not None  # graphs begin at layers
        operation = tensor.node.operation
        inner = self.opened(operation)
        if inner is None:
            return prefix + operation.name
        return self.source(inner.outputs[tensor.index], f"{prefix}{operation.name}/")

    def target(self, node: Node, place: int, prefix: str) -> str:
        """The box that takes the tensor at ``place`` among a call's inputs."""
        inner = self.opened(node.operation)
        path = prefix + node.operation.name
        if inner is None or place >= len(inner.inputs):
            return path
        return self.source(inner.inputs[place], f"{path}/")

    def groups(self, graph: Graph, prefix: str) -> tuple[Group, ...]:
        """A frame for each model inside ``graph``."""
        found: list[Group] = []
        for operation in graph.operations:
            inner = self.opened(operation)
            if inner is not None:
                path = prefix + operation.name
                boxes = tuple(f"{path}/{o.name}" for o in inner.operations if self.opened(o) is None)
                inside = self.groups(inner, f"{path}/")
                found.append(Group(path, operation.name, boxes, inside, type_of(operation)))
        return tuple(found)


def _box(operation: Operation, prefix: str, calls: list[Node], details: Details, is_end: bool) -> Box:
    kind = kind_of(operation)
    if is_end and kind not in ("input", "model"):
        kind = "output"
    name = operation.name if details.names else ""
    rows = tuple(_rows(operation, calls, details))
    return Box(prefix + operation.name, type_of(operation), name, rows, kind, _tooltip(operation, prefix, calls))


def _rows(operation: Operation, calls: list[Node], details: Details) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    if details.shapes:
        taken = _each([shapes(node.inputs, "\n") for node in calls])
        returned = _each([shapes(node.results, "\n") for node in calls])
        rows += [(label, text) for label, text in (("input", taken), ("output", returned)) if text]
    if details.dtype:
        dtypes = _each([t.dtype for node in calls for t in node.results])
        rows += [("dtype", dtypes)] if dtypes else []
    activation = getattr(operation, "activation", None)
    if details.activations and activation is not None:
        rows.append(("activation", getattr(activation, "__name__", type(activation).__name__)))
    trained = is_trained(operation)
    if details.trainable and trained is not None:
        rows.append(("trainable", "yes" if trained else "no"))
    return rows


def _each(texts: list[str]) -> str:
    """Different texts, one a line: calls of a shared layer mostly agree."""
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _tooltip(operation: Operation, prefix: str, calls: list[Node]) -> str:
    lines = [f"{type_of(operation)} {prefix}{operation.name}"]
    lines += [f"{shapes(node.inputs, ', ') or 'data'} → {shapes(node.results, ', ')}" for node in calls]
    return "\n".join(lines)
