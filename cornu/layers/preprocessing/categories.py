"""Integers as rows of zeros and ones, or of counts."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.core.spec import KerasTensor
from cornu.layers import fields
from cornu.layers.layer import Layer

MODES = ("int", "one_hot", "multi_hot", "count")


def no_sparse(what: str) -> Any:
    """``sparse=``: XLA has no sparse arrays."""

    def convert(value: Any) -> bool:
        if value:
            raise ValueError(explain(f"{what}'s sparse", "to be False", "True", "Dense arrays are all there is."))
        return False

    return field(False, convert)


def output_mode(what: str, default: str = "int", modes: tuple[str, ...] = MODES) -> Any:
    """One of the forms in which integers are handed on."""

    def convert(value: Any) -> str:
        if value not in modes:
            raise ValueError(explain(f"{what}'s output_mode", f"one of {list(modes)}", repr(value), "Correct it."))
        return value

    return field(default, convert)


def encoded(ids: Any, mode: str, depth: int, dtype: str, weights: Any = None) -> Any:
    """Integers below ``depth`` in a form.

    Shapes:
        ids: (...), or (..., n). one_hot: (..., depth), an axis of size 1 at the end left out.
        multi_hot, count: (..., depth), over the last axis; a row for all of one-dimensional ids.
    """
    if mode == "int":
        return ids
    if ids.ndim == 0:
        ids = ids.reshape(1)
    if mode == "one_hot":
        ids = ids[..., 0] if ids.ndim > 1 and ids.shape[-1] == 1 else ids
        return jax.nn.one_hot(ids, depth, dtype=dtype)
    rows = jax.nn.one_hot(ids, depth, dtype=dtype)
    if mode == "multi_hot":
        return jnp.max(rows, axis=-2)
    if weights is not None:
        rows = rows * jnp.asarray(weights, dtype).reshape(ids.shape)[..., None]
    return jnp.sum(rows, axis=-2)


def encoded_shape(shape: tuple[Any, ...], mode: str, depth: int) -> tuple[Any, ...]:
    """Shape of ``encoded`` for ids of a shape."""
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:-1], depth)


@declared
class CategoryEncoding(Layer):
    """Integers as rows of ``num_tokens`` zeros and ones, or of counts.

    Shapes:
        x: (...,) integers from 0 to num_tokens - 1.
        y: one_hot: (..., num_tokens). multi_hot, count: (num_tokens) for each last axis.

    Args:
        num_tokens: how many different integers there are.
        output_mode: "one_hot", "multi_hot" or "count".

    Example:
        >>> import numpy as np
        >>> CategoryEncoding(4)(np.array([[0, 1], [3, 3]])).tolist()
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]

    Source: numbers as ``keras.layers.CategoryEncoding``; integers out of bounds give zeros in compiled code.
    """

    num_tokens: int = fields.positive("CategoryEncoding's num_tokens", None)
    output_mode: str = output_mode("CategoryEncoding", "multi_hot", MODES[1:])
    sparse: bool = no_sparse("CategoryEncoding")

    def check(self) -> None:
        """Integers stay integers."""
        self.autocast = False
        self.built = True

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Outputs for inputs; ``count_weights`` says how much each of them counts."""
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                explain(
                    self._who(), "count_weights with output_mode='count' alone", repr(self.output_mode), "Drop one."
                )
            )
        if not isinstance(inputs, Tracer) and inputs.size:
            low, high = int(np.min(inputs)), int(np.max(inputs))
            if low < 0 or high >= self.num_tokens:
                raise ValueError(
                    explain(
                        self._who(),
                        f"integers from 0 to {self.num_tokens - 1}",
                        f"{low} to {high}",
                        "Raise num_tokens.",
                    )
                )
        ids = jnp.asarray(inputs, "int32")
        return encoded(ids, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def compute_output_shape(self, input_shape: Any, count_weights_shape: Any = None) -> Any:
        """One axis of ``num_tokens`` more, or in place of the last."""
        return encoded_shape(tuple(input_shape), self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs: Any, count_weights: Any = None) -> KerasTensor:
        """In the policy's compute dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = super().get_config()
        del config["sparse"]
        return config
