"""A model's graph as data and back: section 3 of the file format."""

from __future__ import annotations

from typing import Any

from cornu.core import registry, tree
from cornu.core.errors import GraphError, explain
from cornu.core.graph import Graph, Node
from cornu.core.op import FunctionCall, apply, find_op, is_op
from cornu.core.spec import KerasTensor
from cornu.layers.core.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.ops import file_names


def write(model: Any) -> dict[str, Any]:
    """``get_config`` of a model that has a graph."""
    functional = model.functional
    places = _node_places(functional.graph)
    layers = [_write_operation(operation, functional.graph, places) for operation in functional.graph.operations]
    config = {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": tree.map_structure(lambda t: _end(t, places), functional.input_structure),
        "output_layers": tree.map_structure(lambda t: _end(t, places), functional.output_structure),
    }
    named = {
        name: list(t.shape)
        for name, t in zip(functional.names, functional.inputs, strict=True)
        if any(isinstance(d, str) for d in t.shape)
    }
    return {**config, "named_sizes": named} if named else config


def _node_places(graph: Graph) -> dict[int, int]:
    """For each call its number among the calls of its operation in this graph."""
    places: dict[int, int] = {}
    for operation in graph.operations:
        mine = [n for n in graph.nodes if n.operation is operation]
        for place, node in enumerate(sorted(mine, key=lambda n: n.index)):
            places[id(node)] = place
    return places


def _history(tensor: KerasTensor, places: dict[int, int]) -> list[Any]:
    return [tensor.node.operation.name, places.get(id(tensor.node), 0), tensor.index]


def _end(tensor: KerasTensor, places: dict[int, int]) -> list[Any]:
    name, place, index = _history(tensor, places)
    # At a model's own ends the calls of a nested graph model count from 1 (file format, section 3).
    is_graph = getattr(tensor.node.operation, "functional", None) is not None and not hasattr(
        tensor.node.operation, "add"
    )
    return [name, place + 1 if is_graph else place, index]


def _write_operation(operation: Any, graph: Graph, places: dict[int, int]) -> dict[str, Any]:
    nodes = sorted((n for n in graph.nodes if n.operation is operation), key=lambda n: places[id(n)])
    if isinstance(operation, FunctionCall):
        return _write_function(operation, nodes, places)
    data = registry.serialize_object(operation)
    data["name"] = operation.name
    data["inbound_nodes"] = (
        [] if isinstance(operation, InputLayer) else [_write_call(n.args, n.kwargs, places) for n in nodes]
    )
    return data


def _write_function(operation: FunctionCall, nodes: list[Node], places: dict[int, int]) -> dict[str, Any]:
    node = nodes[0]
    name = operation.function.__name__
    if registry.is_published(operation.function):
        module, class_name, config, args, kwargs = file_names.to_file(name, node.args, node.kwargs)
        written = {"module": module, "class_name": class_name, "registered_name": class_name}
    else:
        config, args, kwargs = {"function": registry.registered_name(operation.function)}, node.args, node.kwargs
        written = {"module": "cornu.ops", "class_name": "FunctionCall", "registered_name": "FunctionCall"}
    return {
        **written,
        "config": {"name": operation.name, **{k: registry.serialize(v) for k, v in config.items()}},
        "name": operation.name,
        "inbound_nodes": [_write_call(args, kwargs, places)],
    }


def _write_call(args: Any, kwargs: Any, places: dict[int, int]) -> dict[str, Any]:
    def leaf(x: Any) -> Any:
        if isinstance(x, KerasTensor):
            shape = [d if isinstance(d, int) else None for d in x.shape]
            return {
                "class_name": "__keras_tensor__",
                "config": {"shape": shape, "dtype": x.dtype, "keras_history": _history(x, places)},
            }
        return registry.serialize(x)

    return {
        "args": [tree.map_structure(leaf, a) for a in args],
        "kwargs": {k: tree.map_structure(leaf, v) for k, v in kwargs.items()},
    }


# Reading.


def read(cls: Any, config: dict[str, Any]) -> Any:
    """The model of class ``cls`` that a config describes."""
    operations: dict[str, Any] = {}
    waiting: list[tuple[str, dict[str, Any]]] = []
    for data in config["layers"]:
        name = data["name"] if "name" in data else data["config"]["name"]
        if name in operations:
            raise GraphError(
                explain("A model's config", "different names for its layers", f"{name!r} twice", "The file is damaged.")
            )
        operations[name] = _read_operation(data, config.get("named_sizes", {}).get(name))
        waiting.extend((name, call) for call in data.get("inbound_nodes", []))
    calls = _Calls(operations)
    while waiting:
        later = [(name, call) for name, call in waiting if not calls.try_to_make(name, call)]
        if len(later) == len(waiting):
            stuck = ", ".join(sorted({repr(name) for name, _ in later})[:5])
            raise GraphError(
                explain(
                    "A model's config",
                    "calls whose inputs come from layers before them",
                    f"a cycle or a missing layer at {stuck}",
                    "The file is damaged.",
                )
            )
        waiting = later
    inputs = _ends(config["input_layers"], calls, operations)
    outputs = _ends(config["output_layers"], calls, operations)
    given = {
        k: v
        for k, v in config.items()
        if k not in ("layers", "input_layers", "output_layers", "named_sizes", "name", "trainable")
    }
    return cls(
        inputs=inputs, outputs=outputs, name=config.get("name"), trainable=config.get("trainable", True), **given
    )


