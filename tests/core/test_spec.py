"""Shapes and dtypes without running."""

from __future__ import annotations

import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.core import spec
from cornu.core.errors import ShapeError
from cornu.core.op import op
from cornu.core.spec import KerasTensor


def test_unknown_and_named_sizes_survive_evaluation():
    x = KerasTensor((None, "time", 8))
    y = spec.evaluate(lambda a: jnp.concatenate([a, a], axis=-1), x)
    assert y.shape == (None, "time", 16)
    z = spec.evaluate(lambda a: a[:, 1:], x)
    assert z.shape == (None, None, 8)  # time - 1 has no name


def test_two_names_are_two_sizes_and_unnamed_unknowns_may_meet():
    a, b = KerasTensor(("n", 2)), KerasTensor(("m", 2))
    with pytest.raises(TypeError):
        spec.evaluate(lambda p, q: p + q, a, b)
    assert spec.evaluate(lambda p, q: p + q, KerasTensor((None, 2)), KerasTensor((None, 2))).shape == (None, 2)


def test_python_may_ask_for_sizes_while_shapes_are_found():
    @op
    def halves(x):
        return x[:, : x.shape[1] // 2] if x.shape[1] > 1 else x

    assert halves(KerasTensor((None, 10))).shape == (None, 5)
    assert halves(KerasTensor((None, None))).shape == (None, None)


def test_structures_come_back_nested():
    out = spec.evaluate(
        lambda d: {"sum": d["a"].sum(), "pair": (d["a"], d["b"])},
        {"a": KerasTensor((2, 3)), "b": KerasTensor((None,), "int32")},
    )
    assert out["sum"].shape == () and out["pair"][1].dtype == "int32"


sizes = st.one_of(st.integers(1, 4), st.none(), st.sampled_from(["n", "m"]))


@given(st.lists(sizes, max_size=4))
def test_a_shape_broadcasts_with_itself_and_with_scalars(shape):
    shape = tuple(shape)
    assert spec.broadcast_shapes(shape, shape) == shape == spec.broadcast_shapes((), shape)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_known_shapes_broadcast_as_numpy_says(shape, data):
    import numpy as np

    other = [data.draw(st.sampled_from([1, s])) for s in shape]
    assert spec.broadcast_shapes(tuple(shape), tuple(other)) == np.broadcast_shapes(tuple(shape), tuple(other))


def test_sizes_that_differ_do_not_broadcast():
    for a, b in [((2,), (3,)), (("n",), ("m",)), (("n",), (3,))]:
        with pytest.raises(ShapeError, match="Broadcasting needs equal sizes"):
            spec.broadcast_shapes(a, b)
