"""Vocabularies: tokens to ids and back. What words and integers have in common."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import sharing
from cornu.core.errors import UnsafeFileError, explain
from cornu.core.spec import KerasTensor
from cornu.layers.preprocessing.batches_of import batches_of
from cornu.layers.preprocessing.categories import MODES, encoded, encoded_shape
from cornu.layers.preprocessing.text import TextLayer

LOOKUP_MODES = (*MODES, "tf_idf")
VOCABULARY = "vocabulary.txt"
# A list of them is made: a config that asks for more asks for memory.
_MOST_OOV = 1_000_000


class Lookup(TextLayer):
    """Ids of tokens: place in a vocabulary, which is given or learnt.

    Ids: 0 is the mask's if there is a mask token and the output mode is "int"; then come ``num_oov_indices`` for what is
    not in the vocabulary; then the tokens.

    Subclasses declare the arguments, and say in ``as_tokens`` what a token is.
    """

    max_tokens: int | None
    num_oov_indices: int
    mask_token: Any
    oov_token: Any
    _given_vocabulary: Any
    _given_idf: Any
    invert: bool
    output_mode: str
    pad_to_max_tokens: bool
    token_dtype = "string"

    def check(self) -> None:
        """Take the vocabulary; what a file says is never a path."""
        self.autocast = False
        self._tokens: list[Any] | None = None
        self._idf: np.ndarray | None = None
        self._counts: Counter[Any] = Counter()
        self._documents: Counter[Any] = Counter()
        self._seen = 0
        self._check_arguments()
        given = self._given_vocabulary
        if isinstance(given, (str, os.PathLike)):
            given = self._read_vocabulary(given)
            self._given_vocabulary = given
        if given is not None:
            given = np.asarray(given, object).tolist()
            self._given_vocabulary = given
            self._set(given, self._given_idf)
        self.built = True

    def _check_arguments(self) -> None:
        if self.invert and self.output_mode != "int":
            self._refuse("output_mode='int' with invert=True", repr(self.output_mode), "Drop one of them.")
        if self.max_tokens is not None and self.max_tokens < 1 + self.num_oov_indices:
            self._refuse("max_tokens over num_oov_indices", self.max_tokens, "Raise it.")
        if not 0 <= self.num_oov_indices <= _MOST_OOV:
            self._refuse(f"num_oov_indices from 0 to {_MOST_OOV:,}", self.num_oov_indices, "Correct it.")
        if self._given_idf is not None and self.output_mode != "tf_idf":
            self._refuse("idf_weights with output_mode='tf_idf' alone", repr(self.output_mode), "Drop one of them.")

    def _refuse(self, needs: str, got: Any, action: str) -> None:
        raise ValueError(explain(f"{type(self).__name__} {self.name!r}", needs, str(got), action))

    def _read_vocabulary(self, path: Any) -> list[Any]:
        """A file with one token a line."""
        if sharing.is_reading():
            raise UnsafeFileError(
                explain(
                    f"Vocabulary of {self.name!r} in a config",
                    "its tokens as a list",
                    f"the path {str(path)[:80]!r}",
                    "A config never makes the library open files: read the file in code and call set_vocabulary.",
                )
            )
        return self.as_tokens(Path(path).read_text(encoding="utf-8").splitlines())

    def as_tokens(self, values: Any) -> list[Any]:
        """Values as tokens: text or integers."""
        raise NotImplementedError

    # The vocabulary.

    @property
    def has_mask(self) -> bool:
        """Whether id 0 is the mask's."""
        return self.mask_token is not None and self.output_mode == "int"

    @property
    def _start(self) -> int:
        """The id of the first token."""
        return self.num_oov_indices + self.has_mask

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their ids, with or without mask and out-of-vocabulary tokens."""
        tokens = list(self._tokens or [])
        if not include_special_tokens:
            return tokens
        return [*([self.mask_token] if self.has_mask else []), *[self.oov_token] * self.num_oov_indices, *tokens]

    def vocabulary_size(self) -> int:
        """How many ids there are."""
        return self._start + len(self._tokens or [])

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the tokens.

        Args:
            vocabulary: an array or list, with or without the special tokens in front; or the path of a file with one a line.
            idf_weights: one for each token, with output_mode="tf_idf".
        """
        if isinstance(vocabulary, (str, os.PathLike)):
            vocabulary = self._read_vocabulary(vocabulary)
        self._given_vocabulary = self._given_idf = None
        self._set(vocabulary, idf_weights)

    def _set(self, vocabulary: Any, idf_weights: Any = None) -> None:
        tokens = self.as_tokens(np.asarray(vocabulary, object))
        special = self._special()
        if special and tokens[: len(special)] == special:
            tokens = tokens[len(special) :]
        elif self.oov_token in tokens[:1] and self.num_oov_indices == 1:
            tokens = tokens[1:]
        twice = [token for token, count in Counter(tokens).items() if count > 1]
        if twice:
            self._refuse("a vocabulary in which no token comes twice", repr(twice[:5]), "Remove the others.")
        if self.max_tokens is not None and len(tokens) + self._start > self.max_tokens:
            self._refuse(
                f"at most {self.max_tokens} tokens, special ones included",
                len(tokens) + self._start,
                "Raise max_tokens.",
            )
        self._tokens = tokens
        self._idf = None
        if self.output_mode == "tf_idf" and idf_weights is not None:
            weights = np.asarray(idf_weights, "float32")
            if weights.shape != (len(tokens),):
                self._refuse(f"idf_weights for {len(tokens)} tokens", weights.shape, "Pass one for each.")
            average = float(weights.mean()) if weights.size else 0.0
            self._idf = np.concatenate([np.full(self.num_oov_indices, average, "float32"), weights])
        self._place = {token: self._start + i for i, token in enumerate(tokens)}

    def _special(self) -> list[Any]:
        return [*([self.mask_token] if self.has_mask else []), *[self.oov_token] * self.num_oov_indices]

    # Learning it.

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary: the most frequent tokens first.

        Args:
            data: an array or list of tokens, or an iterable of batches, ``steps`` of them at most.
        """
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the tokens of one batch; each row is a document."""
        array = np.asarray(data)
        rows = array.reshape(len(array) if array.ndim else 1, -1) if array.ndim > 1 else array.reshape(-1, 1)
        for row in rows:
            self.count_document(self.as_tokens(row.tolist()))

    def count_document(self, tokens: Sequence[Any]) -> None:
        """Count the tokens of one document."""
        self._counts.update(tokens)
        self._documents.update(set(tokens))
        self._seen += 1

    def finalize_state(self) -> None:
        """Make the vocabulary from what was counted."""
        if not self._seen:
            return
        special = {self.mask_token, self.oov_token, *([""] if self.token_dtype == "string" else [])}
        counted = [(count, token) for token, count in self._counts.items() if token not in special]
        # Of equally frequent tokens the last of the alphabet comes first.
        tokens = [token for _, token in sorted(counted, reverse=True)]
        if self.max_tokens is not None:
            tokens = tokens[: self.max_tokens - self._start]
        weights = None
        if self.output_mode == "tf_idf":
            weights = np.log(1 + self._seen / (1 + np.array([self._documents[t] for t in tokens], "float64")))
        self._given_vocabulary = self._given_idf = None
        self._set(tokens, weights)

    def reset_state(self) -> None:
        """Forget what was counted, and a vocabulary that was learnt."""
        self._counts, self._documents, self._seen = Counter(), Counter(), 0
        if self._given_vocabulary is None:
            self._tokens = None

    # Calls.

    def call(self, inputs: Any) -> Any:
        """Ids of tokens, or with ``invert`` tokens of ids."""
        if self._tokens is None:
            raise ValueError(explain(self._who(), "a vocabulary", "none yet", "Pass vocabulary=, or call adapt(data)."))
        if self.invert:
            return self.tokens_of(inputs)
        return self.in_form(self.ids_of(inputs))

    def ids_of(self, inputs: Any) -> Any:
        """int32 ids of tokens, of the same shape."""
        raise NotImplementedError

    def tokens_of(self, ids: Any) -> Any:
        """Tokens of ids, of the same shape."""
        raise NotImplementedError

    @property
    def depth(self) -> int:
        """Size of the last axis of rows."""
        return self.max_tokens if self.pad_to_max_tokens and self.max_tokens else self.vocabulary_size()

    def in_form(self, ids: Any) -> Any:
        """Ids in the output mode."""
        if self.output_mode != "tf_idf":
            return encoded(ids, self.output_mode, self.depth, "int32")
        if self._idf is None:
            raise ValueError(explain(self._who(), "idf_weights", "none", "Call adapt, or pass idf_weights."))
        weights = np.zeros(self.depth, "float32")
        weights[: len(self._idf)] = self._idf
        return encoded(ids, "count", self.depth, self.weighed_dtype) * jnp.asarray(weights, self.weighed_dtype)

    @property
    def weighed_dtype(self) -> str:
        """dtype of rows that are weighed by ``idf_weights``."""
        return self.compute_dtype if "float" in self.compute_dtype else "float32"

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Ids, rows, or tokens."""
        if self.invert:
            return KerasTensor(tuple(inputs.shape), self.token_dtype)
        if self.output_mode == "int":
            return KerasTensor(tuple(inputs.shape), "int32")
        is_weighted = self.output_mode == "tf_idf"
        shape = encoded_shape(tuple(inputs.shape), "count" if is_weighted else self.output_mode, self.depth)
        return KerasTensor(shape, self.weighed_dtype if is_weighted else "int32")

    # Files.

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; a vocabulary that was learnt lies beside it, in ``assets``."""
        config = super().get_config()
        config["vocabulary"] = self._given_vocabulary
        weights = self._given_idf
        config["idf_weights"] = None if weights is None else np.asarray(weights).tolist()
        config["vocabulary_size"] = self.vocabulary_size()
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer; the size of its vocabulary follows from that."""
        return super().from_config(
            {k: v for k, v in config.items() if k not in ("vocabulary_size", "has_input_vocabulary")}
        )

    def assets(self) -> dict[str, bytes]:
        """What files hold beside the config: a vocabulary that was learnt."""
        if self._given_vocabulary is not None or self._tokens is None:
            return {}
        return {VOCABULARY: "\n".join(map(str, self.get_vocabulary())).encode()}

    def take_assets(self, assets: Mapping[str, bytes]) -> None:
        """The vocabulary from a file."""
        if VOCABULARY in assets and self._given_vocabulary is None:
            text = assets[VOCABULARY].decode("utf-8")
            self._set(text.split("\n") if text else [])

    def save_assets(self, dir_path: Any) -> None:
        """Write ``vocabulary.txt`` into a folder."""
        for name, data in self.assets().items():
            Path(dir_path, name).write_bytes(data)

    def load_assets(self, dir_path: Any) -> None:
        """Read ``vocabulary.txt`` from a folder."""
        path = Path(dir_path, VOCABULARY)
        if path.exists():
            self.take_assets({VOCABULARY: path.read_bytes()})

    def save_own_variables(self, store: Any) -> None:
        """Weights of tokens that were learnt."""
        if self.output_mode == "tf_idf" and self._idf is not None:
            store["idf_weights"] = self._idf

    def load_own_variables(self, store: Any) -> None:
        """Weights of tokens."""
        if self.output_mode == "tf_idf" and "idf_weights" in list(store.keys()):
            self._idf = np.asarray(store["idf_weights"], "float32")


def place_of_ints(values: Any, tokens: Sequence[int], start: int, unknown: Any, xp: Any) -> Any:
    """Ids of integers: a search among the sorted tokens, ``unknown`` for what is not there.

    Args:
        xp: ``numpy``, or ``jax.numpy`` for arrays that may be traced.
    """
    if not len(tokens):
        return unknown
    order = np.argsort(np.asarray(tokens, "int64"), kind="stable")
    ranked = xp.asarray(np.asarray(tokens, "int64")[order].astype("int64" if xp is np else "int32"))
    place = xp.clip(xp.searchsorted(ranked, values), 0, len(tokens) - 1)
    return xp.where(ranked[place] == values, start + xp.asarray(order)[place], unknown)
