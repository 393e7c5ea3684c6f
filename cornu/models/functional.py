"""A model's graph: nested inputs and outputs around a straight-line program of calls."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context, spec, tree
from cornu.core.errors import GraphError, ShapeError, StructureError, explain, show_shape
from cornu.core.graph import Disconnected, Graph, Node
from cornu.core.op import FunctionCall, apply, output_spec
from cornu.core.spec import KerasTensor
from cornu.layers.core.input_layer import Input, InputLayer
from cornu.layers.layer import Layer


class FunctionalGraph:
    """The calls between a model's inputs and outputs, and how data is fitted to the inputs.

    Args:
        inputs, outputs: symbolic tensors, nested at will.
        owner: the model they belong to; for errors, and so that its inner tensors can be found from outside.

    Attributes:
        input_structure, output_structure: as given.
        inputs, outputs: flat.
        names: names of the inputs, flat.
    """

    def __init__(self, inputs: Any, outputs: Any, owner: Any):
        name = owner.name
        self.input_structure, self.output_structure = inputs, outputs
        flat_inputs = _tensors(inputs, f"Model {name!r}", "inputs")
        flat_outputs = _tensors(outputs, f"Model {name!r}", "outputs")
        _refuse_duplicates(flat_inputs, name)
        flat_inputs, flat_outputs = _start_at_inputs(flat_inputs, flat_outputs)
        self.graph = _connected(flat_inputs, flat_outputs, name)
        self.inputs, self.outputs = self.graph.inputs, self.graph.outputs
        self.input_structure = tree.pack(inputs, self.inputs)
        self.output_structure = tree.pack(outputs, self.outputs)
        self.names = [t.node.operation.name for t in self.inputs]
        _refuse_duplicate_names(self.graph, name)
        for tensor in self.inputs:
            _OWNERS.setdefault(tensor, []).append(weakref.ref(owner))

    @property
    def output_names(self) -> list[str]:
        """For each output the name of the layer it comes from; keys where the outputs are one flat dict."""
        structure = self.output_structure
        if isinstance(structure, dict) and not any(tree.is_nested(v) for v in structure.values()):
            return [str(k) for k in sorted(structure)]
        return [t.node.operation.name for t in self.outputs]

    def run(self, inputs: Any, masks: Any, owner: str) -> Any:
        """Outputs, nested as the model's, for data nested as its inputs or named by them."""
        values = self.fit_inputs(inputs, owner)
        if masks is not None:
            for value, mask in zip(values, tree.flatten(masks), strict=False):
                if mask is not None:
                    context.set_mask(value, mask)
        call = None if context.current().training is None else _call_in_model
        return tree.pack(self.output_structure, self.graph.run(values, call))

    def output_spec(self, inputs: Any, owner: str) -> Any:
        """Symbolic tensors like those that the model would return for inputs of these shapes."""
        values = [spec.spec_of(v) for v in self.fit_inputs(inputs, owner)]
        if all(v.shape == t.shape and v.dtype == t.dtype for v, t in zip(values, self.inputs, strict=True)):
            outputs = [KerasTensor(t.shape, t.dtype) for t in self.outputs]
        else:
            outputs = self.graph.run(values, call=_spec_of_call)
        return tree.pack(self.output_structure, outputs)

    def fit_inputs(self, data: Any, owner: str) -> list[Any]:
        """The data for each input: matched by name or place, checked, with dtype and a missing or extra last axis of 1 mended."""
        leaves = self._match(data, owner)
        bound: dict[str, tuple[int, str]] = {}
        return [
            self._fit(leaf, tensor, name, owner, bound)
            for leaf, tensor, name in zip(leaves, self.inputs, self.names, strict=True)
        ]

    def _match(self, data: Any, owner: str) -> list[Any]:
        structure = self.input_structure
        if isinstance(data, dict) and not isinstance(structure, dict):
            return self._by_name(data, self.names, owner)
        if isinstance(structure, dict):
            if not isinstance(data, dict):
                if len(structure) == 1 and not tree.is_nested(data):
                    return [data]
                raise StructureError(
                    explain(
                        owner,
                        f"a dict with the inputs {', '.join(map(repr, structure))}",
                        type(data).__name__,
                        "Pass {name: array, ...}.",
                    )
                )
            flat = all(not tree.is_nested(v) for v in structure.values())
            if flat:
                return self._by_name(data, sorted(structure), owner)
            data = {k: data[k] for k in structure if k in data}
        leaves = tree.flatten(data)
        if len(leaves) != len(self.inputs) or not (len(leaves) == 1 or tree.same_structure(structure, data)):
            raise StructureError(
                explain(
                    owner,
                    f"{_count(len(self.inputs), 'input')}: {self._describe()}",
                    f"{_count(len(leaves), 'array')} nested as {_sketch(data)}",
                    "Pass one array for each input, in this order, or a dict by these names.",
                )
            )
        return leaves

    def _by_name(self, data: dict[str, Any], names: list[str], owner: str) -> list[Any]:
        missing = [
            n for n, t in zip(names, self.inputs, strict=True) if n not in data and not t.node.operation.optional
        ]
        if missing:
            raise StructureError(
                explain(
                    owner,
                    f"data for the inputs {', '.join(map(repr, names))}",
                    f"a dict with {', '.join(map(repr, data)) or 'nothing'}",
                    f"Add {', '.join(map(repr, missing))}.",
                )
            )
        return [data.get(n) for n in names]

    def _describe(self) -> str:
        return ", ".join(f"{n!r} {show_shape(t.shape)}" for n, t in zip(self.names, self.inputs, strict=True))

    def _fit(self, x: Any, tensor: KerasTensor, name: str, owner: str, bound: dict[str, tuple[int, str]]) -> Any:
        if x is None:
            if tensor.node.operation.optional:
                return None
            raise StructureError(
                explain(owner, f"data for input {name!r}", "None", "Pass an array, or make the Input optional=True.")
            )
        if not hasattr(x, "shape"):
            x = np.asarray(x)
        if not isinstance(x, KerasTensor):
            mask = context.get_mask(x) if isinstance(x, jax.Array) else None
            x = np.asarray(x) if tensor.dtype == "string" else jnp.asarray(x, dtype=tensor.dtype)
            x = _adjust_rank(x, tensor.ndim, tensor.shape)
            context.set_mask(x, mask) if mask is not None else None
        _check_shape(tuple(x.shape), tensor.shape, name, owner)
        for size, dimension in zip(x.shape, tensor.shape, strict=True):
            if isinstance(dimension, str) and isinstance(size, int):
                before, where = bound.setdefault(dimension, (size, name))
                if before != size:
                    raise ShapeError(
                        explain(
                            owner,
                            f"one size for {dimension!r} throughout",
                            f"{before} in input {where!r} and {size} in input {name!r}",
                            "Pad or cut the arrays to one size, or name the sizes differently.",
                        )
                    )
        return x


