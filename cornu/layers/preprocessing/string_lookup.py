"""Ids of words."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core.declare import declared, field
from cornu.layers.preprocessing.categories import no_sparse, output_mode
from cornu.layers.preprocessing.hashing import buckets, concrete
from cornu.layers.preprocessing.lookup import LOOKUP_MODES, Lookup
from cornu.layers.preprocessing.text import as_texts


@declared
class StringLookup(Lookup):
    """Ids of words by their place in a vocabulary, or words of ids.

    It runs on the host, on arrays and lists of strings: XLA has no strings. Use it where data is read, or call a model
    that begins with it outside of compiled code.

    Shapes:
        x: (...), text; with invert integers.
        y: (...), int32; or rows, see ``CategoryEncoding``; with invert an array of ``str`` objects.

    Args:
        max_tokens: most tokens, special ones included, that ``adapt`` keeps.
        num_oov_indices: ids for words that are not in the vocabulary, told apart by a hash.
        mask_token: a word whose id is 0.
        oov_token: what stands for unknown words.
        vocabulary: the words, or the path of a file with one a line; learnt by ``adapt`` if None.
        idf_weights: with output_mode="tf_idf" one for each word.
        invert: whether ids are turned into words.
        output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf".
        pad_to_max_tokens: whether rows have max_tokens places whatever the vocabulary.

    Example:
        >>> layer = StringLookup(vocabulary=["a", "b"])
        >>> layer(["b", "a", "c"]).tolist()
        [2, 1, 0]

    Source: ids, order of learnt vocabularies and storage as ``keras.layers.StringLookup``.
    """

    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: Any = None
    oov_token: Any = "[UNK]"
    vocabulary: Any = field(None, attribute="_given_vocabulary")
    idf_weights: Any = field(None, attribute="_given_idf")
    invert: bool = False
    output_mode: str = output_mode("StringLookup", "int", LOOKUP_MODES)
    pad_to_max_tokens: bool = False
    sparse: bool = no_sparse("StringLookup")
    encoding: str = "utf-8"
    name: Any = field(None, base=True)
    salt: Any = None
    # Keras's files name it; text has one way to hash.
    oov_method: Any = field("floormod", hidden=True)

    def as_tokens(self, values: Any) -> list[Any]:
        """Values as text."""
        flat = np.asarray(values, object).reshape(-1).tolist()
        return [v.decode("utf-8") if isinstance(v, bytes) else str(v) for v in flat]

    def ids_of(self, inputs: Any) -> Any:
        """Place of each word; one of the ids for unknown words, by hash, for all others."""
        words = as_texts(inputs, self._who())
        flat = words.reshape(-1).tolist()
        places = {**self._place, **({self.mask_token: 0} if self.has_mask else {})}
        first = int(self.has_mask)
        if self.num_oov_indices == 0:
            missing = [w for w in flat if w not in places]
            if missing:
                self._refuse("words of its vocabulary, as num_oov_indices=0", repr(missing[:3]), "Clean the data.")
            ids = [places[w] for w in flat]
        elif self.num_oov_indices == 1:
            ids = [places.get(w, first) for w in flat]
        else:
            unknown = buckets(words, self.num_oov_indices).reshape(-1).tolist()
            ids = [places.get(w, first + u) for w, u in zip(flat, unknown, strict=True)]
        return jnp.asarray(np.array(ids, "int32").reshape(words.shape))

    def tokens_of(self, ids: Any) -> Any:
        """Words of ids; the out-of-vocabulary token for those of none."""
        words = np.array([*self.get_vocabulary(), self.oov_token], object)
        places = concrete(ids, self._who())
        return words[np.where((places < 0) | (places >= len(words) - 1), len(words) - 1, places)]
