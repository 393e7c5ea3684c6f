"""Recorded calls, and the straight-line program that leads from some tensors to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from cornu.core import tree
from cornu.core.errors import GraphError, explain, show_shape
from cornu.core.spec import KerasTensor


class Operation:
    """What a recorded call calls: a layer, a model, or a function. ``calls`` are its calls so far."""

    name: str

    @property
    def calls(self) -> list[Node]:
        """Calls of this operation on symbolic tensors, in order."""
        return self.__dict__.setdefault("_calls", [])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    @property
    def input(self) -> Any:
        """The symbolic tensors of the first call: one tensor, or the structure that was passed."""
        node = self._first_call("input")
        if not node.inputs:  # an input layer
            return node.outputs
        return node.args[0] if len(node.args) == 1 else node.inputs[0] if len(node.inputs) == 1 else node.inputs

    @property
    def output(self) -> Any:
        """What the first call returned, as symbolic tensors."""
        return self._first_call("output").outputs

    def _first_call(self, what: str) -> Node:
        if self.calls:
            return self.calls[0]
        raise AttributeError(
            explain(
                f"{type(self).__name__} {self.name!r}.{what}",
                "a call on symbolic tensors",
                "none",
                "Call it on an Input or on another layer's output first.",
            )
        )


class History(NamedTuple):
    """Where a tensor comes from: operation, which of its calls, which of the results."""

    operation: Operation
    node_index: int
    tensor_index: int


class Node:
    """One recorded call.

    Attributes:
        operation: what was called.
        args, kwargs: the arguments as passed, symbolic tensors among them.
        outputs: the result, nested as the operation returned it.
        inputs: symbolic tensors among the arguments, flat, in order.
        results: symbolic tensors of the result, flat, in order.
        index: which call of the operation this is.
    """

    __slots__ = ("args", "index", "inputs", "kwargs", "operation", "outputs", "results")

    def __init__(self, operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any):
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.inputs: list[KerasTensor] = [x for x in tree.flatten([list(args), kwargs]) if isinstance(x, KerasTensor)]
        self.results: list[KerasTensor] = [x for x in tree.flatten(outputs) if isinstance(x, KerasTensor)]
        self.index = len(operation.calls)

    def __repr__(self) -> str:
        return f"<Node {self.operation.name}#{self.index}>"


def record(operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> Any:
    """Note a call in the graph; returns its outputs, which now know where they come from."""
    # An operation may return its own argument (Identity): each tensor has one origin only.
    outputs = tree.map_structure(lambda x: _fresh(x) if isinstance(x, KerasTensor) else x, outputs)
    node = Node(operation, args, kwargs, outputs)
    for index, tensor in enumerate(node.results):
        tensor.node, tensor.index = node, index
    operation.calls.append(node)
    return outputs


def _fresh(x: KerasTensor) -> KerasTensor:
    if x.node is None:
        return x
    copy = KerasTensor(x.shape, x.dtype)
    copy.mask = x.mask
    return copy


def history(tensor: KerasTensor) -> History:
    """Operation, call and place that a tensor comes from."""
    return History(tensor.node.operation, tensor.node.index, tensor.index)


class Graph:
    """The calls that lead from ``inputs`` to ``outputs``, in an order in which they can run.

    Args:
        inputs: symbolic tensors at which the graph begins.
        outputs: symbolic tensors to compute.
        owner: name for errors.

    Attributes:
        nodes: the calls, each after those it depends on; those of the inputs are not among them.
        operations: everything called, and the inputs' own layers, in file order (file format, section 3).
        depth: for each node its distance from the outputs.
    """

    def __init__(self, inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor], owner: str = "model"):
        self.inputs, self.outputs, self.owner = list(inputs), list(outputs), owner
        self._given = {id(t) for t in inputs}
        order, numbers = self._visit()
        input_nodes = {id(t.node): t.node for t in inputs if t.node is not None}
        self.nodes: list[Node] = [n for n in order if id(n) not in input_nodes]
        self.depth = self._depths(order)
        self.operations: list[Operation] = self._sorted_operations(order, numbers)
        self._program = self._compile()

    def _visit(self) -> tuple[list[Node], dict[int, int]]:
        """Depth-first from the outputs: calls after their inputs, operations numbered as first met."""
        order: list[Node] = []
        numbers: dict[int, int] = {}
        done: set[int] = set()
        open_nodes: set[int] = set()
        for output in self.outputs:
            stack: list[tuple[Node, Iterator[KerasTensor]]] = []
            self._enter(output, stack, numbers, done, open_nodes)
            while stack:
                node, remaining = stack[-1]
                tensor = next(remaining, None)
                if tensor is not None:
                    self._enter(tensor, stack, numbers, done, open_nodes)
                    continue
                stack.pop()
                open_nodes.discard(id(node))
                done.add(id(node))
                order.append(node)
        return order, numbers

    def _enter(
        self,
        tensor: KerasTensor,
        stack: list[tuple[Node, Iterator[KerasTensor]]],
        numbers: dict[int, int],
        done: set[int],
        open_nodes: set[int],
    ) -> None:
        node: Node | None = tensor.node
        if id(tensor) in self._given:
            if node is not None and id(node) not in done:
                numbers.setdefault(id(node.operation), len(numbers))
                done.add(id(node))
                self._given_nodes.append(node)
            return
        if node is None or not node.inputs:
            raise Disconnected(tensor, [n for n, _ in stack], self.inputs, self.owner)
        if id(node) in done or id(node) in open_nodes:
            return
        numbers.setdefault(id(node.operation), len(numbers))
        open_nodes.add(id(node))
        stack.append((node, iter(node.inputs)))

    @property
    def _given_nodes(self) -> list[Node]:
        return self.__dict__.setdefault("_given_node_list", [])

    def _depths(self, order: list[Node]) -> dict[int, int]:
        depth: dict[int, int] = {}
        for node in reversed(order):
            own = depth.setdefault(id(node), 0)
            for tensor in node.inputs:
                if tensor.node is not None:
                    key = id(tensor.node)
                    depth[key] = max(depth.get(key, 0), own + 1)
        return depth

    def _sorted_operations(self, order: list[Node], numbers: dict[int, int]) -> list[Operation]:
        depths: dict[int, int] = {}
        found: dict[int, Operation] = {}
        for node in [*self._given_nodes, *order]:
            key = id(node.operation)
            found[key] = node.operation
            depths[key] = max(depths.get(key, 0), self.depth.get(id(node), 0))
        for tensor in self.inputs:
            if tensor.node is not None:
                found.setdefault(id(tensor.node.operation), tensor.node.operation)
        return sorted(found.values(), key=lambda o: (-depths.get(id(o), 0), numbers.get(id(o), -1)))

    def _compile(self) -> list[tuple[Node, tuple[Any, ...], dict[str, Any], list[int]]]:
        slots: dict[int, int] = {id(t): i for i, t in enumerate(self.inputs)}
        program = []
        for node in self.nodes:
            args = tree.map_structure(lambda x: _Slot(slots[id(x)]) if isinstance(x, KerasTensor) else x, node.args)
            kwargs = tree.map_structure(lambda x: _Slot(slots[id(x)]) if isinstance(x, KerasTensor) else x, node.kwargs)
            targets = []
            for tensor in node.results:
                targets.append(slots.setdefault(id(tensor), len(slots)))
            program.append((node, args, kwargs, targets))
        self._output_slots = [slots[id(t)] for t in self.outputs]
        self._slot_count = len(slots)
        return program

    def run(self, values: Sequence[Any], call: Callable[..., Any] | None = None) -> list[Any]:
        """Values of the outputs for values of the inputs.

        Args:
            values: one for each input: arrays, or anything that the operations take.
            call: ``call(operation, args, kwargs)``, in place of calling the operation.
        """
        slots: list[Any] = [*values, *([None] * (self._slot_count - len(values)))]
        for node, args, kwargs, targets in self._program:
            full_args, full_kwargs = _fill(args, slots), _fill(kwargs, slots)
            if call is None:
                result = node.operation(*full_args, **full_kwargs)
            else:
                result = call(node.operation, full_args, full_kwargs)
            if len(targets) == 1 and not tree.is_nested(result):
                slots[targets[0]] = result
                continue
            leaves = [
                r
                for r, kept in zip(tree.flatten(result), tree.flatten(node.outputs), strict=True)
                if isinstance(kept, KerasTensor)
            ]
            for target, leaf in zip(targets, leaves, strict=True):
                slots[target] = leaf
        return [slots[i] for i in self._output_slots]


class _Slot:
    __slots__ = ("index",)

    def __init__(self, index: int):
        self.index = index


def _fill(x: Any, slots: list[Any]) -> Any:
    if isinstance(x, _Slot):
        return slots[x.index]
    if isinstance(x, dict):
        return {k: _fill(v, slots) for k, v in x.items()}
    if isinstance(x, list):
        return [_fill(v, slots) for v in x]
    if isinstance(x, tuple):
        items = [_fill(v, slots) for v in x]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    return x


class Disconnected(GraphError):
    """An output depends on a tensor that no input leads to. ``tensor`` is that one."""

    def __init__(self, tensor: KerasTensor, path: list[Node], inputs: Sequence[KerasTensor], owner: str):
        self.tensor = tensor
        trail = " <- ".join([n.operation.name for n in path[-6:]] + [f"{tensor.name!r}"])
        given = ", ".join(f"{t.name!r} {show_shape(t.shape)}" for t in inputs)
        super().__init__(
            explain(
                f"Model {owner!r}",
                "every output to depend only on its inputs",
                f"tensor {tensor.name!r} of shape {show_shape(tensor.shape)}, which none of the inputs ({given}) leads to "
                f"(found by way of {trail})",
                f"Add {tensor.name!r} to the inputs, or check that the layers were called on this model's tensors.",
            )
        )
