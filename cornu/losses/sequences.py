"""Connectionist temporal classification."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.declare import declared
from cornu.core.errors import ShapeError, explain, show_shape
from cornu.losses.alignment import as_array
from cornu.losses.loss import LibraryLoss, dtype_argument, integer_targets, name_argument, reduction_argument

# Logarithm of the probability of what cannot be: finite, so that an impossible target gives a large loss and
# gradients without NaN. As in Keras.
_LOG_ZERO = -1e5


@integer_targets
def ctc(y_true: Any, y_pred: Any) -> Any:
    """``-log(sum of the probabilities of all alignments of the labels with the time steps)``.

    Class 0 is the blank; zeros at the end of a row of labels are padding.

    Shapes:
        y_true: (batch, labels), class numbers from 1, padded with 0.
        y_pred: (batch, time, classes), logits.
        result: (batch,), float, in nats.

    Raises:
        ShapeError: ranks other than 2 and 3.

    Example:
        >>> ctc(jnp.array([[1]]), jnp.zeros((1, 2, 2))).round(4).tolist()
        [0.2877]

    Source: Graves et al., Connectionist temporal classification (2006), equations 5 to 8, in logarithms.
    """
    y_true, y_pred = as_array(y_true), as_array(y_pred)
    if y_true.ndim != 2 or y_pred.ndim != 3 or y_true.shape[0] != y_pred.shape[0]:
        raise ShapeError(
            explain(
                "ctc",
                "labels of shape (batch, labels) and logits of shape (batch, time, classes)",
                f"{show_shape(y_true.shape)} and {show_shape(y_pred.shape)}",
                "Reshape them.",
            )
        )
    labels = y_true.astype("int32")
    log_p = jax.nn.log_softmax(y_pred, axis=-1)
    # States: blank, label 1, blank, label 2, ..., blank.
    states = jnp.stack([jnp.zeros_like(labels), labels], axis=-1).reshape(len(labels), -1)
    states = jnp.pad(states, ((0, 0), (0, 1)))
    emissions = jnp.take_along_axis(log_p, states[:, None, :], axis=-1, mode="clip")
    # A label may follow the one before it without a blank between, if they differ.
    before = jnp.pad(states, ((0, 0), (2, 0)))[:, :-2]
    skips = (states != 0) & (states != before)
    start = jnp.full(states.shape, _LOG_ZERO, log_p.dtype).at[:, :2].set(0)
    alpha = start[:, : states.shape[1]] + emissions[:, 0]

    def step(alpha: Any, emission: Any) -> tuple[Any, None]:
        return _advance(alpha, skips) + emission, None

    alpha, _ = jax.lax.scan(step, alpha, jnp.moveaxis(emissions[:, 1:], 1, 0))
    last = 2 * jnp.sum(labels != 0, axis=-1, keepdims=True)
    ends = jnp.take_along_axis(alpha, jnp.concatenate([last, jnp.maximum(last - 1, 0)], axis=-1), axis=-1)
    ends = ends.at[:, 1].set(jnp.where(last[:, 0] == 0, _LOG_ZERO, ends[:, 1]))
    return -jnp.logaddexp(ends[:, 0], ends[:, 1])


def _advance(alpha: Any, skips: Any) -> Any:
    """Log-probabilities of the states one step later, before emission: stay, come from the state before, or skip one."""
    one = jnp.pad(alpha, ((0, 0), (1, 0)), constant_values=_LOG_ZERO)[:, :-1]
    two = jnp.pad(alpha, ((0, 0), (2, 0)), constant_values=_LOG_ZERO)[:, :-2]
    return jnp.logaddexp(jnp.logaddexp(alpha, one), jnp.where(skips, two, _LOG_ZERO))


@declared
class CTC(LibraryLoss):
    """Alignment-free loss of label sequences; see ``ctc`` and ``Loss``."""

    function = staticmethod(ctc)
    keeps_integers = True
    reduction: str | None = reduction_argument()
    name: str | None = name_argument("ctc")
    dtype: Any = dtype_argument()

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """``call``; ranks differ by the classes."""
        return self.call(y_true, y_pred)
