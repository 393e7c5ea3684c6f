"""A model's graph as data and back: section 3 of the file format."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from cornu.core import registry, sharing, tree
from cornu.core.errors import GraphError, UnsafeFileError, explain, locate
from cornu.core.graph import Graph, Node
from cornu.core.op import FunctionCall, apply, is_op
from cornu.core.spec import KerasTensor
from cornu.layers.core.input_layer import InputLayer
from cornu.layers.layer import Layer
from cornu.ops import file_names


def write(model: Any) -> dict[str, Any]:
    """``get_config`` of a model that has a graph."""
    functional = model.functional
    nodes = _calls_by_operation(functional.graph)
    places = {id(node): place for calls in nodes.values() for place, node in enumerate(calls)}
    with sharing.writing():
        layers = [_write_operation(o, nodes.get(id(o), []), places) for o in functional.graph.operations]
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


def _calls_by_operation(graph: Graph) -> dict[int, list[Node]]:
    """For each operation (by id) its calls in this graph, in the order in which they were made."""
    calls: dict[int, list[Node]] = {}
    for node in graph.nodes:
        calls.setdefault(id(node.operation), []).append(node)
    return {key: sorted(nodes, key=lambda n: n.index) for key, nodes in calls.items()}


def _history(tensor: KerasTensor, places: dict[int, int]) -> list[Any]:
    return [tensor.node.operation.name, places.get(id(tensor.node), 0), tensor.index]


def _end(tensor: KerasTensor, places: dict[int, int]) -> list[Any]:
    name, place, index = _history(tensor, places)
    return [name, place + 1 if _counts_from_one(tensor.node.operation) else place, index]


def _write_operation(operation: Any, nodes: list[Node], places: dict[int, int]) -> dict[str, Any]:
    if isinstance(operation, FunctionCall):
        return _write_function(operation, nodes, places)
    try:
        data = registry.serialize_object(operation)
    except Exception as error:
        locate(error, f"In layer {operation.name!r} ({type(operation).__name__}).")
        raise
    data["name"] = operation.name
    data["inbound_nodes"] = (
        [] if isinstance(operation, InputLayer) else [_write_call(n.args, n.kwargs, places) for n in nodes]
    )
    return data


def _write_function(operation: FunctionCall, nodes: list[Node], places: dict[int, int]) -> dict[str, Any]:
    node, function = nodes[0], operation.function
    if file_names.has_file_name(function):
        module, class_name, config, args, kwargs = file_names.to_file(function, node.args, node.kwargs)
    else:
        config, args, kwargs = {"function": registry.registered_name(function)}, node.args, node.kwargs
        module, class_name = "cornu.ops", _REGISTERED
    return {
        "module": module,
        "class_name": class_name,
        "registered_name": class_name,
        "config": {"name": operation.name, **{k: registry.serialize(v) for k, v in config.items()}},
        "name": operation.name,
        "inbound_nodes": [_write_call(args, kwargs, places)],
    }


# The class of calls of functions that a user registered.
_REGISTERED = "FunctionCall"
# Where Keras keeps the classes of its functions' calls.
_FUNCTIONS = ("keras.src.ops.", "keras.src.activations.")


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

# What a second of building allows is a thousand; more than this is no model.
MOST_CALLS = 25_000


def read(cls: Any, config: dict[str, Any]) -> Any:
    """The model of class ``cls`` that a config describes."""
    with registry.reading(config):
        return registry.made(f"{cls.__name__} {str(config.get('name'))[:80]!r}", lambda: _read(cls, config))


def _read(cls: Any, config: dict[str, Any]) -> Any:
    layers = _require(config["layers"], list, "a list of layers")
    sizes = _require(config.get("named_sizes", {}), dict, "named sizes by input")
    calls = _calls_by_name(layers)
    order = _order(calls)  # before anything is made: a file of thousands of layers that lead nowhere costs little
    operations = {name: _read_operation(data, name, sizes.get(name)) for name, data in zip(calls, layers, strict=True)}
    results = _Results(operations)
    for name, call in order:
        results.make(name, call)
    given = {k: v for k, v in config.items() if k not in _GRAPH_KEYS}
    inputs, outputs = _ends(config["input_layers"], results), _ends(config["output_layers"], results)
    model = cls(inputs=inputs, outputs=outputs, name=config.get("name"), **given)
    # Not by the property, which would freeze all layers inside: each has its own flag in its config.
    model._trainable = bool(config.get("trainable", True))
    return model


_GRAPH_KEYS = ("layers", "input_layers", "output_layers", "named_sizes", "name", "trainable")


def _damaged(needs: str, got: str) -> GraphError:
    return GraphError(explain("A model's config", needs, got, "The file is damaged."))


def _require(value: Any, kind: type, what: str) -> Any:
    if not isinstance(value, kind):
        raise _damaged(what, repr(value)[:80])
    return value


def _calls_by_name(layers: list[Any]) -> dict[str, list[_Call]]:
    """The calls of each layer, by its name."""
    written: dict[str, list[Any]] = {}
    for data in layers:
        _require(data, dict, "layers as objects")
        name = _require(data["name"] if "name" in data else data["config"]["name"], str, "names of layers")
        if name in written:
            raise _damaged("different names for its layers", f"{name[:80]!r} twice")
        written[name] = _require(data.get("inbound_nodes", []), list, "a list of calls")
    count = sum(1 + len(calls) for calls in written.values())
    if count > MOST_CALLS:
        raise UnsafeFileError(
            explain("A model's config", f"at most {MOST_CALLS:,} layers and calls", f"{count:,}", "Split the model.")
        )
    return {
        name: [_Call(_require(call, dict, "calls as objects")) for call in calls] for name, calls in written.items()
    }


def _order(calls: dict[str, list[_Call]]) -> list[tuple[str, _Call]]:
    """All calls, those of one layer in their order, each after those whose results it takes."""
    order: list[tuple[str, _Call]] = []
    # An input layer has a result without a call.
    made = {name: 0 if mine else 1 for name, mine in calls.items()}
    waiting: dict[tuple[str, int], list[str]] = {}
    ready = deque(name for name, mine in calls.items() if mine)
    while ready:
        name = ready.popleft()
        while made[name] < len(calls[name]):
            call = calls[name][made[name]]
            missing = call.next_missing(made)
            if missing is not None:
                waiting.setdefault(missing, []).append(name)
                break
            order.append((name, call))
            made[name] += 1
            ready.extend(waiting.pop((name, made[name] - 1), ()))
    if waiting:
        stuck = ", ".join(sorted({repr(name[:80]) for names in waiting.values() for name in names})[:5])
        raise _damaged("calls whose inputs come from layers before them", f"a cycle or a missing layer at {stuck}")
    return order


def _read_operation(data: dict[str, Any], name: str, named: Any) -> Any:
    class_name = data.get("class_name")
    if class_name == _REGISTERED or str(data.get("module")).startswith(_FUNCTIONS):
        _require(data["config"], dict, "configs as objects")
        return _PendingFunction(data, name)
    if named is not None:
        data = {**data, "config": {**data["config"], "batch_shape": named}}
    operation = registry.deserialize(data)
    if not isinstance(operation, Layer):
        raise _damaged("layers among its layers", repr(class_name)[:80])
    return operation


class _PendingFunction:
    """A function in a config; it becomes an operation with its call."""

    def __init__(self, data: dict[str, Any], name: str):
        self.data, self.name = data, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        function, call_args, call_kwargs = _find_function(self.data, list(args), kwargs)
        return apply(FunctionCall(function, self.name), tuple(call_args), call_kwargs)


class _Call:
    """A call in a config: its arguments, and which results of other calls are among them."""

    def __init__(self, data: dict[str, Any]):
        self.needs: list[tuple[str, int]] = []
        self.args = [self._leaf(a) for a in _require(data["args"], list, "arguments in a list")]
        kwargs = _require(data.get("kwargs", {}), dict, "named arguments as an object")
        self.kwargs = {k: self._leaf(v) for k, v in kwargs.items()}
        if not self.needs:
            raise _damaged("calls that take tensors", f"one of {repr(data)[:80]}")
        for argument in (*self.args, *self.kwargs.values()):
            _refuse_text_among_tensors(argument)
        self._found = 0

    def next_missing(self, made: dict[str, int]) -> tuple[str, int] | None:
        """The first result that it takes and that was not made yet; what was found once is not looked for again."""
        while self._found < len(self.needs):
            name, call = self.needs[self._found]
            if name not in made:
                raise _damaged("tensors of layers that it has", f"one of {name[:80]!r}")
            if call >= made[name]:
                return name, call
            self._found += 1
        return None

    def _leaf(self, data: Any) -> Any:
        if isinstance(data, dict) and data.get("class_name") == "__keras_tensor__":
            reference = _Reference(data["config"]["keras_history"])
            self.needs.append((reference.name, reference.call))
            return reference
        if isinstance(data, dict) and "class_name" in data and "config" in data:
            return _Object(data)
        return _map(self._leaf, data)

    def arguments(self, results: _Results) -> tuple[list[Any], dict[str, Any]]:
        """The arguments with tensors in place of references."""

        def leaf(x: Any) -> Any:
            if isinstance(x, _Object):
                return registry.deserialize(x.data)
            if isinstance(x, list) and len(x) > _MANY and all(type(item) in (int, float, bool) for item in x):
                array = np.asarray(x)
                return array if array.dtype.kind in "biuf" else x
            return results.tensor(x) if isinstance(x, _Reference) else _map(leaf, x)

        return [leaf(a) for a in self.args], {k: leaf(v) for k, v in self.kwargs.items()}


def _refuse_text_among_tensors(x: Any) -> set[type]:
    """NumPy reads text among numbers as the name of a dtype, with a parser of Python's. Returns the types of the leaves."""
    if not isinstance(x, (list, dict)):
        return {type(x)}
    found = set[type]().union(*map(_refuse_text_among_tensors, x.values() if isinstance(x, dict) else x))
    if isinstance(x, list) and {str, _Reference} <= found:
        raise _damaged("lists of tensors without text among them", repr([v for v in x if isinstance(v, str)])[:80])
    return found


