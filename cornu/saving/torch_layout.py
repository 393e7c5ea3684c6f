"""Where PyTorch keeps what a layer's weights are, and how its arrays are turned: one table by layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from cornu.core.variable import Variable

Convert = Callable[..., np.ndarray]


class Part(NamedTuple):
    """A weight, the arrays of a PyTorch module that it is made of, and how: ``convert(shape, *arrays)``."""

    variable: Variable
    theirs: tuple[str, ...]
    convert: Convert


def _same(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    return array


def _reshaped(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    return array.reshape(shape)


def _transposed(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    return array.T


def _linear(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    """(out, in) to a kernel whose first axes are the input's and whose last are the output's."""
    return array.T.reshape(shape)


def _convolution(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    """(out, in, *sizes) to (*sizes, in, out); of a transposed convolution (in, out, *sizes) to (*sizes, out, in)."""
    return array.transpose(*range(2, array.ndim), 1, 0)


def _depthwise(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    """(channels * multiplier, 1, *sizes) to (*sizes, channels, multiplier)."""
    channels, multiplier = shape[-2:]
    parts = array.reshape(channels, multiplier, *array.shape[2:])
    return parts.transpose(*range(2, parts.ndim), 0, 1)


def _sum(shape: tuple[int, ...], *arrays: np.ndarray) -> np.ndarray:
    return np.sum(arrays, axis=0, dtype=arrays[0].dtype)


def _update_first(array: np.ndarray) -> np.ndarray:
    """Gates of a GRU: PyTorch has reset, update, new along the first axis, Keras update, reset, new."""
    reset, update, new = np.split(array, 3)
    return np.concatenate([update, reset, new])


def _gru(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
    return _update_first(array).T


def _gru_biases(shape: tuple[int, ...], *arrays: np.ndarray) -> np.ndarray:
    both = [_update_first(array) for array in arrays]
    return np.stack(both) if len(shape) == 2 else np.sum(both, axis=0)


def _third(place: int) -> Convert:
    """Query, key or value of a projection of all three."""

    def convert(shape: tuple[int, ...], array: np.ndarray) -> np.ndarray:
        part = np.split(array, 3)[place]
        return part.T.reshape(shape)

    return convert


# Attribute of the layer (through sub-layers with dots) -> names in the module, conversion.
_Table = Mapping[str, tuple[tuple[str, ...], Convert]]
_AFFINE: _Table = {"gamma": (("weight",), _reshaped), "beta": (("bias",), _reshaped)}
_CONVOLUTION: _Table = {"kernel": (("weight",), _convolution), "bias": (("bias",), _same)}
_STEP: _Table = {
    "cell.kernel": (("weight_ih_l0",), _transposed),
    "cell.recurrent_kernel": (("weight_hh_l0",), _transposed),
    "cell.bias": (("bias_ih_l0", "bias_hh_l0"), _sum),
}
_ATTENTION: _Table = {
    f"{name}_dense.{kind}": ((f"in_proj_{theirs}",), _third(place))
    for place, name in enumerate(("query", "key", "value"))
    for kind, theirs in (("kernel", "weight"), ("bias", "bias"))
}
LAYOUTS: dict[str, _Table] = {
    "Dense": {"kernel": (("weight",), _transposed), "bias": (("bias",), _same)},
    "EinsumDense": {"kernel": (("weight",), _linear), "bias": (("bias",), _reshaped)},
    "Embedding": {"embeddings": (("weight",), _same)},
    **{f"Conv{rank}D{kind}": _CONVOLUTION for rank in (1, 2, 3) for kind in ("", "Transpose")},
    **{f"DepthwiseConv{rank}D": {"kernel": (("weight",), _depthwise), "bias": (("bias",), _same)} for rank in (1, 2)},
    "BatchNormalization": {
        **_AFFINE,
        "moving_mean": (("running_mean",), _same),
        "moving_variance": (("running_var",), _same),
    },
    "LayerNormalization": _AFFINE,
    "GroupNormalization": _AFFINE,
    "RMSNormalization": {"scale": (("weight",), _reshaped)},
    "PReLU": {"alpha": (("weight",), _reshaped)},
    "LSTM": _STEP,
    "SimpleRNN": _STEP,
    "GRU": {
        "cell.kernel": (("weight_ih_l0",), _gru),
        "cell.recurrent_kernel": (("weight_hh_l0",), _gru),
        "cell.bias": (("bias_ih_l0", "bias_hh_l0"), _gru_biases),
    },
    "MultiHeadAttention": {
        **_ATTENTION,
        "output_dense.kernel": (("out_proj.weight",), _linear),
        "output_dense.bias": (("out_proj.bias",), _same),
    },
}


def parts_of(layer: Any) -> list[Part] | None:
    """A layer's weights and what they are made of; None if PyTorch has no such layer, or it has no weights."""
    name = next((base.__name__ for base in type(layer).__mro__ if base.__name__ in LAYOUTS), None)
    if name is None and type(layer).__name__ == "Bidirectional":
        forward, backward = parts_of(layer.forward_layer), parts_of(layer.backward_layer)
        if forward is None or backward is None:
            return None
        return forward + [p._replace(theirs=tuple(f"{t}_reverse" for t in p.theirs)) for p in backward]
    if name is None:
        return None
    found = []
    for attribute, (theirs, convert) in LAYOUTS[name].items():
        thing = layer
        for part in attribute.split("."):
            thing = getattr(thing, part, None)
        if isinstance(thing, Variable):
            found.append(Part(thing, theirs, convert))
    return found or None
