"""The bases of losses: user losses derive from ``Loss``; a function becomes one by ``FunctionLoss``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp

from cornu.core import config, context, dtypes, registry, tree
from cornu.core.declare import field
from cornu.core.names import snake_case, unique_name
from cornu.losses.alignment import as_array, squeeze_or_expand_to_same_rank
from cornu.losses.reduction import reduce_values, standardize_reduction


def reduction_argument() -> Any:
    """Field of library losses: how values become one number; kept by ``Loss``."""
    return field("sum_over_batch_size", base=True)


def name_argument(default: str) -> Any:
    """Field of library losses: its name in logs; kept by ``Loss``."""
    return field(default, base=True)


def dtype_argument() -> Any:
    """Field of library losses: what it computes in; kept by ``Loss``."""
    return field(None, base=True)


class Loss(registry.Configured):
    """A number to minimise, from targets and outputs: ``reduce(call(y_true, y_pred) * sample_weight)``.

    Subclasses write ``call(y_true, y_pred)``, which returns one value for each sample position, shape (batch, ...).

    Args:
        name: its name in logs; from the class if None.
        reduction: ``"sum_over_batch_size"`` or ``"mean"`` (sum divided by the number of values),
            ``"mean_with_sample_weight"`` (divided by the sum of the weights), ``"sum"``, ``"none"`` or None.
        dtype: what it computes in; ``cornu.config.floatx()`` if None. Targets and outputs are cast to it.

    Raises:
        ValueError: unknown reduction.
        ShapeError: weights that do not fit the values.

    Example:
        >>> class Cubic(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return jnp.mean(abs(y_true - y_pred) ** 3, axis=-1)
        >>> float(Cubic()(jnp.zeros((2, 1)), jnp.array([[1.0], [2.0]])))
        4.5
        >>> float(Cubic()(jnp.zeros((2, 1)), jnp.array([[1.0], [2.0]]), sample_weight=jnp.array([1.0, 0.0])))
        0.5

    Source: behaviour of ``keras.losses.Loss``, except that weights of shape (batch,) reach values of shape
    (batch, time), where Keras fails, or weights time steps if both sizes agree.
    """

    # True: the value of a row depends on other rows, so padded rows would disturb. None: so unless the class is
    # the library's own. A library loss that says False here heeds ``Context.rows`` or works row by row.
    couples_rows: ClassVar[bool | None] = None
    # Whether integer targets stay integers (class numbers) instead of becoming floats.
    keeps_integers: bool = False

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None):
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.reduction = standardize_reduction(reduction)
        self._dtype = dtypes.get_policy(config.floatx() if dtype is None else dtype).compute_dtype

    @property
    def dtype(self) -> str:
        """Name of the dtype that it computes in."""
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One loss value for each sample position."""
        raise NotImplementedError(
            f"Loss class {type(self).__name__} needs a call(y_true, y_pred) method; got none. Define it."
        )

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """``call``, after what a kind of loss does to its arguments first."""
        return self.call(y_true, y_pred)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The reduced loss.

        A mask that travels with ``y_pred``, and padded rows of the context, leave values out.
        """
        rows = context.current().rows
        mask = context.get_mask(y_pred)
        y_true = tree.map_structure(lambda x: self._convert(x, keep=self.keeps_integers), y_true)
        y_pred = tree.map_structure(self._convert, y_pred)
        if rows is not None:
            if self.mixes_rows(y_pred):
                context.refuse_padded_rows()
            y_true, y_pred = tree.map_structure(lambda x: _fill_padding(x, rows), [y_true, y_pred])
        losses = self.values(y_true, y_pred)
        own_mask = context.get_mask(losses)
        losses = jnp.asarray(losses, self.dtype)
        if sample_weight is not None:
            sample_weight = self._convert(sample_weight)
        if rows is not None and not self.keeps_rows(y_pred):
            rows = None
        return reduce_values(losses, self.reduction, sample_weight, _both(mask, own_mask), rows)

    def keeps_rows(self, y_pred: Any) -> bool:
        """Whether the values' first axis is the batch; else they are already of the whole batch."""
        return True

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction, **super().get_config()}

    def _convert(self, x: Any, keep: bool = False) -> Any:
        array = as_array(x)
        if keep and jnp.issubdtype(array.dtype, jnp.integer):
            return array
        return array.astype(self.dtype)

    def mixes_rows(self, y_pred: Any) -> bool:
        """Whether padded rows would disturb the values of others."""
        return bool(self.couples_rows or (self.couples_rows is None and not registry.is_published(type(self))))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"


