"""Copies of models with new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import registry, tree
from cornu.core.errors import explain
from cornu.core.op import FunctionCall, apply
from cornu.layers.core.input_layer import Input
from cornu.layers.layer import Layer
from cornu.models.model import Functional, Model
from cornu.models.sequential import Sequential


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model of the same architecture with new weights.

    Args:
        model: made from a graph, or Sequential; others are made anew from their config.
        input_tensors: symbolic tensors to begin at, instead of new inputs.
        clone_function: ``layer -> layer``; gives the copy of each layer. The layer's config makes it if None.
        call_function: ``(layer, *args, **kwargs) -> outputs``; calls the copies.
        recursive: whether ``clone_function`` is applied inside nested models.

    Example:
        >>> x = Input((2,))
        >>> from cornu.layers import Dense
        >>> model = Model(x, Dense(3)(x))
        >>> [w.shape for w in clone_model(model).weights]
        [(2, 3), (3,)]
    """
    copy_layer: Callable[[Any], Any] = clone_function or _from_config

    def inner(layer: Any) -> Any:
        if recursive and isinstance(layer, Model) and layer.functional is not None:
            return clone_model(layer, clone_function=clone_function, call_function=call_function, recursive=True)
        return copy_layer(layer)

    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                explain("clone_model's call_function", "a model made from a graph", "a Sequential one", "Leave it out.")
            )
        entry = (
            [Input(tensor=input_tensors)]
            if input_tensors is not None
            else [_copy_input(t) for t in (model.inputs if model.functional else [])]
        )
        return Sequential([*entry, *map(inner, model.layers)], name=model.name, trainable=model.trainable)
    if not isinstance(model, Model) or model.functional is None:
        return _from_config(model)
    return _clone_graph(model, input_tensors, inner, call_function)


def _from_config(layer: Any) -> Any:
    data = registry.serialize_object(layer)
    data.pop("build_config", None)
    data.pop("compile_config", None)
    with registry.custom_objects({type(layer).__name__: type(layer)}):
        return registry.deserialize(data)


def _copy_input(tensor: Any) -> Any:
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.node.operation.name)


def _clone_graph(model: Any, input_tensors: Any, copy_layer: Callable[[Layer], Any], call_function: Any) -> Any:
    functional = model.functional
    inputs = [_copy_input(t) for t in functional.inputs] if input_tensors is None else tree.flatten(input_tensors)
    copies: dict[int, Any] = {}

    def call(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if isinstance(operation, FunctionCall):
            return apply(FunctionCall(operation.function, operation.name), args, kwargs)
        if id(operation) not in copies:
            copies[id(operation)] = copy_layer(operation)
        copy = copies[id(operation)]
        return copy(*args, **kwargs) if call_function is None else call_function(copy, *args, **kwargs)

    outputs = functional.graph.run(inputs, call)

    cls = type(model) if type(model) is not Model else Functional
    return cls(
        inputs=tree.pack(functional.input_structure, inputs),
        outputs=tree.pack(functional.output_structure, outputs),
        name=model.name,
        trainable=model.trainable,
    )
