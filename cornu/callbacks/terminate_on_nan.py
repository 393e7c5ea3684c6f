"""Stop when the loss is no longer a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback


class TerminateOnNaN(Callback):
    """Stop training when the loss is NaN or infinite.

    The loss is looked at after each epoch, after each batch where batches are told, and else a few times a second: it
    does not make steps run one at a time. A loss that was NaN in one batch is NaN until the epoch ends, being a mean.
    Steps that are not finite change no weights, so the model stays at its last good step.

    Args:
        raise_error: whether to raise an error instead.

    Raises:
        RuntimeError: for such a loss, if ``raise_error``.

    Source: ``keras.callbacks.TerminateOnNaN``, which makes training run batch by batch to stop within the epoch.
    """

    needs_batches = False
    watches = True

    def __init__(self, raise_error: bool = False):
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        self._look(f"Batch {batch}", logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self.model.stop_training:
            self._look(f"Epoch {epoch + 1}", logs)

    def _look(self, where: str, logs: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or np.all(np.isfinite(loss)):
            return
        if self.raise_error:
            error = RuntimeError(
                f"{where} needs a finite loss; got {loss}. Lower the learning rate, clip gradients, or look for NaN in the data."
            )
            cause = getattr(self.model.training_setup, "non_finite", None)
            if cause is not None:
                error.add_note(cause)
            raise error
        print(f"{where}: Invalid loss, terminating training")
        self.model.stop_training = True
