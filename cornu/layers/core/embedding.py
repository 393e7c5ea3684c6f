"""Tables of vectors: a row for each integer."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import dtypes, registry
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.core.spec import KerasTensor
from cornu.layers import fields
from cornu.layers.quantized import Quantizable, Scaling


@declared
class Embedding(Quantizable):
    """A row of a table for each integer: ``y[...] = embeddings[x[...]]``.

    Shapes:
        x: (...), integers from 0 to input_dim - 1; floats are cut to int32.
        y: (..., output_dim), in the policy's compute dtype; NaN where x is beyond the table.

    Args:
        input_dim: number of rows.
        output_dim: size of a row.
        mask_zero: whether 0 is padding: later layers get the mask ``x != 0``.
        weights: first value of the table, an array or a list of one.

    Example:
        >>> import numpy as np
        >>> Embedding(10, 4)(np.array([[1, 2, 3]])).shape
        (1, 3, 4)

    Source: numbers and masks as ``keras.layers.Embedding``.
    """

    input_dim: int = fields.positive("Embedding's input_dim")
    output_dim: int = fields.positive("Embedding's output_dim")
    embeddings_initializer: Any = fields.initializer("uniform")
    embeddings_regularizer: Any = fields.regularizer()
    embeddings_constraint: Any = fields.constraint()
    mask_zero: bool = False
    weights: Any = field(None, config=False, attribute="_first_table")
    lora_rank: int | None = fields.lora_rank("Embedding")
    lora_alpha: float | None = fields.lora_alpha("Embedding")
    quantization_config: Any = fields.quantization_config()
    _first_table: Any
    # Keras 2's; the length is that of the input.
    input_length: Any = field(None, config=False, hidden=True)

    large_weights = ("embeddings",)

    def check(self) -> None:
        """Masks travel on where 0 is padding; integers given as floats must not be rounded to 16 bits."""
        self.supports_masking = self.mask_zero
        self.autocast = False

    def build(self, input_shape: Any = None) -> None:
        """Make embeddings (input_dim, output_dim)."""
        self.embeddings = self.add_large_weight(
            "embeddings",
            (self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self.embeddings.looked_up = True
        if self._first_table is not None:
            table = self._first_table
            self.embeddings.assign(table[0] if isinstance(table, (list, tuple)) and len(table) == 1 else table)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Rows for integers."""
        return self.rows_of("embeddings", self._integers(inputs)).astype(self.compute_dtype)

    def weight_scaling(self, name: str) -> Scaling:
        """A scale for each row."""
        return Scaling((1,), lambda scale: scale[:, 0])

    def _integers(self, inputs: Any) -> Any:
        dtype = getattr(inputs, "dtype", None)
        if dtype is None or dtype.kind in "USO" or jnp.issubdtype(dtype, jnp.complexfloating):
            raise TypeError(
                explain(
                    self._who(),
                    "integers",
                    f"values of dtype {dtype}",
                    "Turn words into integers first, with StringLookup or TextVectorization.",
                )
            )
        return inputs if jnp.issubdtype(dtype, jnp.integer) else inputs.astype("int32")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """``inputs != 0`` if 0 is padding."""
        return jnp.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(..., output_dim)."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; files also name the penalty on the outputs."""
        return {**super().get_config(), "activity_regularizer": registry.serialize(self.activity_regularizer)}


class ReversibleEmbedding(Embedding):
    """A table read both ways: ``y = embeddings[x]``, or ``y = x @ embeddings.T`` with ``reverse=True``.

    Shapes:
        x: (...), integers; with reverse (..., output_dim), floats.
        y: (..., output_dim); with reverse (..., input_dim), one score for each row of the table.

    Args:
        tie_weights: whether both ways use one table; otherwise the way back has its own, (output_dim, input_dim).
        reverse_dtype: dtype in which the way back is computed.
        logit_soft_cap: c in ``y = c * tanh(y / c)`` on the way back; None for none.

    Example:
        >>> import numpy as np
        >>> layer = ReversibleEmbedding(10, 4)
        >>> layer(layer(np.array([[1, 2, 3]])), reverse=True).shape
        (1, 3, 10)

    Source: numbers as ``keras.layers.ReversibleEmbedding``.
    """

    large_weights = ("embeddings", "reverse_embeddings")

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = None if reverse_dtype is None else dtypes.standardize_dtype(reverse_dtype)
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Make embeddings (input_dim, output_dim) and, if not tied, reverse_embeddings (output_dim, input_dim)."""
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_large_weight(
                "reverse_embeddings",
                (self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
                regularizer=self.embeddings_regularizer,
                constraint=self.embeddings_constraint,
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Rows for integers, or scores of all rows for vectors."""
        if not reverse:
            return super().call(inputs)
        inputs = inputs.astype(self._reverse_dtype)
        if self.tie_weights:
            logits = self.times(inputs, "embeddings", _times_rows)
        else:
            logits = self.times(inputs, "reverse_embeddings", _times)
        if self.logit_soft_cap is not None:
            logits = jnp.tanh(logits / self.logit_soft_cap) * self.logit_soft_cap
        return logits

    def weight_scaling(self, name: str) -> Scaling:
        """A scale for each row of the table, which is a column of the way back."""
        return super().weight_scaling(name) if name == "embeddings" else Scaling((0,), lambda scale: scale[0])

    @property
    def _reverse_dtype(self) -> str:
        return self.reverse_dtype or self.compute_dtype

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """``inputs != 0`` if 0 is padding and the inputs are integers; the mask of vectors is kept."""
        if jnp.issubdtype(inputs.dtype, jnp.floating):
            return previous_mask
        return super().compute_mask(inputs, previous_mask)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> KerasTensor:
        """(..., output_dim), or (..., input_dim) in the dtype of the way back."""
        if reverse:
            return KerasTensor((*inputs.shape[:-1], self.input_dim), self._reverse_dtype)
        return KerasTensor((*inputs.shape, self.output_dim), self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {name: getattr(self, name) for name in ("tie_weights", "reverse_dtype", "logit_soft_cap")}
        return {**super().get_config(), **own}


def _times(x: Any, table: Any, **how: Any) -> Any:
    # In the dtype of the way back, which need not be the one that the table is read in.
    return jnp.matmul(x, table.astype(x.dtype), **how)


def _times_rows(x: Any, table: Any, **how: Any) -> Any:
    return _times(x, table.T, **how)
