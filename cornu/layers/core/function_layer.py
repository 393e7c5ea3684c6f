"""A Python function as a layer."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from cornu.core import registry, spec, tree
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.layers.layer import Layer
from cornu.layers.signature import shapes_of


def _function(what: str) -> Any:
    def convert(value: Any) -> Any:
        value = registry.deserialize(value) if isinstance(value, dict) else value
        if not callable(value):
            raise TypeError(explain(what, "a function", repr(value)[:80], "Pass a function of the inputs."))
        return value

    return convert


def _function_or_data(value: Any) -> Any:
    """A mask or an output shape: a function, the config of one, or the thing itself."""
    if isinstance(value, dict):
        value = registry.deserialize(value)
    return tuple(value) if isinstance(value, list) else value


@declared
class Lambda(Layer):
    """A Python function as a layer: ``y = function(x, **arguments)``.

    Files hold the function's name, never code: give it one with ``def``, and register it with
    ``cornu.saving.register_keras_serializable()``. A function that uses weights belongs in a Layer subclass,
    because the weights of a Lambda are not its own.

    Shapes:
        x: what the function takes. y: what it returns.

    Args:
        function: takes the inputs, and ``mask`` and ``training`` if it has arguments of these names.
        output_shape: sizes without the batch axis, or a function of the input's shape; found by abstract
            evaluation if None.
        mask: mask of the outputs, or a function ``(inputs, mask)`` that returns it.
        arguments: further arguments by name.

    Example:
        >>> import numpy as np
        >>> Lambda(lambda x, factor: x * factor, arguments={"factor": 3.0})(np.ones(2, "float32")).tolist()
        [3.0, 3.0]

    Source: as ``keras.layers.Lambda``, but bytecode is neither written nor read.
    """

    function: Any = field(converter=_function("Lambda's function"))
    output_shape: Any = field(None, _function_or_data, config=False, attribute="_given_output_shape")
    mask: Any = field(None, _function_or_data, config=False)
    arguments: Any = field(None, lambda given: dict(given or {}))

    _given_output_shape: Any
    # What the function does to rows is not known.
    couples_rows = True

    def check(self) -> None:
        """A mask that was given is one that is handled."""
        self.supports_masking = self.mask is not None

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """The function of the inputs."""
        takes = _parameters(self.function)
        extra = {k: v for k, v in (("mask", mask), ("training", training)) if k in takes and k not in self.arguments}
        return self.function(inputs, **self.arguments, **extra)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask that was given, or what the given function makes of the inputs' mask."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def compute_output_spec(self, inputs: Any, **kwargs: Any) -> Any:
        """As ``output_shape`` says, else what the function would return."""
        given = self._given_output_shape
        if given is None:
            return spec.evaluate(lambda *a, **k: self._call_on_arrays(a, k, top=False), inputs, **kwargs)
        first = tree.flatten(inputs)[0]
        shape: Any = given(shapes_of(inputs)) if callable(given) else (first.shape[0], *given)
        return spec.KerasTensor(shape, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the output for inputs of a shape."""
        return Layer.compute_output_shape(self, input_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, functions by name."""
        config = super().get_config()
        for name, value in (("output_shape", self._given_output_shape), ("mask", self.mask)):
            if value is not None:
                config[name] = registry.serialize(value)
        return config


@functools.lru_cache(256)
def _parameters(function: Any) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # builtins without a signature
        return frozenset()
