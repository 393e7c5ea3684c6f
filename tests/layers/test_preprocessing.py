"""Layers of text, hashes and vocabularies. Keras needs TensorFlow for these: figures are those that Keras 3.15.1 gave with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.saving import UnsafeFileError

WORDS = np.array([["a"], ["horn"], [""], ["the ram"], ["é" * 30]])
SIZES = (1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200)
TEXTS = np.array(["The horn, of the Ram!", "A   horn\t?", "", "don't stop_here; #5"])


def plain(x: Any) -> Any:
    return np.asarray(x).tolist()


def test_hashes_are_keras_s() -> None:
    assert plain(layers.Hashing(1000)(WORDS)) == [[939], [319], [263], [170], [432]]
    assert plain(layers.Hashing(1000)(np.array([0, 1, 2, -5, 123456789012]))) == [735, 849, 759, 816, 427]
    assert plain(layers.Hashing(1000, salt=5)(WORDS)) == [[10], [189], [310], [61], [402]]
    assert plain(layers.Hashing(1000, salt=[5, 6])(WORDS)) == [[649], [621], [284], [506], [541]]
    assert plain(layers.Hashing(10, mask_value="")(WORDS)) == [[4], [3], [0], [5], [4]]
    rows = layers.Hashing(3, output_mode="one_hot")(WORDS)
    assert plain(rows) == [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert plain(layers.Hashing(2**31)(np.array(["x" * n for n in SIZES]))) == [
        *(1828677634, 1700082268, 1192019118, 1389842991, 1706592894, 1423785745, 585972878, 2096592924, 1937846181),
        *(2004663839, 1282726917, 1139152439, 1556221853, 1332286392, 384982841, 981018792, 2106002455, 1504050870),
        1503175615,
    ]
    assert plain(layers.Hashing(2**31, salt=[1, 2])(np.array(["x" * n for n in SIZES[:15]]))) == [
        *(2075651526, 1296215037, 325058586, 1670192537, 1888820903, 1613784688, 2037287652, 1688153091, 2091382352),
        *(277977110, 1040849595, 14204768, 1835149721, 156770205, 1875930616),
    ]


def test_crossings_are_keras_s() -> None:
    cross = layers.HashedCrossing(10)
    assert plain(cross((np.array([1, 2, 3]), np.array([4, 5, 6])))) == [5, 8, 3]
    assert plain(layers.HashedCrossing(1000)((np.array(["a", "b"]), np.array([4, 5])))) == [716, 673]
    assert plain(layers.HashedCrossing(5)((np.array([[1], [2]]), np.array([[4], [5]])))) == [[0], [3]]


def test_words() -> None:
    vocabulary, words = ["a", "b", "c"], np.array([["a", "z"], ["c", ""]])

    def run(**given: Any) -> Any:
        return plain(layers.StringLookup(vocabulary=vocabulary, **given)(words))

    assert run() == [[1, 0], [3, 0]]
    assert run(mask_token="", num_oov_indices=2) == [[3, 2], [5, 0]]
    assert run(output_mode="multi_hot") == run(output_mode="count") == [[1, 1, 0, 0], [1, 0, 0, 1]]
    np.testing.assert_allclose(
        run(output_mode="tf_idf", idf_weights=[0.5, 1.0, 2.0]), [[3.5 / 3, 0.5, 0, 0], [3.5 / 3, 0, 0, 2.0]], rtol=1e-6
    )
    lookup = layers.StringLookup(vocabulary=vocabulary, num_oov_indices=5)
    assert plain(lookup(["x", "yy", "z", "horn"])) == [0, 2, 2, 4]
    back = layers.StringLookup(vocabulary=vocabulary, invert=True)(np.array([[0, 1], [3, 7]]))
    assert plain(back) == [["[UNK]", "a"], ["c", "[UNK]"]]


def test_learnt_words() -> None:
    lookup = layers.StringLookup(max_tokens=3)
    lookup.adapt(np.array(["b", "a", "c", "c", "a", "b", "d"]))
    assert lookup.get_vocabulary() == ["[UNK]", "c", "b"]
    assert lookup.get_vocabulary(include_special_tokens=False) == ["c", "b"]
    weighed = layers.StringLookup(output_mode="tf_idf")
    weighed.adapt(np.array([["a", "b"], ["a", "a"], ["c", "a"]]))
    np.testing.assert_allclose(
        weighed(np.array([["a", "z"], ["c", ""]])),
        [[0.7973991, 0.5596158, 0, 0], [0.7973991, 0, 0.91629076, 0]],
        rtol=1e-6,
    )
    batches = layers.StringLookup()
    batches.adapt(iter([np.array(["b"]), (np.array(["a", "a"]), np.array([1, 2]))]))
    assert batches.get_vocabulary() == ["[UNK]", "a", "b"]


def test_integers() -> None:
    data = np.array([[10, 40], [30, -5]])
    lookup = layers.IntegerLookup(vocabulary=[10, 20, 30])
    assert plain(lookup(data)) == plain(jax.jit(lambda x: lookup(x))(data)) == [[1, 0], [3, 0]]
    masked = layers.IntegerLookup(vocabulary=[10, 20, 30], mask_token=0, num_oov_indices=3)
    assert plain(masked(np.array([[10, 40], [0, -5], [41, 42]]))) == [[4, 2], [0, 2], [3, 1]]
    assert plain(layers.IntegerLookup(vocabulary=[10, 20, 30], invert=True)([0, 1, 3, 9])) == [-1, 10, 30, -1]
    learnt = layers.IntegerLookup()
    learnt.adapt(np.array([5, 5, 7, 7, 1, 9, 9, 9]))
    assert learnt.get_vocabulary() == [-1, 9, 7, 5, 1]


def test_texts() -> None:
    learnt = layers.TextVectorization()
    learnt.adapt(TEXTS)
    assert learnt.get_vocabulary() == ["", "[UNK]", "the", "horn", "stophere", "ram", "of", "dont", "a", "5"]
    ids = [[2, 3, 6, 2, 5], [8, 3, 0, 0, 0], [0, 0, 0, 0, 0], [7, 4, 9, 0, 0]]
    assert plain(learnt(TEXTS)) == plain(learnt(TEXTS[:, None])) == ids
    given = {"vocabulary": ["horn", "the"]}
    rows = layers.TextVectorization(**given, output_sequence_length=3)(TEXTS)
    assert plain(rows) == [[3, 2, 1], [1, 2, 0], [0, 0, 0], [1, 1, 1]]
    assert plain(layers.TextVectorization(**given, output_mode="count")(TEXTS)) == [
        [2, 1, 2],
        [1, 1, 0],
        [0, 0, 0],
        [3, 0, 0],
    ]
    assert plain(layers.TextVectorization(**given)("the horn")) == [3, 2]
    weighed = layers.TextVectorization(output_mode="tf_idf")
    weighed.adapt(TEXTS)
    np.testing.assert_allclose(
        weighed(TEXTS[:1]), [[0, 2.1972246, 0.8472978, 0, 1.0986123, 1.0986123, 0, 0, 0]], rtol=1e-6
    )
    pairs = layers.TextVectorization(ngrams=(2, 3))
    pairs.adapt(TEXTS)
    assert pairs.get_vocabulary()[2:5] == ["the ram", "the horn of", "the horn"]
    letters = layers.TextVectorization(split="character", standardize="strip_punctuation")
    letters.adapt(TEXTS)
    assert letters.get_vocabulary()[2:8] == [" ", "o", "h", "e", "t", "r"]
    whole = layers.TextVectorization(split=None, standardize=None)
    whole.adapt(TEXTS)
    assert plain(whole(TEXTS)) == [[3], [4], [0], [2]]


def test_bins_are_learnt_as_by_keras() -> None:
    bins = layers.Discretization(num_bins=4)
    bins.adapt(np.random.RandomState(0).normal(size=(100,)).astype("float32"))
    np.testing.assert_allclose(bins.bin_boundaries, [-0.67246068, 0.06651703, 0.72909027], rtol=1e-5)
    coarse = layers.Discretization(num_bins=4, epsilon=0.1)
    coarse.adapt(np.random.RandomState(0).normal(size=(1000,)).astype("float32"))
    np.testing.assert_allclose(coarse.bin_boundaries, [-0.70487839, -0.0585864, 0.60733002], rtol=1e-5)
    assert plain(layers.Discretization([0.0, 1.0, 2.0])(np.array([np.nan, 1e9, -np.inf]))) == [3, 3, 0]


def test_statistics_of_batches_are_those_of_all() -> None:
    data = np.random.default_rng(0).normal(3, 2, (50, 3))
    whole, parts = layers.Normalization(), layers.Normalization()
    whole.adapt(data)
    parts.adapt(iter([data[:10], data[10:11], data[11:]]))
    for one, other in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    np.testing.assert_allclose(whole(data).mean(0), 0, atol=1e-6)


def word_model() -> Any:
    lookup, text = layers.StringLookup(name="words"), layers.TextVectorization(name="text", output_sequence_length=4)
    lookup.adapt(np.array(["the", "horn", "horn"]))
    text.adapt(TEXTS)
    inputs = cornu.Input((1,), dtype="string")
    return cornu.Model(inputs, [lookup(inputs), text(inputs)])


@pytest.mark.parametrize("zipped", [True, False])
def test_vocabularies_lie_in_files(zipped: bool, tmp_path: Path) -> None:
    model, x = word_model(), np.array([["horn"], ["the ram"]])
    from cornu.saving import load_model, save_model

    save_model(model, tmp_path / "m.keras", zipped=zipped)
    loaded = load_model(tmp_path / "m.keras")
    for one, other in zip(loaded(x), model(x), strict=True):
        np.testing.assert_array_equal(one, other)
    assert loaded.get_layer("text").get_vocabulary() == model.get_layer("text").get_vocabulary()
    assert loaded.get_layer("words").get_config()["vocabulary"] is None


@pytest.mark.parametrize("name", ["StringLookup", "IntegerLookup", "TextVectorization"])
def test_a_config_never_names_a_file(name: str, tmp_path: Path) -> None:
    """CVE-2025-12058: a vocabulary that is a path reads local files, one that is a URL makes requests."""
    (tmp_path / "v.txt").write_text("1\n2")
    cls = getattr(layers, name)
    assert cls(vocabulary=str(tmp_path / "v.txt")).get_vocabulary(include_special_tokens=False)
    for path in (str(tmp_path / "v.txt"), "https://example.com/v.txt", "/etc/passwd"):
        with pytest.raises(UnsafeFileError) as error:
            cls.from_config({"name": "words", "vocabulary": path})
        assert "A config never makes the library open files" in str(error.value)
    config = json.loads(json.dumps(cornu.saving.serialize_keras_object(cls(vocabulary=[1, 2], name="words"))))
    config["config"]["num_oov_indices"] = 10**12
    with pytest.raises(ValueError):
        cornu.saving.deserialize_keras_object(config)


def test_text_is_not_compiled() -> None:
    with pytest.raises(TypeError) as error:
        jax.jit(lambda x: layers.Hashing(3)(x))(np.array([1, 2]))
    assert "needs to be called outside of compiled code" in str(error.value)


def test_mistakes() -> None:
    with pytest.raises(ValueError) as error:
        layers.StringLookup(vocabulary=["a", "a"], name="words")
    assert str(error.value) == (
        "StringLookup 'words' needs a vocabulary in which no token comes twice; got ['a']. Remove the others."
    )
    with pytest.raises(ValueError, match="needs a vocabulary; got none yet"):
        layers.StringLookup()(["a"])
    with pytest.raises(ValueError, match=r"needs integers from 0 to 3; got 0 to 5"):
        layers.CategoryEncoding(4)(np.array([0, 5]))