def _map(function: Any, data: Any) -> Any:
    if isinstance(data, dict):
        return {k: function(v) for k, v in data.items()}
    return [function(v) for v in data] if isinstance(data, list) else data


# Numbers in a list, from which on it is an array: JAX records two operations for each of a list (200 us).
_MANY = 64


class _Object:
    """An argument that is neither a tensor nor plain data."""

    def __init__(self, data: dict[str, Any]):
        self.data = data


class _Reference:
    """``[layer, call, index]``: a result of a call."""

    def __init__(self, history: Any):
        if not (isinstance(history, (list, tuple)) and len(history) == 3):
            raise _damaged("tensors as [layer, call, index]", repr(history)[:80])
        self.name, self.call, self.index = history
        if not (isinstance(self.name, str) and _is_place(self.call) and _is_place(self.index)):
            raise _damaged("tensors as [layer, call, index]", repr(history)[:80])


def _is_place(value: Any) -> bool:
    return type(value) is int and 0 <= value < MOST_CALLS


class _Results:
    """Which tensors the calls of each operation returned, as far as they were made."""

    def __init__(self, operations: dict[str, Any]):
        self.operations = operations
        self.made: dict[str, list[list[KerasTensor]]] = {
            name: [[o.output]] if isinstance(o, InputLayer) else [] for name, o in operations.items()
        }

    def make(self, name: str, call: _Call) -> None:
        """Make a call whose arguments are there."""
        args, kwargs = call.arguments(self)
        results = self.operations[name](*args, **kwargs)
        self.made[name].append([t for t in tree.flatten(results) if isinstance(t, KerasTensor)])

    def tensor(self, reference: _Reference) -> KerasTensor:
        """The tensor that a reference means."""
        made = self.made.get(reference.name, [])
        if not made:
            raise _damaged("tensors of layers that it has", f"one of {reference.name[:80]!r}")
        if reference.call >= len(made) or reference.index >= len(made[reference.call]):
            raise _damaged("tensors that its layers return", f"{[*vars(reference).values()]!r:.120}")
        return made[reference.call][reference.index]