# Input tensor -> models that begin at it.
_OWNERS: weakref.WeakKeyDictionary[KerasTensor, list[Any]] = weakref.WeakKeyDictionary()


def _count(n: int, word: str) -> str:
    return f"{n} {word}" + ("" if n == 1 else "s")


def _sketch(data: Any) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{k!r}: {_sketch(v)}" for k, v in data.items()) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ", ".join(map(_sketch, data)) + "]"
    return show_shape(tuple(data.shape)) if hasattr(data, "shape") else type(data).__name__


def _tensors(structure: Any, owner: str, what: str) -> list[KerasTensor]:
    leaves = tree.flatten(structure)
    if not leaves:
        raise GraphError(
            explain(owner, f"at least one tensor as {what}", repr(structure), f"Pass the tensors as {what}=.")
        )
    for leaf in leaves:
        if not isinstance(leaf, KerasTensor):
            hint = (
                "Pass the tensor that the layer returned, not the layer."
                if isinstance(leaf, Layer)
                else "Pass what Input(...) and layers called on it return."
            )
            raise GraphError(explain(owner, f"symbolic tensors as {what}", f"{_sketch(leaf)}", hint))
    return leaves


def _refuse_duplicates(inputs: Sequence[KerasTensor], name: str) -> None:
    seen: set[int] = set()
    for tensor in inputs:
        if id(tensor) in seen:
            raise GraphError(
                explain(f"Model {name!r}", "different tensors as inputs", f"{tensor.name!r} twice", "Pass it once.")
            )
        seen.add(id(tensor))


