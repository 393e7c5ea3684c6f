"""Frames and series of pandas and polars; JAX arrays."""

import jax.numpy as jnp
import numpy as np
import pytest

from tests.data.learn import W, X, Y, assert_learns_the_same, linear, need, weights_after

NAMES = ["a", "b", "c"]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_equal_to_arrays(library):
    lib = need(library)
    frame = lib.DataFrame({**{n: X[:, i].astype("float64") for i, n in enumerate(NAMES)}, "y": Y, "w": W})
    x = frame[NAMES]
    assert_learns_the_same(weights_after(x, frame["y"], batch_size=4), X, Y)
    assert_learns_the_same(weights_after(x, frame["y"], batch_size=4, sample_weight=frame["w"]), X, Y, sample_weight=W)
    columns = {n: frame[n] for n in NAMES}
    found = weights_after(columns, frame["y"], batch_size=4, columns=NAMES, class_weight={1: 3.0})
    assert_learns_the_same(found, X, Y, class_weight={1: 3.0})
    model = linear()
    assert model.evaluate(x, frame["y"], verbose=0) == model.evaluate(X, Y, verbose=0)
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(X, verbose=0))
    model.fit(x, frame["y"], validation_split=0.2, verbose=0)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_of_several_types_are_numbers(library):
    lib = need(library)
    frame = lib.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]})
    found = linear().predict(frame, verbose=0)
    np.testing.assert_allclose(found, linear().predict(np.array([[1, 0.5, 1], [2, 1.5, 0]]), verbose=0))


def test_pandas_columns_that_are_no_numbers_are_named():
    pd = need("pandas")
    whole = pd.Series([1, 2, 3], dtype="Int64")
    assert linear().predict(pd.DataFrame({"a": whole, "b": whole, "c": whole}), verbose=0).shape == (3, 1)
    bad = {
        "Column 'c' needs a value in every row; got 1 missing. Fill or drop them first.": pd.Series(
            [1, None, 3], dtype="Int64"
        ),
        ENCODE.format("category"): pd.Series(["u", "v", "u"], dtype="category"),
        ENCODE.format("object"): pd.Series(["u", 1, None], dtype=object),
        ENCODE.format("datetime64[ns]"): pd.Series(np.zeros(3, "datetime64[ns]")),
    }
    for message, column in bad.items():
        with pytest.raises(ValueError) as caught:
            linear().predict(pd.DataFrame({"a": whole, "b": whole, "c": column}), verbose=0)
        assert str(caught.value) == message


ENCODE = (
    "Column 'c' needs numbers; got dtype {}. Leave it out, or encode it first: categories as codes or with "
    "layers.StringLookup, times as numbers."
)


def test_polars_columns_that_are_no_numbers_are_named():
    pl = need("polars")
    bad = {
        "Column 'c' needs a value in every row; got 1 missing. Fill or drop them first.": [1, None],
        ENCODE.format("String"): ["u", "v"],
    }
    for message, column in bad.items():
        with pytest.raises(ValueError) as caught:
            linear().predict(pl.DataFrame({"a": [1, 2], "b": [1, 2], "c": column}), verbose=0)
        assert str(caught.value) == message
    with pytest.raises(ValueError, match=r"got a polars LazyFrame\. Call \.collect\(\)\."):
        linear().predict(pl.LazyFrame({"a": [1]}), verbose=0)


def test_jax_arrays():
    found = weights_after(jnp.asarray(X), jnp.asarray(Y), batch_size=4, sample_weight=jnp.asarray(W))
    assert_learns_the_same(found, X, Y, sample_weight=W)
