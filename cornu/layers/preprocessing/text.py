"""Words as NumPy arrays: what layers of text take and give. XLA has no strings, so these layers run on the host."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax.core import Tracer

from cornu.core import spec
from cornu.core.errors import explain
from cornu.layers.layer import Layer


def is_text(values: Any) -> bool:
    """Whether an array, a list or a string holds text."""
    if isinstance(values, (str, bytes)):
        return True
    if isinstance(values, (list, tuple)):
        return len(values) > 0 and is_text(values[0])
    dtype = getattr(values, "dtype", None)
    return getattr(dtype, "kind", "-") in "USOT" or str(getattr(dtype, "name", dtype)) == "string"


def as_texts(values: Any, who: str) -> np.ndarray:
    """Text from arrays, lists, and tensors of other libraries as an array of ``str`` objects.

    Example:
        >>> as_texts([b"a", "b"], "It").tolist()
        ['a', 'b']
    """
    if isinstance(values, Tracer):
        raise TypeError(
            explain(
                who,
                "to be called outside of compiled code: text cannot be compiled",
                f"a traced array of {values.dtype}",
                "Turn words into integers while the data is read (dataset.map), and let the model begin with integers.",
            )
        )
    array = np.asarray(values.numpy() if hasattr(values, "numpy") else values)
    if array.dtype.kind not in "USOT":
        raise TypeError(explain(who, "text", f"values of dtype {array.dtype}", "Pass an array or list of strings."))
    flat = [x.decode("utf-8", "replace") if isinstance(x, bytes) else str(x) for x in array.reshape(-1).tolist()]
    result = np.empty(len(flat), object)
    result[:] = flat
    return result.reshape(array.shape)


class TextLayer(Layer):
    """A layer whose inputs may be text: lists and single strings are taken too."""

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the layer on arrays, lists or strings, or record the call on a symbolic tensor."""
        if not spec.any_symbolic((inputs,), {}):
            inputs = _arrays(inputs) if self._takes_several(inputs) else _array(inputs)
        return super().__call__(inputs, *args, **kwargs)

    def _convert_leaf(self, x: Any) -> Any:
        # JAX would cut integers to 32 bits.
        return x if isinstance(x, np.ndarray) else super()._convert_leaf(x)

    def _takes_several(self, inputs: Any) -> bool:
        return False

    def build(self, input_shape: Any = None) -> None:
        """There are no weights."""
        self.built = True

    def get_build_config(self) -> dict[str, Any]:
        """Nothing is built from shapes."""
        return {}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Nothing is built from shapes."""
        self.built = True


def _arrays(inputs: Any) -> list[Any]:
    return [_array(x) for x in inputs]


def _array(values: Any) -> Any:
    if is_text(values):
        return as_texts(values, "A layer of text")
    return values if hasattr(values, "dtype") else np.asarray(values)