def _find_function(data: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
    config = {k: registry.deserialize(v) for k, v in data["config"].items() if k != "name"}
    if data["class_name"] != _REGISTERED:
        return file_names.from_file(data["module"], data["class_name"], config, args, kwargs)
    function = registry.find_function(config["function"])
    if not is_op(function):
        raise GraphError(
            explain(
                "A model's config",
                "functions made by cornu.ops.op",
                repr(config["function"])[:80],
                "Decorate the function with @cornu.ops.op.",
            )
        )
    return function, args, kwargs


def _ends(data: Any, results: _Results) -> Any:
    if isinstance(data, (list, tuple)) and len(data) == 3 and isinstance(data[0], str) and isinstance(data[1], int):
        reference = _Reference(data)
        if _counts_from_one(results.operations.get(reference.name)):
            reference.call = max(reference.call - 1, 0)
        return results.tensor(reference)
    if isinstance(data, (list, tuple, dict)):
        return _map(lambda part: _ends(part, results), list(data) if isinstance(data, tuple) else data)
    raise _damaged("[layer, call, index] at its ends", repr(data)[:80])


def _counts_from_one(operation: Any) -> bool:
    """Whether calls count from 1 at a model's own ends: those of a nested graph model do (section 3)."""
    return getattr(operation, "functional", None) is not None and not hasattr(operation, "add")