def _refuse_duplicate_names(graph: Graph, name: str) -> None:
    seen: dict[str, Any] = {}
    for operation in graph.operations:
        other = seen.setdefault(operation.name, operation)
        if other is not operation:
            raise GraphError(
                explain(
                    f"Model {name!r}",
                    "different names for its layers",
                    f"{operation.name!r} for two of them ({type(other).__name__} and {type(operation).__name__})",
                    "Give one of them another name=, or use one layer in both places.",
                )
            )


def _start_at_inputs(
    inputs: list[KerasTensor], outputs: list[KerasTensor]
) -> tuple[list[KerasTensor], list[KerasTensor]]:
    """A model that begins at inner tensors gets inputs of its own, on the same layers."""
    inner = [t for t in inputs if t.node is None or not isinstance(t.node.operation, InputLayer)]
    if not inner:
        return inputs, outputs
    fresh = {id(t): Input(batch_shape=t.shape, dtype=t.dtype, name=_input_name(t)) for t in inner}
    return [fresh.get(id(t), t) for t in inputs], replay(outputs, fresh)


def _input_name(tensor: KerasTensor) -> str | None:
    return None if tensor.node is None else f"{tensor.node.operation.name}_input"


def _connected(inputs: list[KerasTensor], outputs: list[KerasTensor], name: str) -> Graph:
    """The graph; where an output lies inside a model that was called on the way, that model's call is opened."""
    for _ in range(100):
        try:
            return Graph(inputs, outputs, name)
        except Disconnected as error:
            call = _call_around(error.tensor, inputs, name)
            if call is None:
                raise
            model: Any = call.operation
            arguments = model.functional.fit_inputs(call.args[0] if call.args else call.kwargs["inputs"], model.name)
            outputs = replay(outputs, {id(t): a for t, a in zip(model.functional.inputs, arguments, strict=True)})
    raise GraphError(
        explain(
            f"Model {name!r}",
            "at most 100 nested models between inputs and outputs",
            "more",
            "Cut it at another place.",
        )
    )


def _call_around(tensor: KerasTensor, inputs: Sequence[KerasTensor], name: str) -> Node | None:
    """The only call, reachable from ``inputs``, of a model that begins at ``tensor``."""
    found = [
        call
        for owner in _OWNERS.get(tensor, [])
        if (model := owner()) is not None
        for call in model.calls
        if all(_leads_to(t, inputs, set()) for t in call.inputs)
    ]
    if len(found) > 1:
        raise GraphError(
            explain(
                f"Model {name!r}",
                f"to know which call of {found[0].operation.name!r} the tensor behind {tensor.name!r} belongs to",
                f"{len(found)} calls of it",
                "Make a model of the inner tensors first, Model(inner.input, tensors), and call that where you want it.",
            )
        )
    return found[0] if found else None


def _leads_to(tensor: KerasTensor, inputs: Sequence[KerasTensor], seen: set[int]) -> bool:
    """Whether all that a tensor depends on is among ``inputs``, or inside models called on what is."""
    given = {id(t) for t in inputs}
    stack = [tensor]
    while stack:
        t = stack.pop()
        if id(t) in given or id(t) in seen:
            continue
        seen.add(id(t))
        if t.node is None:
            return False
        if t.node.inputs:
            stack.extend(t.node.inputs)
            continue
        calls = [c for o in _OWNERS.get(t, []) if (m := o()) is not None for c in m.calls]
        if not any(all(_leads_to(i, inputs, seen) for i in c.inputs) for c in calls):
            return False
    return True


