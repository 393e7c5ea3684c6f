"""Texts as rows of ids of their words."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.core.spec import KerasTensor
from cornu.layers.preprocessing.batches_of import batches_of
from cornu.layers.preprocessing.categories import no_sparse, output_mode
from cornu.layers.preprocessing.string_lookup import StringLookup
from cornu.layers.preprocessing.text import TextLayer, as_texts

_MODES = ("int", "multi_hot", "count", "tf_idf")
_SIGNS = str.maketrans("", "", string.punctuation)
STANDARDIZE: dict[str, Callable[[str], str]] = {
    "lower_and_strip_punctuation": lambda text: text.lower().translate(_SIGNS),
    "lower": str.lower,
    "strip_punctuation": lambda text: text.translate(_SIGNS),
}
_SPACE = re.compile(r"[ \t\n\v\f\r]+")
SPLIT: dict[str, Callable[[str], list[str]]] = {
    "whitespace": lambda text: [word for word in _SPACE.split(text) if word],
    "character": list,
}


def _one_of(what: str, names: Mapping[str, Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if isinstance(value, dict):  # a registered function, in a config
            value = registry.deserialize(value)
        if value is not None and not callable(value) and value not in names:
            known = f"None, a function, or one of {list(names)}"
            raise ValueError(explain(f"TextVectorization's {what}", known, repr(value)[:80], "Correct it."))
        return value

    return convert


def _ngrams(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    return [int(n) for n in value]


@declared
class TextVectorization(TextLayer):
    """Texts as rows of ids: each is made plain, split into words, joined to n-grams and looked up.

    It runs on the host, on arrays and lists of strings: XLA has no strings. Use it where data is read.

    Shapes:
        x: (batch,) or (batch, 1), text; or one text.
        y: (batch, words), int32, 0 behind the end of shorter texts; or rows (batch, size of the vocabulary).

    Args:
        max_tokens: most tokens, padding and unknown ones included, that ``adapt`` keeps.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None or a function of text.
        split: "whitespace", "character", None or a function from a text to a list.
        ngrams: n for all runs of up to n words, or a list of lengths.
        output_mode: "int", "multi_hot", "count" or "tf_idf".
        output_sequence_length: words in a row; cut, or filled with 0.
        vocabulary, idf_weights, pad_to_max_tokens: see ``StringLookup``.

    Example:
        >>> layer = TextVectorization(vocabulary=["horn", "the"])
        >>> layer(["The horn!", "a"]).tolist()
        [[3, 2], [1, 0]]

    Source: ids, order of learnt vocabularies and storage as ``keras.layers.TextVectorization``.
    """

    max_tokens: int | None = None
    standardize: Any = field("lower_and_strip_punctuation", _one_of("standardize", STANDARDIZE))
    split: Any = field("whitespace", _one_of("split", SPLIT))
    ngrams: Any = field(None, _ngrams)
    output_mode: str = output_mode("TextVectorization", "int", _MODES)
    output_sequence_length: int | None = None
    pad_to_max_tokens: bool = False
    vocabulary: Any = field(None, config=False, attribute="_first_vocabulary")
    idf_weights: Any = field(None, config=False, attribute="_first_idf")
    sparse: bool = no_sparse("TextVectorization")
    ragged: bool = no_sparse("TextVectorization")
    encoding: str = "utf-8"
    name: Any = field(None, base=True)
    _first_vocabulary: Any
    _first_idf: Any

    def check(self) -> None:
        """The vocabulary lies in a layer of its own, as in files."""
        if self.output_sequence_length is not None and self.output_mode != "int":
            raise ValueError(
                explain(
                    f"TextVectorization {self.name!r}",
                    "output_sequence_length with output_mode='int' alone",
                    repr(self.output_mode),
                    "Drop one of them.",
                )
            )
        self.autocast = False
        self._lookup_layer = StringLookup(
            max_tokens=self.max_tokens,
            vocabulary=self._first_vocabulary,
            idf_weights=self._first_idf,
            pad_to_max_tokens=self.pad_to_max_tokens,
            mask_token="" if self.output_mode == "int" else None,
            output_mode=self.output_mode,
        )
        self._first_vocabulary = self._first_idf = None
        self.built = True

    # The vocabulary.

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary from texts, or from batches of them; the most frequent words come first."""
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the words of one batch of texts."""
        for words in self._words(data):
            self._lookup_layer.count_document(words)

    def finalize_state(self) -> None:
        """Make the vocabulary from what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words in the order of their ids."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many ids there are."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the words."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # Calls.

    def _words(self, texts: Any) -> list[list[str]]:
        """The tokens of each text."""
        array = as_texts(texts, self._who())
        if array.ndim > 1 and array.shape[-1] != 1 and self.split is not None:
            raise ValueError(
                explain(self._who(), "texts of shape (batch,) or (batch, 1)", str(array.shape), "Join or flatten them.")
            )
        rows = array.reshape(len(array), -1) if array.ndim > 1 else array.reshape(-1, 1)
        plain: Any = self.standardize if callable(self.standardize) else STANDARDIZE.get(self.standardize or "", str)
        split: Any = self.split if callable(self.split) else SPLIT.get(self.split or "", lambda text: [text])
        return [self._joined([w for text in row for w in split(plain(text))]) for row in rows.tolist()]

    def _joined(self, words: list[str]) -> list[str]:
        if self.ngrams is None:
            return words
        lengths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
        return [" ".join(words[i : i + n]) for n in lengths for i in range(len(words) - n + 1)]

    def call(self, inputs: Any) -> Any:
        """Rows of ids."""
        single = np.ndim(inputs) == 0
        rows = self._words(inputs)
        longest = max(map(len, rows), default=0)
        if self.output_mode == "int":
            size = self.output_sequence_length or longest
            padded = [[*row[:size], *[""] * (size - len(row))] for row in rows]
            ids = self._lookup_layer(np.array(padded, object).reshape(len(rows), size))
            return ids[0] if single else ids
        made = [self._row(row) for row in rows]
        return made[0] if single else jnp.stack(made)

    def _row(self, words: list[str]) -> Any:
        """Zeros and ones, counts or weights for the words of one text."""
        lookup = self._lookup_layer
        if not words:
            return jnp.zeros(lookup.depth, self._row_dtype)
        return lookup(np.array(words, object))

    @property
    def _row_dtype(self) -> str:
        return self._lookup_layer.weighed_dtype if self.output_mode == "tf_idf" else "int32"

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """(batch, words) or (batch, size of the vocabulary)."""
        if self.output_mode == "int":
            return KerasTensor((inputs.shape[0], self.output_sequence_length), "int32")
        return KerasTensor((inputs.shape[0], self._lookup_layer.depth), self._row_dtype)

    # Files.

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; a vocabulary that was learnt lies beside it, in ``assets``."""
        lookup = self._lookup_layer.get_config()
        return {
            **super().get_config(),
            **{key: lookup[key] for key in ("vocabulary", "idf_weights", "vocabulary_size")},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer; the size of its vocabulary follows from that."""
        return super().from_config({k: v for k, v in config.items() if k != "vocabulary_size"})

    def assets(self) -> dict[str, bytes]:
        """What files hold beside the config: a vocabulary that was learnt."""
        return self._lookup_layer.assets()

    def take_assets(self, assets: Mapping[str, bytes]) -> None:
        """The vocabulary from a file."""
        self._lookup_layer.take_assets(assets)

    def save_assets(self, dir_path: Any) -> None:
        """Write ``vocabulary.txt`` into a folder."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> None:
        """Read ``vocabulary.txt`` from a folder."""
        self._lookup_layer.load_assets(dir_path)
