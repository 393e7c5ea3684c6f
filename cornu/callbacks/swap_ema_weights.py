"""Evaluate with the moving averages of the weights, train with the weights."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any

from cornu.callbacks.callback import Callback
from cornu.core.errors import explain
from cornu.core.pure import raw_values, write_values


class SwapEMAWeights(Callback):
    """Put the optimizer's moving averages in place of the weights during evaluation and prediction.

    Args:
        swap_on_epoch: whether they are there from an epoch's end to the next one's beginning, too: callbacks that
            come after this one, such as ``ModelCheckpoint``, then see the averages.

    Raises:
        ValueError: for a model whose optimizer does not have ``use_ema=True``.

    Source: what is seen and when as ``keras.callbacks.SwapEMAWeights``. The weights wait in this object, not in the
    optimizer's state.
    """

    def __init__(self, swap_on_epoch: bool = False):
        self.swap_on_epoch = swap_on_epoch
        # The weights and their values, while averages are in their place.
        self._waiting: tuple[list[Any], Any] | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._put_back()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._put_averages()

    def on_train_end(self, logs: Any = None) -> None:
        # Training has put averages into the weights for good.
        self._waiting = None

    def on_test_begin(self, logs: Any = None) -> None:
        self._put_averages()

    def on_test_end(self, logs: Any = None) -> None:
        self._put_back()

    def on_predict_begin(self, logs: Any = None) -> None:
        self._put_averages()

    def on_predict_end(self, logs: Any = None) -> None:
        self._put_back()

    @contextlib.contextmanager
    def weights_as_trained(self) -> Generator[None]:
        """A checkpoint to go on from holds the weights, not what is shown between epochs."""
        swapped = self._waiting is not None
        self._put_back()
        try:
            yield
        finally:
            if swapped:
                self._put_averages()

    def _put_averages(self) -> None:
        if self._waiting is not None:
            return
        averages = self._averages()
        if averages is None:
            return
        self._waiting = averages.variables, raw_values(averages.variables)
        averages.overwrite(averages.variables)

    def _put_back(self) -> None:
        if self._waiting is not None:
            write_values(*self._waiting)
            self._waiting = None  # after that: Ctrl-C between the two must not lose them

    def _averages(self) -> Any:
        """The averages; None if the optimizer has not seen its weights yet."""
        optimizer = getattr(self.model, "optimizer", None)
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if not getattr(optimizer, "use_ema", False):
            raise ValueError(
                explain(
                    "SwapEMAWeights",
                    "an optimizer with use_ema=True",
                    type(optimizer).__name__,
                    "Compile the model with for example Adam(use_ema=True).",
                )
            )
        return getattr(optimizer, "_averages", None)
