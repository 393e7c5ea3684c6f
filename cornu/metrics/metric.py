"""The base of metrics: running sums in Variables, that a compiled step carries along like any other state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu import initializers
from cornu.core import config, context, dtypes, registry
from cornu.core.declare import field
from cornu.core.module import Module
from cornu.core.pure import holding, raw_values
from cornu.core.variable import Variable


def name_argument(default: str | None = None) -> Any:
    """Field of library metrics: its name in logs; kept by ``Metric``."""
    return field(default, base=True)


def dtype_argument() -> Any:
    """Field of library metrics: dtype of its state and result; kept by ``Metric``."""
    return field(None, base=True)


class Metric(Module, registry.Configured):
    """A number that is gathered over batches: ``update_state`` for each, ``result`` at the end, ``reset_state``.

    Subclasses make their state with ``add_variable`` in ``__init__`` and write ``update_state`` and ``result``
    with array functions; both are traced into the compiled step, so they cannot branch on values.

    Args:
        dtype: of state and result; ``cornu.config.floatx()`` if None.
        name: its name in logs; from the class if None.

    Example:
        >>> class Largest(Metric):
        ...     def __init__(self, name="largest", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.largest = self.add_variable((), "zeros", name="largest")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(jnp.maximum(self.largest.value, jnp.max(y_pred)))
        ...     def result(self):
        ...         return self.largest.value
        >>> metric = Largest()
        >>> metric.update_state(None, jnp.array([1.0, 3.0]))
        >>> metric.update_state(None, jnp.array([2.0]))
        >>> float(metric.result())
        3.0
    """

    is_metric = True
    holds_weights = False
    # Whether a row of sample_weight 0 is as good as absent, whatever it holds, NaN included. Where False, the
    # trainer gives the metric no padded rows.
    counts_rows_by_weight: bool = False
    # "up" or "down" where greater or smaller is better (Keras's name, which metrics of users' set): callbacks ask.
    _direction: str | None = None

    def __init__(self, dtype: Any = None, name: str | None = None):
        super().__init__(name=name)
        self._dtype = dtypes.get_policy(config.floatx() if dtype is None else dtype).compute_dtype

    @property
    def dtype(self) -> str:
        """Name of the dtype of its state and result."""
        return self._dtype

    # Its state.

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, aggregation: str = "sum", name: str | None = None
    ) -> Variable:
        """A piece of state, which ``reset_state`` sets to zero."""
        with context.scope(path=(*context.current().path, self.name)):
            return Variable(
                initializers.get(initializer),
                shape=shape,
                dtype=dtype or self.dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )

    def add_weight(self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None) -> Any:
        """``add_variable`` with a scalar of zero as the default."""
        return self.add_variable(shape, "zeros" if initializer is None else initializer, dtype=dtype, name=name)

    def reset_state(self) -> None:
        """Forget all batches: every variable becomes zero."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, jnp.dtype(variable.dtype)))

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take in one batch."""
        raise NotImplementedError(
            f"Metric class {type(self).__name__} needs an update_state method; got none. Define it."
        )

    def result(self) -> Any:
        """The value over all batches so far."""
        raise NotImplementedError(f"Metric class {type(self).__name__} needs a result method; got none. Define it.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """``update_state``, then ``result``."""
        self.update_state(*args, **kwargs)
        return self.result()

    # The same as pure functions of its variables' values.

    def stateless_update_state(self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """The variables' new values after a batch; the metric itself stays as it is.

        Example:
            >>> from cornu.metrics import Mean
            >>> mean = Mean()
            >>> state = mean.stateless_update_state(mean.stateless_reset_state(), jnp.array([1.0, 3.0]))
            >>> float(mean.stateless_result(state)), float(mean.result())
            (2.0, 0.0)
        """
        variables = self.variables
        with holding(variables, _values(metric_variables)):
            self.update_state(*args, **kwargs)
            return list(raw_values(variables))

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """The result that belongs to the given values of the variables."""
        with holding(self.variables, _values(metric_variables)):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """The variables' values before any batch."""
        variables = self.variables
        with holding(variables, raw_values(variables)):
            self.reset_state()
            return list(raw_values(variables))

    # As data.

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype, **super().get_config()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _values(variables: Sequence[Any]) -> list[Any]:
    return [v.value if isinstance(v, Variable) else v for v in variables]
