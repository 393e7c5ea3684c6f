"""Whether targets fit an output, told before a wrong pair broadcasts without a word."""

from __future__ import annotations

from typing import Any

from cornu.core import registry
from cornu.core.errors import ShapeError, explain, show_shape


def check_target(y_true: Any, y_pred: Any, loss: Any, output_name: str | None) -> None:
    """Raise if a loss of the library would broadcast targets against an output, or fail less clearly.

    Losses and functions of the user may take targets of any shape, and are not checked.

    Args:
        y_true, y_pred: one output's target and value; anything with a shape.
        loss: a ``Loss`` or a function.

    Raises:
        ShapeError: naming the output and both shapes.

    Example:
        >>> import numpy as np
        >>> from cornu.losses import mean_squared_error
        >>> check_target(np.zeros(8), np.zeros((8, 10)), mean_squared_error, "price")
        Traceback (most recent call last):
        ...
        cornu.core.errors.ShapeError: Target of output 'price' for mean_squared_error needs the output's shape (8, 10); got (8,). Reshape the target, or give the last layer the target's size.
    """
    function = getattr(loss, "function", loss)
    if not registry.is_published(function) or not (hasattr(y_true, "shape") and hasattr(y_pred, "shape")):
        return
    target, output = tuple(y_true.shape), tuple(y_pred.shape)
    fits, needs, do = _RULES.get(function.__name__, _elementwise)(target, output, loss)
    if fits:
        return
    name = f"Target of output {output_name!r}" if output_name else "Target"
    raise ShapeError(explain(f"{name} for {function.__name__}", needs, show_shape(target), do))


def _elementwise(target: tuple[int, ...], output: tuple[int, ...], loss: Any) -> tuple[bool, str, str]:
    fits = target == output or target + (1,) == output or target == output + (1,)
    sparse = target in (output[:-1], (*output[:-1], 1)) and "crossentropy" in getattr(loss, "function", loss).__name__
    do = (
        "Class numbers need sparse_categorical_crossentropy; or encode them as one-hot vectors."
        if sparse
        else "Reshape the target, or give the last layer the target's size."
    )
    return fits, f"the output's shape {show_shape(output)}", do


def _class_numbers(target: tuple[int, ...], output: tuple[int, ...], loss: Any) -> tuple[bool, str, str]:
    place = getattr(loss, "axis", -1) % max(len(output), 1)
    wanted = output[:place] + output[place + 1 :]
    do = (
        "One-hot targets need categorical_crossentropy; or give argmax(target, axis=-1)."
        if target == output
        else "Give one class number for each sample, and the last layer as many units as there are classes."
    )
    return target in (wanted, (*wanted, 1)), f"class numbers of shape {show_shape(wanted)}", do


def _embeddings(target: tuple[int, ...], output: tuple[int, ...], loss: Any) -> tuple[bool, str, str]:
    fits = len(output) == 2 and target in (output[:1], (*output[:1], 1))
    needs = f"one class number for each embedding of shape {show_shape(output)}"
    return fits, needs, "Give labels of shape (batch,), and embeddings of shape (batch, d)."


def _sequences(target: tuple[int, ...], output: tuple[int, ...], loss: Any) -> tuple[bool, str, str]:
    fits = len(output) == 3 and len(target) == 2 and target[0] == output[0]
    needs = f"shape (batch, labels) for an output of shape {show_shape(output)}, (batch, time, classes)"
    return fits, needs, "Give one row of class numbers, padded with 0, for each sequence."


_RULES = {
    "sparse_categorical_crossentropy": _class_numbers,
    "categorical_generalized_cross_entropy": _class_numbers,
    "circle": _embeddings,
    "ctc": _sequences,
}
