"""Quantizers: integers, scales and configs are Keras's."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest

from cornu import quantizers

X = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")


@pytest.mark.parametrize("more", [{}, {"to_numpy": True}, {"value_range": (-7, 7)}, {"epsilon": 0.1}], ids=str)
@pytest.mark.parametrize("axis", [0, -1, (0, 1)])
def test_integers_and_scales(axis: Any, more: dict[str, Any]) -> None:
    mine = quantizers.abs_max_quantize(X, axis, **more)
    for one, other in zip(mine, keras.quantizers.abs_max_quantize(X, axis, **more), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, np.asarray(other))


def written(theirs: Any) -> Any:
    """What a file of Keras says of an object."""
    return json.loads(json.dumps(keras.saving.serialize_keras_object(theirs)))


@pytest.mark.parametrize("given", [{}, {"axis": 0}, {"axis": (0, 1), "value_range": (-100, 100), "epsilon": 1e-3}])
def test_configs(given: dict[str, Any]) -> None:
    mine, theirs = quantizers.AbsMaxQuantizer(**given), keras.quantizers.AbsMaxQuantizer(**given)
    assert quantizers.serialize(mine) == written(theirs)
    again = quantizers.deserialize(quantizers.serialize(mine))
    for one, other in zip(again(X, axis=given.get("axis", -1)), mine(X, axis=given.get("axis", -1)), strict=True):
        np.testing.assert_array_equal(one, other)
    whole = {"weight_quantizer": mine, "activation_quantizer": None}
    assert quantizers.serialize(quantizers.Int8QuantizationConfig(**whole)) == written(
        keras.quantizers.Int8QuantizationConfig(weight_quantizer=theirs, activation_quantizer=None)
    )


def test_refusals() -> None:
    with pytest.raises(ValueError) as error:
        quantizers.AbsMaxQuantizer(value_range=(1,))
    assert str(error.value) == (
        "AbsMaxQuantizer's value_range needs two numbers of 32 bits, the lower first; got (1,). Pass (-127, 127)."
    )
    with pytest.raises(ValueError, match="needs a dtype of integers; got 'float32'"):
        quantizers.AbsMaxQuantizer(output_dtype="float32")
    with pytest.raises(ValueError, match="Quantised weights need mode 'int8'; got 'int4'"):
        quantizers.config_of({"class_name": "Int4QuantizationConfig", "config": {}})
