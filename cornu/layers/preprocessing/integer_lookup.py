"""Ids of integers."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.layers.preprocessing.categories import no_sparse, output_mode
from cornu.layers.preprocessing.lookup import LOOKUP_MODES, Lookup, place_of_ints


def _floormod(value: Any) -> str:
    if value != "floormod":
        raise ValueError(
            explain("IntegerLookup's oov_method", "to be 'floormod'", repr(value), "Hash the integers with Hashing.")
        )
    return value


@declared
class IntegerLookup(Lookup):
    """Ids of integers by their place in a vocabulary, or integers of ids. It can be part of compiled models.

    Shapes:
        x: (...), integers.
        y: (...), int32; or rows, see ``CategoryEncoding``.

    Args: as of ``StringLookup``; and
        vocabulary_dtype: kept for files.
        oov_method: "floormod": the remainder of unknown integers by num_oov_indices says which id they get.

    Example:
        >>> layer = IntegerLookup(vocabulary=[10, 20])
        >>> layer([20, 10, 5]).tolist()
        [2, 1, 0]

    Source: ids, order of learnt vocabularies and storage as ``keras.layers.IntegerLookup``.
    """

    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: Any = None
    oov_token: Any = -1
    vocabulary: Any = field(None, attribute="_given_vocabulary")
    vocabulary_dtype: str = "int64"
    idf_weights: Any = field(None, attribute="_given_idf")
    invert: bool = False
    output_mode: str = output_mode("IntegerLookup", "int", LOOKUP_MODES)
    sparse: bool = no_sparse("IntegerLookup")
    pad_to_max_tokens: bool = False
    oov_method: str = field("floormod", _floormod)
    salt: Any = None
    name: Any = field(None, base=True)

    token_dtype = "int32"

    def as_tokens(self, values: Any) -> list[Any]:
        """Values as whole numbers."""
        tokens = [int(v) for v in np.asarray(values, object).reshape(-1).tolist()]
        far = next((t for t in tokens if not -(2**63) <= t < 2**63), None)
        if far is not None:
            self._refuse("integers of 64 bits as its vocabulary", f"one of {far.bit_length()}", "Hash them first.")
        return tokens

    def ids_of(self, inputs: Any) -> Any:
        """Place of each integer; one of the ids for unknown ones, by remainder, for all others."""
        # Arrays of NumPy may hold integers of 64 bits.
        xp: Any = np if isinstance(inputs, np.ndarray) else jnp
        values = xp.asarray(inputs)
        first = int(self.has_mask)
        unknown = first + xp.mod(values, max(self.num_oov_indices, 1))
        tokens = self._tokens or []
        ids = place_of_ints(values, tokens, self._start, unknown, xp)
        ids = xp.where(values == self.mask_token, 0, ids) if self.has_mask else ids
        if self.num_oov_indices == 0 and not isinstance(values, Tracer):
            known = {*tokens, *([self.mask_token] if self.has_mask else [])}
            missing = [v for v in np.asarray(values).reshape(-1).tolist() if v not in known]
            if missing:
                self._refuse("integers of its vocabulary, as num_oov_indices=0", repr(missing[:3]), "Clean the data.")
        return jnp.asarray(ids.astype("int32"))

    def tokens_of(self, ids: Any) -> Any:
        """Integers of ids; the out-of-vocabulary token for those of none."""
        table = jnp.asarray(np.array([*self.get_vocabulary(), self.oov_token], "int64").astype("int32"))
        places = jnp.asarray(ids, "int32")
        last = table.shape[0] - 1
        return table[jnp.where((places < 0) | (places > last), last, places)]
