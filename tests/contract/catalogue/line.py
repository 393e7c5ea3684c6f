"""What a line of the catalogue says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Line:
    """A layer, its arguments, and inputs on which to try it.

    Attributes:
        layer: name in ``keras.layers``.
        shape: of the input with the batch axis, of 2 or more; a list of them for layers that take a list.
        arguments: of the constructor.
        dtype: of the inputs; integers are drawn from 0 to ``below - 1``.
        unknown: the shape as a graph may know it, None for sizes that vary; all but the batch axis known if left out.
        call: further arguments of the call.
    """

    layer: str
    shape: Shape | list[Shape]
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    dtype: str = "float32"
    unknown: Any = None
    call: dict[str, Any] = dataclasses.field(default_factory=dict)
    below: int = 5

    @property
    def id(self) -> str:
        """How the line is called in test names."""
        arguments = ",".join(f"{k}={v}" for k, v in self.arguments.items())
        dtype = "" if self.dtype == "float32" else f"-{self.dtype}"
        return f"{self.layer}({arguments})-{self.shape}{dtype}".replace(" ", "")

    def inputs(self) -> Any:
        """Values, the same every time."""
        random = np.random.default_rng(7)

        def draw(shape: Shape) -> np.ndarray:
            if np.issubdtype(np.dtype(self.dtype), np.integer):
                return random.integers(0, self.below, shape).astype(self.dtype)
            return random.normal(size=shape).astype(self.dtype)

        return [draw(s) for s in self.shape] if isinstance(self.shape, list) else draw(self.shape)


def lines(layer: str, shape: Any, *arguments: dict[str, Any], **more: Any) -> list[Line]:
    """A line for each set of arguments."""
    return [Line(layer, shape, given, **more) for given in arguments]
