"""Going on after a crash, asked for by a callback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cornu.callbacks.callback import Callback
from cornu.core.errors import explain


class BackupAndRestore(Callback):
    """``fit(resume=folder)`` in Keras's form: a run that was killed goes on when it is started again, bit for bit.

    The callback only says where and how often; ``fit`` does it, within epochs too.

    Args:
        backup_dir: folder for checkpoints of this run.
        save_freq: "epoch", or a number of steps between checkpoints; False takes none but still restores.
        double_checkpoint: accepted; two checkpoints are kept always.
        delete_checkpoint: whether they are removed when training has ended.

    Example:
        >>> BackupAndRestore("backup", save_freq=100).every_steps
        100
    """

    def __init__(
        self, backup_dir: Any, save_freq: Any = "epoch", double_checkpoint: bool = False, delete_checkpoint: bool = True
    ):
        if not backup_dir:
            raise ValueError(explain("BackupAndRestore", "a folder", repr(backup_dir), "Pass backup_dir='...'."))
        whole = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if not whole and save_freq not in ("epoch", False):
            raise ValueError(
                explain(
                    "BackupAndRestore", "save_freq 'epoch' or a number of steps", repr(save_freq), "Pass one of these."
                )
            )
        self.backup_dir = Path(backup_dir)
        self.save_freq, self.double_checkpoint, self.delete_checkpoint = save_freq, double_checkpoint, delete_checkpoint

    @property
    def every_steps(self) -> int | None:
        """Steps between two checkpoints within an epoch, if any are taken there."""
        return self.save_freq if isinstance(self.save_freq, int) and self.save_freq else None
