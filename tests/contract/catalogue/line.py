"""What a line of the catalogue says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Inner:
    """A layer among the arguments of another."""

    layer: str
    arguments: dict[str, Any]

    def make(self, library: Any) -> Any:
        """The layer, of Keras or of Cornu."""
        return getattr(library, self.layer)(**made(self.arguments, library))

    def __repr__(self) -> str:
        return f"{self.layer}({','.join(f'{k}={v}' for k, v in self.arguments.items())})"


def inner(layer: str, **arguments: Any) -> Inner:
    """A layer among the arguments of another."""
    return Inner(layer, arguments)


def made(value: Any, library: Any) -> Any:
    """Arguments with their inner layers made."""
    if isinstance(value, Inner):
        return value.make(library)
    if isinstance(value, dict):
        return {k: made(v, library) for k, v in value.items()}
    return [made(v, library) for v in value] if isinstance(value, list) else value


@dataclasses.dataclass(frozen=True, eq=False)
class Line:
    """A layer, its arguments, and inputs on which to try it.

    Attributes:
        layer: name in ``keras.layers``.
        shape: of the input with the batch axis, of 2 or more; a list of them for layers that take a list.
        arguments: of the constructor.
        dtype: of the inputs; integers are drawn from 0 to ``below - 1``.
        unknown: the shape as a graph may know it, None for sizes that vary; all but the batch axis known if left out.
        call: further arguments of the call; arrays have a row for each of the inputs'.
        spread: whether a list of inputs is passed as so many arguments.
        training: whether values, gradients and state are also compared in training.
        oracle: whether Keras can make it here; it needs TensorFlow for words and hashes.
        compiled: whether it can be part of compiled code; words and hashes cannot.
    """

    layer: str
    shape: Shape | list[Shape]
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    dtype: str = "float32"
    unknown: Any = None
    call: dict[str, Any] = dataclasses.field(default_factory=dict)
    below: int = 5
    spread: bool = False
    training: bool = False
    oracle: bool = True
    compiled: bool = True

    @property
    def id(self) -> str:
        """How the line is called in test names."""
        arguments = ",".join(f"{k}={v}" for k, v in self.arguments.items())
        dtype = "" if self.dtype == "float32" else f"-{self.dtype}"
        call = "".join(f"-{k}" if isinstance(v, np.ndarray) else f"-{k}={v}" for k, v in self.call.items())
        return f"{self.layer}({arguments})-{self.shape}{dtype}{call}".replace(" ", "")

    def make(self, library: Any, **more: Any) -> Any:
        """The layer, of Keras or of Cornu."""
        return Inner(self.layer, {**self.arguments, **more}).make(library)

    def run(self, layer: Any, inputs: Any, **more: Any) -> Any:
        """What a layer, or a function, makes of inputs."""
        return layer(*(inputs if self.spread else [inputs]), **self.call, **more)

    def rows(self, start: int, stop: int) -> tuple[Any, Line]:
        """Some rows of the inputs, and the line that says what else belongs to the call with them."""
        inputs = self.inputs()
        some = [x[start:stop] for x in inputs] if isinstance(inputs, list) else inputs[start:stop]
        call = {k: v[start:stop] if isinstance(v, np.ndarray) else v for k, v in self.call.items()}
        return some, dataclasses.replace(self, call=call)

    def inputs(self) -> Any:
        """Values, the same every time."""
        random = np.random.default_rng(7)

        def draw(shape: Shape) -> np.ndarray:
            if self.dtype == "string":
                return np.array(["horn", "the ram", "", "é", "a"], object)[random.integers(0, self.below, shape)]
            if np.issubdtype(np.dtype(self.dtype), np.integer):
                return random.integers(0, self.below, shape).astype(self.dtype)
            return random.normal(size=shape).astype(self.dtype)

        return [draw(s) for s in self.shape] if isinstance(self.shape, list) else draw(self.shape)


def lines(layer: str, shape: Any, *arguments: dict[str, Any], **more: Any) -> list[Line]:
    """A line for each set of arguments."""
    return [Line(layer, shape, given, **more) for given in arguments]
