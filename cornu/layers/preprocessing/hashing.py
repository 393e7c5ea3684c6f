"""Ids without a vocabulary: hashes of words and integers."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax.core import Tracer

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.core.spec import KerasTensor
from cornu.layers import fields
from cornu.layers.layer import Layer
from cornu.layers.preprocessing.categories import encoded, encoded_shape, no_sparse, output_mode
from cornu.layers.preprocessing.fingerprints import crossed, fingerprint64, siphash
from cornu.layers.preprocessing.text import TextLayer, as_texts, is_text


def _salt(value: Any) -> list[int] | None:
    if value is None:
        return None
    words = [value, value] if isinstance(value, int) else list(value)
    if len(words) != 2 or not all(type(w) is int for w in words):
        raise ValueError(explain("Hashing's salt", "an int, or two of them", repr(value), "Pass for example 1337."))
    return words


def buckets(values: np.ndarray, count: int, salt: list[int] | None = None) -> np.ndarray:
    """The bucket, from 0 to ``count - 1``, of each text."""
    if salt is None:
        hashes = [fingerprint64(v.encode()) % count for v in values.reshape(-1).tolist()]
    else:
        hashes = [siphash(v.encode(), (salt[0], salt[1])) % count for v in values.reshape(-1).tolist()]
    return np.array(hashes, "int64").reshape(values.shape)


def concrete(inputs: Any, who: str) -> np.ndarray:
    """An array on the host; what hashes cannot be compiled."""
    if isinstance(inputs, Tracer):
        raise TypeError(
            explain(
                who,
                "to be called outside of compiled code: hashes are 64-bit integers on the host",
                f"a traced array of {inputs.dtype}",
                "Hash while the data is read (dataset.map), and let the model begin with the ids.",
            )
        )
    return np.asarray(inputs)


@declared
class Hashing(TextLayer):
    """A bucket for each word or integer: ``fingerprint64(x) % num_bins``.

    Shapes:
        x: (...), text or integers.
        y: (...), int32 from 0 to num_bins - 1; or rows of them, see ``CategoryEncoding``.

    Args:
        num_bins: how many buckets.
        mask_value: a value whose bucket is 0; all others are then in 1 to num_bins - 1.
        salt: an int or two: the key of another hash, SipHash.
        output_mode: "int", "one_hot", "multi_hot" or "count".

    Example:
        >>> Hashing(3)(["A", "B", "C", "D", "E"]).tolist()
        [1, 0, 1, 1, 2]

    Source: numbers as ``keras.layers.Hashing``, whose hash of text is FarmHash's Fingerprint64.
    """

    num_bins: int = fields.positive("Hashing's num_bins")
    mask_value: Any = None
    salt: Any = field(None, _salt)
    output_mode: str = output_mode("Hashing")
    sparse: bool = no_sparse("Hashing")

    def check(self) -> None:
        """Integers stay integers."""
        self.autocast = False
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Buckets of words or integers."""
        values = as_texts(inputs, self._who()) if is_text(inputs) else concrete(inputs, self._who())
        texts = values if values.dtype == object else _digits(values, self._who())
        if self.mask_value is None:
            ids = buckets(texts, self.num_bins, self.salt)
        else:
            ids = 1 + buckets(texts, max(self.num_bins - 1, 1), self.salt)
            ids = np.where(values == self.mask_value, 0, ids)
        return encoded(_on_device(ids), self.output_mode, self.num_bins, _row_dtype(self))

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Integers, or rows of them."""
        shape = encoded_shape(tuple(inputs.shape), self.output_mode, self.num_bins)
        return KerasTensor(shape, "int32" if self.output_mode == "int" else _row_dtype(self))


def _digits(values: np.ndarray, who: str) -> np.ndarray:
    if values.dtype.kind not in "iu":
        raise TypeError(explain(who, "text or integers", f"values of dtype {values.dtype}", "Cast them first."))
    flat = np.empty(values.size, object)
    flat[:] = [str(v) for v in values.reshape(-1).tolist()]
    return flat.reshape(values.shape)


def _on_device(ids: np.ndarray) -> Any:
    import jax.numpy as jnp

    return jnp.asarray(ids.astype("int32"))


def _row_dtype(layer: Any) -> str:
    return layer.compute_dtype if "float" in layer.compute_dtype else "float32"


@declared
class HashedCrossing(Layer):
    """A bucket for each combination of values of several features.

    Shapes:
        x: two features or more, (batch,) or (batch, 1) each, text or integers.
        y: int32 of the same shape; or rows (batch, num_bins).

    Args:
        num_bins: how many buckets.
        output_mode: "int" or "one_hot".

    Example:
        >>> import numpy as np
        >>> HashedCrossing(5)((np.array([1, 2]), np.array([4, 5]))).shape
        (2,)

    Source: numbers as ``keras.layers.HashedCrossing``.
    """

    num_bins: int = fields.positive("HashedCrossing's num_bins")
    output_mode: str = output_mode("HashedCrossing", "int", ("int", "one_hot"))
    sparse: bool = no_sparse("HashedCrossing")
    name: Any = field(None, base=True)
    dtype: Any = field(None, base=True)

    def check(self) -> None:
        """Integers stay integers."""
        self.autocast = False
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Buckets of combinations."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(explain(self._who(), "a list of two features or more", repr(inputs)[:60], "Pass (a, b)."))
        parts = [_words(x, self._who()) for x in inputs]
        shape = np.shape(inputs[0])
        ids = [crossed(row) % self.num_bins for row in zip(*parts, strict=True)]
        rows = _on_device(np.array(ids, "int64").reshape(shape))
        return encoded(rows, self.output_mode, self.num_bins, _row_dtype(self))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The first feature's, or rows of ``num_bins``."""
        return encoded_shape(tuple(input_shape[0]), self.output_mode, self.num_bins)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Integers, or rows of them."""
        shape = self.compute_output_shape([x.shape for x in inputs])
        return KerasTensor(shape, "int32" if self.output_mode == "int" else _row_dtype(self))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {"num_bins": self.num_bins, "output_mode": self.output_mode, "sparse": self.sparse}
        return {**own, "name": self.name, "dtype": self.dtype}


def _words(values: Any, who: str) -> list[int]:
    """A 64-bit word for each value: the integer itself, or the fingerprint of a text."""
    if is_text(values):
        return [fingerprint64(v.encode()) for v in as_texts(values, who).reshape(-1).tolist()]
    return [int(v) & ((1 << 64) - 1) for v in concrete(values, who).reshape(-1).tolist()]