def replay(outputs: Sequence[KerasTensor], replaced: dict[int, KerasTensor]) -> list[KerasTensor]:
    """Record the calls that lead to ``outputs`` again, with some tensors replaced by others (by id).

    Calls that depend on nothing replaced are kept as they are.
    """
    new: dict[int, Any] = dict(replaced)
    order = _dependent_calls(outputs, set(replaced))
    for node in order:
        args = tree.map_structure(lambda x: new.get(id(x), x) if isinstance(x, KerasTensor) else x, node.args)
        kwargs = tree.map_structure(lambda x: new.get(id(x), x) if isinstance(x, KerasTensor) else x, node.kwargs)
        results = call_again(node, args, kwargs)
        leaves = [x for x in tree.flatten(results) if isinstance(x, KerasTensor)]
        new.update({id(t): leaf for t, leaf in zip(node.results, leaves, strict=True)})
    return [new.get(id(t), t) for t in outputs]


def call_again(node: Node, args: Any, kwargs: Any) -> Any:
    """The same operation, recorded on other tensors."""
    if isinstance(node.operation, FunctionCall):
        return apply(FunctionCall(node.operation.function), args, kwargs)
    return node.operation(*args, **kwargs)


def _dependent_calls(outputs: Sequence[KerasTensor], stops: set[int]) -> list[Node]:
    """Calls above ``outputs`` that depend on a tensor in ``stops`` (ids), each after those it depends on."""
    order: list[Node] = []
    state: dict[int, bool] = {}

    def dependent(t: KerasTensor) -> bool:
        return id(t) in stops or (t.node is not None and state.get(id(t.node), False))

    for output in outputs:
        stack: list[tuple[Node, int]] = (
            [(output.node, 0)] if output.node is not None and id(output) not in stops else []
        )
        while stack:
            node, place = stack.pop()
            if id(node) in state:
                continue
            pending = [t for t in node.inputs if id(t) not in stops and t.node is not None and id(t.node) not in state]
            if pending and place == 0:
                stack.append((node, 1))
                stack.extend((t.node, 0) for t in pending)
                continue
            state[id(node)] = any(dependent(t) for t in node.inputs)
            if state[id(node)]:
                order.append(node)
    return order


def _call_in_model(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call whose ``training=`` was recorded with it: the model's own flag goes before, as in Keras."""
    if "training" in kwargs:
        kwargs = {name: value for name, value in kwargs.items() if name != "training"}
    return operation(*args, **kwargs)


def _spec_of_call(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if isinstance(operation, FunctionCall):
        return output_spec(operation.function, args, kwargs)
    with context.scope(path=(*context.current().path, operation.name)):
        return operation.compute_output_spec(*args, **kwargs)


def _adjust_rank(x: Any, rank: int, shape: Sequence[Any]) -> Any:
    if x.ndim == rank - 1 and shape[-1] == 1:
        return x[..., None]
    if x.ndim == rank + 1 and x.shape[-1] == 1:
        return x[..., 0]
    return x


def _check_shape(shape: tuple[Any, ...], wanted: tuple[Any, ...], name: str, owner: str) -> None:
    if len(shape) == len(wanted) and all(
        not isinstance(w, int) or not isinstance(s, int) or s == w for s, w in zip(shape, wanted, strict=True)
    ):
        return
    hint = "Reshape the array."
    if len(shape) == len(wanted) - 1:
        hint = "Is the batch axis missing? Pass array[None] for one sample."
    raise ShapeError(
        explain(owner, f"an array of shape {show_shape(wanted)} for input {name!r}", show_shape(shape), hint)
    )