class AlignedLoss(Loss):
    """A loss that brings targets and outputs to one rank where a last axis of size 1 allows it."""

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """``call`` on arguments of one rank."""
        if tree.is_nested(y_true) or tree.is_nested(y_pred):
            return self.call(y_true, y_pred)
        return self.call(*squeeze_or_expand_to_same_rank(y_true, y_pred))


class FunctionLoss(AlignedLoss):
    """A function ``(y_true, y_pred) -> values`` as a loss: what ``compile`` makes of the functions it is given.

    Args:
        function: takes targets and outputs, returns one value for each sample position, or a scalar.
        kwargs: passed on at each call.

    Example:
        >>> def cubic(y_true, y_pred):
        ...     return jnp.mean(abs(y_true - y_pred) ** 3, axis=-1)
        >>> float(FunctionLoss(cubic)(jnp.zeros((1, 1)), jnp.full((1, 1), 3.0)))
        27.0
    """

    function: Callable[..., Any]

    def __init__(
        self,
        function: Callable[..., Any],
        reduction: Any = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(name=name or getattr(function, "__name__", None), reduction=reduction, dtype=dtype)
        self.function = function
        self.keeps_integers = getattr(function, "__cornu_integer_targets__", False)
        self._kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The function's values."""
        return self.function(y_true, y_pred, **self._kwargs)

    def get_config(self) -> dict[str, Any]:
        """The function and its arguments."""
        written = registry.serialize(self.function)
        return {**super().get_config(), "function": written, **registry.serialize(self._kwargs)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The loss that a config describes."""
        return cls(**registry.deserialize(config))

    def mixes_rows(self, y_pred: Any) -> bool:
        """Whether padded rows would disturb the values of others: so of any function that is not the library's."""
        return not registry.is_published(self.function)


class LibraryLoss(AlignedLoss):
    """Base of the library's losses, each a class over its function: ``call`` passes the declared fields on."""

    couples_rows = False
    function: ClassVar[Callable[..., Any]]

    def mixes_rows(self, y_pred: Any) -> bool:
        """Whether ``axis``, if the loss has one, takes in the batch."""
        axis = getattr(self, "axis", None)
        return axis is not None and takes_in_batch(axis, y_pred.ndim)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The function's values."""
        fields = getattr(type(self), "__declared_fields__", {})
        arguments = {name: getattr(self, name) for name, f in fields.items() if not f.base}
        return type(self).function(y_true, y_pred, **arguments)


def takes_in_batch(axis: Any, rank: int) -> bool:
    """Whether an axis, or one of several, is the first; None is all of them."""
    if axis is None:
        return True
    return 0 in [a % max(rank, 1) for a in (axis if isinstance(axis, (list, tuple)) else [axis])]


def integer_targets(function: Any) -> Any:
    """Decorator of loss functions whose targets are class numbers."""
    function.__cornu_integer_targets__ = True
    return function


def _fill_padding(x: Any, rows: Any) -> Any:
    """``x`` with its padded rows replaced by its first, which is always real: no invalid value, no new kind of label."""
    if x.shape[:1] != rows.shape:
        context.refuse_padded_rows()
    real = (rows > 0).reshape(rows.shape + (1,) * (x.ndim - 1))
    return jnp.where(real, x, jax.lax.stop_gradient(x[:1]))


def _both(first: Any, second: Any) -> Any:
    """A value counts if both masks let it."""
    if first is None or second is None:
        return second if first is None else first
    if first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        first = first[..., 0]
    return first.astype(bool) & second.astype(bool)
