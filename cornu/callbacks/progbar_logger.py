"""A progress bar for loops that tell callbacks."""

from __future__ import annotations

from typing import Any

from cornu.callbacks.callback import Callback
from cornu.callbacks.progbar import Progbar


class ProgbarLogger(Callback):
    """Draws a progress bar from what a loop of the user's own tells: ``CallbackList(callbacks, add_progbar=True)``.

    Given to ``fit``, ``evaluate`` or ``predict`` it draws in place of their own line. It shows each batch that it is
    told of and does not ask for batches one by one.
    """

    needs_batches = False

    def __init__(self) -> None:
        self.verbose: Any = 1
        self.epochs: int | None = 1
        self.target: int | None = None
        self.seen = 0
        self._bar: Progbar | None = None
        self._in_epoch = False

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else verbose
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs: Any = None) -> None:
        self._in_epoch = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._in_epoch = True
        if self.verbose and self.epochs and self.epochs > 1:
            print(f"Epoch {epoch + 1}/{self.epochs}")
        self._start()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._update(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._in_epoch = False
        self._finish(logs)

    # A validation within an epoch has no bar of its own.

    def on_test_begin(self, logs: Any = None) -> None:
        if not self._in_epoch:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._in_epoch:
            self._update(batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        if not self._in_epoch:
            self._finish(logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._update(batch, None)

    def on_predict_end(self, logs: Any = None) -> None:
        self._finish(logs)

    def _start(self) -> None:
        self.seen, self._bar = 0, None

    def _draw(self, seen: int, logs: Any, last: bool) -> None:
        values = list((logs or {}).items())
        if self._bar is None:
            self._bar = Progbar(self.target, verbose=self.verbose)
        self.seen = seen
        self._bar.update(seen, values, finalize=last)

    def _update(self, batch: int, logs: Any) -> None:
        self._draw(batch + 1, logs, last=False)

    def _finish(self, logs: Any) -> None:
        self._draw(self.seen or self.target or 0, logs, last=True)
        if self.target is None:
            self.target = self.seen or None