def _read_operation(data: dict[str, Any], named: Any) -> Any:
    class_name, module = data.get("class_name"), data.get("module")
    if file_names.is_op(module, class_name) or class_name == "FunctionCall":
        return _PendingFunction(data)
    if named is not None:
        data = {**data, "config": {**data["config"], "batch_shape": named}}
    operation = registry.deserialize(data)
    if not isinstance(operation, Layer):
        raise GraphError(
            explain("A model's config", "layers among its layers", f"{class_name!r}", "The file is damaged.")
        )
    return operation


class _PendingFunction:
    """A function in a config; it becomes an operation with its call."""

    def __init__(self, data: dict[str, Any]):
        self.data = data
        self.name = data["config"].get("name") or data["name"]


class _Calls:
    """Calls made so far while a graph is read: which tensors each operation's calls returned."""

    def __init__(self, operations: dict[str, Any]):
        self.operations = operations
        self.results: dict[str, list[list[KerasTensor]]] = {
            name: [[o.output]] if isinstance(o, InputLayer) else [] for name, o in operations.items()
        }
        self.done: dict[str, int] = {}

    def tensor(self, history: Any) -> KerasTensor | None:
        name, place, index = history
        made = self.results.get(name)
        if made is None:
            raise GraphError(
                explain("A model's config", "tensors of layers that it has", f"one of {name!r}", "The file is damaged.")
            )
        return made[place][index] if place < len(made) else None

    def try_to_make(self, name: str, call: dict[str, Any]) -> bool:
        missing = False

        def leaf(data: Any) -> Any:
            nonlocal missing
            if isinstance(data, dict) and data.get("class_name") == "__keras_tensor__":
                tensor = self.tensor(data["config"]["keras_history"])
                missing = missing or tensor is None
                return tensor
            if isinstance(data, dict) and "class_name" in data and "config" in data:
                return registry.deserialize(data)
            if isinstance(data, dict):
                return {k: leaf(v) for k, v in data.items()}
            if isinstance(data, list):
                return [leaf(v) for v in data]
            return data

        args, kwargs = [leaf(a) for a in call["args"]], {k: leaf(v) for k, v in call["kwargs"].items()}
        if missing:
            return False
        results = self._call(self.operations[name], args, kwargs)
        self.results[name].append([t for t in tree.flatten(results) if isinstance(t, KerasTensor)])
        return True

    def _call(self, operation: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if isinstance(operation, _PendingFunction):
            function, call_args, call_kwargs = _find_function(operation.data, args, kwargs)
            return apply(FunctionCall(function, operation.name), tuple(call_args), call_kwargs)
        return operation(*args, **kwargs)


def _find_function(data: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
    config = {k: registry.deserialize(v) for k, v in data["config"].items() if k != "name"}
    if data["class_name"] == "FunctionCall":
        name = config["function"]
        function = registry.find_function(name)
        if not is_op(function):
            raise GraphError(
                explain(
                    "A model's config",
                    "functions made by cornu.ops.op",
                    repr(name),
                    "Decorate the function with @cornu.ops.op.",
                )
            )
        return function, args, kwargs
    name, call_args, call_kwargs = file_names.from_file(data["module"], data["class_name"], config, args, kwargs)
    function = find_op(name)
    if function is None:
        raise GraphError(
            explain("A model's config", "functions that the library has", repr(name), "Update the library.")
        )
    return function, call_args, call_kwargs


def _ends(data: Any, calls: _Calls, operations: dict[str, Any]) -> Any:
    if isinstance(data, (list, tuple)) and len(data) == 3 and isinstance(data[0], str) and isinstance(data[1], int):
        name, place, index = data
        operation = operations.get(name)
        is_graph = getattr(operation, "functional", None) is not None and not hasattr(operation, "add")
        tensor = calls.tensor((name, max(place - 1, 0) if is_graph else place, index))
        if tensor is None:
            raise GraphError(
                explain("A model's config", "ends that its layers return", repr(data), "The file is damaged.")
            )
        return tensor
    if isinstance(data, dict):
        return {k: _ends(v, calls, operations) for k, v in data.items()}
    if isinstance(data, (list, tuple)):
        return [_ends(v, calls, operations) for v in data]
    raise GraphError(
        explain("A model's config", "[layer, call, index] at its ends", repr(data)[:80], "The file is damaged.")
    )
