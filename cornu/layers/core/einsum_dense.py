"""An affine map along any axes, written in Einstein's notation."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import jax.numpy as jnp

from cornu.core import registry, spec
from cornu.core.declare import declared, field
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.layers import fields
from cornu.layers.quantized import Quantizable, Scaling


def _sizes(shape: Any) -> tuple[Any, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


@declared
class EinsumDense(Quantizable):
    """Affine map along any axes: ``y = activation(einsum(equation, x, kernel) + bias)``.

    Shapes:
        x: as the first term of the equation says, for example ``ab`` or ``...x``; any float dtype.
        y: as the equation's result says, in the policy's compute dtype.

    Args:
        equation: ``inputs,kernel->output``, a letter for each axis; ``...`` stands for any leading or trailing axes.
        output_shape: sizes of the result without the batch axis (and without those of ``...``); None where the
            input's size is kept.
        bias_axes: letters of the result along which the bias varies; no bias if None.

    Example:
        >>> import numpy as np
        >>> heads = EinsumDense("abc,cde->abde", output_shape=(None, 2, 8), bias_axes="de")
        >>> heads(np.ones((4, 5, 3), "float32")).shape
        (4, 5, 2, 8)

    Source: numbers as ``keras.layers.EinsumDense``.
    """

    equation: str
    output_shape: Any = field(converter=_sizes)
    activation: Any = fields.activation()
    bias_axes: str | None = None
    kernel_initializer: Any = fields.initializer()
    bias_initializer: Any = fields.initializer("zeros")
    kernel_regularizer: Any = fields.regularizer()
    bias_regularizer: Any = fields.regularizer()
    kernel_constraint: Any = fields.constraint()
    bias_constraint: Any = fields.constraint()
    lora_rank: int | None = fields.lora_rank("EinsumDense")
    lora_alpha: float | None = fields.lora_alpha("EinsumDense")
    gptq_unpacked_column_size: int | None = fields.elsewhere(
        "EinsumDense's gptq_unpacked_column_size", "Leave it out: it belongs to a kind of quantised file."
    )
    quantization_config: Any = fields.quantization_config()

    def check(self) -> None:
        """Read the equation."""
        self._terms = _parse(self.equation)

    def build(self, input_shape: Any) -> None:
        """Make the kernel with the axes of the equation's second term, and the bias along ``bias_axes``."""
        sizes, output = self._match(input_shape)
        self._output_rank = len(output)
        self.kernel = self.add_large_weight(
            "kernel",
            [sizes[axis] for axis in self._terms[1]],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.bias_axes:
            self.bias = self.add_weight(
                shape=self._bias_shape(dict(zip(self._output_axes(len(output)), output, strict=True))),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """Outputs for inputs."""
        y = self.times(inputs, "kernel", partial(jnp.einsum, self.equation))
        if self.bias_axes:
            y = y + self.bias.value
        return self.activation(y)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Sizes of the result, from ``output_shape`` and the input."""
        return self._match(input_shape)[1]

    def weight_scaling(self, name: str) -> Scaling:
        """A scale for all that is summed into one place of the output."""
        _, kernel, output = self._terms
        # Leading axes of "..." are left out: their number may change from call to call.
        axes = list(output[3:]) if output.startswith("...") else self._output_axes(self._output_rank)
        return _beside(list(kernel), axes)

    def input_scaling(self, rank: int) -> Scaling:
        """A scale for all that is summed into one place of the output."""
        inputs, _, output = self._terms
        hidden = [str(i) for i in range(rank - len(inputs.replace("...", "")))]
        return _beside(_spread(inputs, hidden), _spread(output, hidden))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; files also name the penalty on the outputs."""
        return {**super().get_config(), "activity_regularizer": registry.serialize(self.activity_regularizer)}

    def _output_axes(self, rank: int) -> list[str]:
        """The result's letters, with a number for each axis that ``...`` stands for."""
        term = self._terms[2]
        hidden = [str(i) for i in range(rank - len(term.replace("...", "")))]
        return _spread(term, hidden)

    def _bias_shape(self, sizes: dict[str, Any]) -> list[int]:
        """Sizes of the bias from its first axis on; 1 where it does not vary."""
        unknown = set(self.bias_axes or "") - set(sizes)
        if unknown:
            raise ShapeError(
                explain(
                    f"bias_axes of {self._who()}",
                    f"letters of the result {self._terms[2]!r}",
                    f"{self.bias_axes!r}",
                    "Correct it.",
                )
            )
        axes = list(sizes)
        first = min(axes.index(a) for a in self.bias_axes or "")
        return [sizes[a] if a in (self.bias_axes or "") else 1 for a in axes[first:]]

    def _match(self, input_shape: Any) -> tuple[dict[str, Any], tuple[Any, ...]]:
        """Size of each letter, and the shape of the result, for an input shape."""
        inputs, kernel, output = self._terms
        letters = inputs.replace("...", "")
        hidden_count = len(input_shape) - len(letters)
        if hidden_count < 0 or (hidden_count and "..." not in inputs):
            raise self._misfit(input_shape, f"{len(letters)} axes")
        hidden = [str(i) for i in range(hidden_count)]
        sizes = dict(zip(_spread(inputs, hidden), input_shape, strict=True))
        axes = _spread(output, hidden)
        given = self._given_sizes(axes, input_shape)
        result = []
        for axis, size in zip(axes, given, strict=True):
            known = sizes.get(axis)
            if spec.is_known(size) and spec.is_known(known) and size != known:
                raise self._misfit(input_shape, f"size {size} on axis {axis!r}, as output_shape says")
            sizes[axis] = known if known is not None and not spec.is_known(size) else size
            result.append(sizes[axis])
        missing = [a for a in kernel if a not in sizes]
        if missing:
            raise self._misfit(input_shape, f"sizes for the kernel's axes {', '.join(missing)}")
        return sizes, tuple(result)

    def _given_sizes(self, axes: list[str], input_shape: Any) -> list[Any]:
        """``output_shape`` for all axes of the result: those not in it are kept from the input."""
        given = list(self.output_shape)
        if len(given) > len(axes):
            raise self._misfit(input_shape, f"an output_shape of at most {len(axes) - 1} sizes")
        # Left axes, batch first, are the input's own; with trailing dots the sizes come first.
        if self._terms[2].endswith("..."):
            kept = len(axes) - len(given) - 1
            return [None, *given, *[None] * kept] if kept >= 0 else given
        return [None] * (len(axes) - len(given)) + given

    def _misfit(self, input_shape: Any, needs: str) -> ShapeError:
        return ShapeError(
            explain(
                f"{self._who()} with equation {self.equation!r}",
                f"an input with {needs}",
                f"shape {show_shape(input_shape)} and output_shape {show_shape(self.output_shape)}",
                "Correct the equation, output_shape or the input.",
            )
        )


def _parse(equation: str) -> tuple[str, str, str]:
    """The equation's three terms."""
    dots = r"(?:\.\.\.)?"
    found = re.fullmatch(rf"({dots}[a-zA-Z]+{dots}),([a-zA-Z]+)->({dots}[a-zA-Z]+{dots})", equation.replace(" ", ""))
    if found is None or ("..." in found[1]) != ("..." in found[3]):
        raise ValueError(
            explain(
                "EinsumDense's equation",
                "the form 'inputs,kernel->output', with '...' in both inputs and output if in one",
                repr(equation),
                "Write for example 'abc,cd->abd'.",
            )
        )
    return found[1], found[2], found[3]


def _spread(term: str, hidden: list[str]) -> list[str]:
    """Letters of a term, '...' replaced by the axes that it stands for."""
    if term.startswith("..."):
        return [*hidden, *term[3:]]
    return [*term.removesuffix("..."), *(hidden if term.endswith("...") else [])]


def _beside(axes: list[str], output: list[str]) -> Scaling:
    """Axes that the output lacks share a scale; the others lie where the output has them."""
    over = tuple(place for place, axis in enumerate(axes) if axis not in output)
    kept = [axis for axis in axes if axis in output]
    order = sorted(range(len(kept)), key=lambda i: output.index(kept[i]))

    def beside(scale: Any) -> Any:
        sizes = dict(zip(axes, scale.shape, strict=True))
        plain = scale.reshape([sizes[axis] for axis in kept]).transpose(order)
        return plain.reshape([sizes[axis] if axis in kept else 1 for axis in output])

    return Scaling(over, beside)
