"""Layers whose large weights can be stored as 8-bit integers, each with a scale: a quarter of the bytes.

``scale = 127 / max |w|`` for each output, ``stored = round(w * scale)``. Inputs are rounded alike, for each sample by itself, so
the product is one of integers: ``y = (round(x * scale_x) @ stored) / (scale_x * scale)``. Gradients of the inputs are those
of the product with ``stored / scale``, as if the inputs had not been rounded; the integers are not trained.
"""

from __future__ import annotations

import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import context, dtypes, registry
from cornu.core.errors import explain
from cornu.core.lookup import lookup
from cornu.core.pure import write_values
from cornu.core.variable import Variable
from cornu.layers.layer import Layer
from cornu.quantizers import AbsMaxQuantizer, Int8QuantizationConfig, QuantizationConfig, config_of

Multiply = Callable[..., Any]


class Scaling(NamedTuple):
    """Which axes of an array share a scale, and how scales, those axes kept at size 1, lie beside the product."""

    over: tuple[int, ...]
    beside: Callable[[Any], Any] = lambda scale: scale


class Quantizable(Layer):
    """Base of layers whose large weights may be quantised.

    Subclasses name them in ``large_weights``, make them with ``add_large_weight``, use them by ``times`` or ``rows_of``, and say
    in ``weight_scaling`` and ``input_scaling`` what shares a scale. How the weights are stored is then no matter of theirs.
    """

    takes_quantized_policy = True
    large_weights: tuple[str, ...] = ("kernel",)
    quantization_config: Any

    def weight_scaling(self, name: str) -> Scaling:
        """What shares a scale in the large weight of a name."""
        raise NotImplementedError

    def input_scaling(self, rank: int) -> Scaling:
        """What shares a scale in inputs of so many axes: the features of each sample."""
        return Scaling((-1,))

    # Weights.

    def add_large_weight(self, name: str, shape: Any, **how: Any) -> Variable:
        """Make a weight, to be kept under its name, in the form that the policy stores; ``<name>_scale`` if it has one."""
        if self.quantization_mode is None:
            return self.add_weight(shape=shape, name=name, **how)
        # Values come from a file: drawn ones could not be trained.
        return self._add_integers(name, shape, self._scale_shape(name, tuple(shape)))

    def _scale_shape(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        kept, beside = _shared(self.weight_scaling(name), shape)
        return beside(np.broadcast_to(np.float32(1), kept)).shape

    def _add_integers(
        self, name: str, shape: Any, scale_shape: Any, values: Any = "zeros", scale: Any = "ones"
    ) -> Variable:
        weight = self.add_weight(shape=shape, initializer=values, dtype="int8", trainable=False, name=name)
        # Never cast: 16 bits would be wrong by up to 0.4% over a whole column.
        how = {"initializer": scale, "trainable": False, "autocast": False}
        factor = self.add_weight(shape=scale_shape, name=f"{name}_scale", **how)
        setattr(self, f"{name}_scale", factor)
        return weight

    def stored_variables(self) -> list[Variable]:
        """Its own variables in the order of files: the first large weight stays in front, though it is not trained."""
        own = super().stored_variables()
        first = getattr(self, self.large_weights[0], None)
        if self.quantization_mode is None or first is None:
            return own
        return [first, *(v for v in own if v is not first)]

    def quantize(self, mode: str | None = None, type_check: bool = True, config: Any = None) -> None:
        """Store the large weights as 8-bit integers from now on; they are no longer trained.

        Args:
            mode: "int8".
            type_check: False quantises an instance of a subclass too, whose ``call`` may know nothing of it.
            config: ``Int8QuantizationConfig``, instead of the mode or beside it.

        Raises:
            ValueError: another mode, a layer without weights yet, or one that is quantised.
            NotImplementedError: a subclass, unless ``type_check=False``.

        Example:
            >>> from cornu import layers
            >>> layer = layers.Dense(2)
            >>> layer.build((None, 3))
            >>> layer.quantize("int8")
            >>> [(w.name, w.dtype) for w in layer.weights]
            [('bias', 'float32'), ('kernel', 'int8'), ('kernel_scale', 'float32')]

        Source: stored values as by ``keras.layers.Dense.quantize``.
        """
        self._check_built("quantize")
        if type_check and not registry.is_published(type(self)):
            super().quantize(mode, type_check, config)
        config = _config_for(mode, config)
        if self.quantization_mode is not None:
            raise ValueError(
                explain(
                    f"quantize of {self._who()}", "a layer of floats", repr(self.dtype_policy.name), "Once is enough."
                )
            )
        quantizer = config.weight_quantizer or AbsMaxQuantizer()
        policy = dtypes.QuantizedDTypePolicy(config.mode, self.dtype_policy.name)
        integers = [self._integers_of(weight, quantizer) for weight in self._large()]
        self._become(policy, [(scale.shape, _given(values), _given(scale)) for values, scale in integers])
        self.quantization_config = config

    def take_form(self, arrays: Mapping[str, Any]) -> None:
        """Store what a file stores, where its config says nothing: Keras's is silent of layers inside of other layers.

        Args:
            arrays: with shapes and dtypes, by their places in ``stored_variables``.
        """
        large = self._large()
        if self.quantization_mode is not None or len(arrays) != len(self.own_variables()) + len(large):
            return
        if not large or "0" not in arrays or arrays["0"].dtype != np.int8 or not registry.is_published(type(self)):
            return
        policy = dtypes.QuantizedDTypePolicy("int8", self.dtype_policy.name)
        self._become(policy, [(self._scale_shape(v.name, v.shape), "zeros", "ones") for v in large])
        write_values(large, [None] * len(large))  # so that nothing is drawn for them

    def _large(self) -> list[Variable]:
        return [getattr(self, name) for name in self.large_weights if getattr(self, name, None) is not None]

    def _become(self, policy: dtypes.DTypePolicy, forms: list[Any]) -> None:
        """Put integers in the places of the large weights."""
        large = self._large()
        self._own_weights[:] = [v for v in self._own_weights if not any(v is weight for weight in large)]
        self._dtype_policy = policy
        with context.scope(path=tuple(large[0].path.split("/")[:-1])):
            for weight, form in zip(large, forms, strict=True):
                setattr(self, weight.name, self._add_integers(weight.name, weight.shape, *form))

    def _integers_of(self, weight: Variable, quantizer: Any) -> tuple[np.ndarray, np.ndarray]:
        """A weight's integers, and its scales as they are stored."""
        kept, beside = _shared(self.weight_scaling(weight.name), weight.shape)
        over = None if getattr(quantizer, "axis", None) is not None else self.weight_scaling(weight.name).over
        values, scale = map(np.asarray, quantizer(np.asarray(weight.value, "float32"), axis=over))
        if (values.shape, values.dtype, scale.shape) != (weight.shape, np.int8, kept):
            raise ValueError(
                explain(
                    f"weight_quantizer of {self._who()}",
                    f"to give int8 of shape {weight.shape} and scales of shape {kept}",
                    f"{values.dtype} of {values.shape} and {scale.shape}",
                    "Leave its axis out.",
                )
            )
        return values, beside(scale)

    # Products.

    def times(self, inputs: Any, name: str, multiply: Multiply) -> Any:
        """``multiply(inputs, weight)`` whichever way the weight is stored.

        Args:
            multiply: linear in the inputs; takes ``preferred_element_type`` as ``jnp.matmul`` does.
        """
        weight = getattr(self, name)
        if self.quantization_mode is None:
            return multiply(inputs, weight.value)
        scale = getattr(self, f"{name}_scale").value
        config = self.quantization_config or Int8QuantizationConfig()
        if config.activation_quantizer is None:
            return (multiply(inputs, weight.value.astype(inputs.dtype)) / scale).astype(inputs.dtype)
        scaling = self.input_scaling(inputs.ndim)
        return _product(multiply, config.activation_quantizer, scaling)(inputs, weight.value, scale)

    def rows_of(self, name: str, index: Any) -> Any:
        """Rows of a large weight; NaN where an index is beyond it."""
        rows = lookup(getattr(self, name), index)
        return (
            rows if self.quantization_mode is None else rows / lookup(getattr(self, f"{name}_scale"), index)[..., None]
        )


def _product(multiply: Multiply, quantizer: Any, scaling: Scaling) -> Callable[[Any, Any, Any], Any]:
    """The product of rounded inputs and integers, with the gradient of one that was not rounded."""

    @jax.custom_vjp
    def product(inputs: Any, weight: Any, scale: Any) -> Any:
        rounded, inputs_scale = quantizer(inputs.astype("float32"), axis=scaling.over)
        sums = multiply(rounded, weight, preferred_element_type=jnp.int32)
        return (sums.astype("float32") / (scaling.beside(inputs_scale) * scale)).astype(inputs.dtype)

    def forward(inputs: Any, weight: Any, scale: Any) -> tuple[Any, Any]:
        return product(inputs, weight, scale), (inputs, weight, scale)

    def backward(kept: Any, gradient: Any) -> tuple[Any, None, None]:
        inputs, weight, scale = kept

        def plain(x: Any) -> Any:
            return multiply(x, weight.astype(x.dtype))

        (back,) = jax.linear_transpose(plain, inputs)((gradient / scale).astype(inputs.dtype))
        return back, None, None

    product.defvjp(forward, backward)
    return product


def _shared(scaling: Scaling, shape: tuple[int, ...]) -> tuple[tuple[int, ...], Callable[[Any], Any]]:
    """The shape of scales with shared axes at size 1, and how they are stored."""
    over = {axis % len(shape) for axis in scaling.over}
    return tuple(1 if axis in over else size for axis, size in enumerate(shape)), scaling.beside


def _given(values: np.ndarray) -> Callable[..., np.ndarray]:
    return lambda shape, dtype=None: values


def _config_for(mode: str | None, config: Any) -> QuantizationConfig:
    config = config_of(config)
    if config is None and mode is None:
        raise ValueError(explain("quantize", "a mode or a config", "neither", 'Pass "int8".'))
    dtypes.check_quantization_mode(mode if config is None else config.mode)
    if config is not None and mode not in (None, config.mode):
        raise ValueError(explain("quantize", f"the mode of its config, {config.mode!r}", repr(mode), "Drop one."))
    return config or Int8QuantizationConfig()


def quantize_layers(root: Layer, mode: str | None, config: Any, filters: Any) -> None:
    """Quantise the layers below a layer that can be, are not yet, and pass the filters.

    A layer stays as it is if another one holds its weights as well, as SpectralNormalization does. One warning names
    the kinds of layers that pass the filters and keep large weights as floats.
    """
    config = _config_for(mode, config)
    passes = _filter(filters)
    owners = Counter(id(v) for module in root.modules() for v in module.own_variables())
    left: Counter[str] = Counter()
    numbers: dict[int, int] = {}  # a weight that two layers hold counts once
    for layer in [m for m in root.modules() if isinstance(m, Layer) and m.built and m.quantization_mode is None]:
        large = {id(v): math.prod(v.shape) for v in layer.own_variables() if v.learned and v.ndim > 1}
        if not large.keys() - numbers.keys() or not passes(layer):
            continue
        if isinstance(layer, Quantizable) and registry.is_published(type(layer)) and _alone(layer, owners):
            layer.quantize(config=config)
        else:
            left[type(layer).__name__] += 1
            numbers.update(large)
    if left:
        _warn_of_floats(root, left, sum(numbers.values()))


def _alone(layer: Layer, owners: Counter[int]) -> bool:
    return all(owners[id(v)] == 1 for v in layer.own_variables())


def _warn_of_floats(root: Layer, left: Counter[str], count: int) -> None:
    kinds = ", ".join(f"{times} {kind}" for kind, times in left.most_common())
    warnings.warn(
        explain(
            f"quantize of {type(root).__name__} {root.name!r}",
            "Dense, EinsumDense, Embedding or ReversibleEmbedding with weights of their own",
            f"others too: {kinds}, whose {count:,} weights stay floats",
            "Pass filters= to name the layers that are meant.",
        ),
        stacklevel=4,
    )


def _filter(given: Any) -> Callable[[Layer], Any]:
    if given is None:
        return lambda layer: True
    if isinstance(given, str):
        return lambda layer: re.search(given, layer.path) is not None
    if callable(given):
        return given
    each = [_filter(one) for one in given]
    return lambda layer: any(passes(layer) for passes in each)
